/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The path of a user's script as the name of a file, so that libxl, which
 * starts a device's script by its path alone, can start the native hook in its
 * place and the hook still knows which one was meant: '/' and '%' are written
 * as %2F and %25.
 */
#ifndef XENITH_BASE_SCRIPT_NAME_H
#define XENITH_BASE_SCRIPT_NAME_H

/* NULL where no file can be called so, as it is too long. The caller's. */
char *script_name_encode(const char *path);

/* NULL if it is no such name of an absolute path. The caller's. */
char *script_name_decode(const char *name);

#endif
