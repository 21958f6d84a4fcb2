/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Xenith is built with -fvisibility=hidden. What another file of the process
 * finds by its name, through the dynamic linker, says so with VISIBLE: a
 * function that stands in for a library's, one that dlsym asks for, or one
 * that the sanitizers' library calls where there is one.
 */
#ifndef XENITH_BASE_VISIBLE_H
#define XENITH_BASE_VISIBLE_H

#define VISIBLE __attribute__((visibility("default")))

#endif
