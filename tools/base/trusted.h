/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a program that root is asked to run is root's alone to change. */
#ifndef XENITH_BASE_TRUSTED_H
#define XENITH_BASE_TRUSTED_H

#include "base/error.h"

/*
 * The file, all links followed, must be a regular file that belongs to root
 * and that neither its group nor others may write; so must every folder on
 * the way to it, where a sticky one is fine. ERR_CONFIG names the part that
 * is not, and the hint says what to do.
 */
int trusted_check(const char *path, struct error *err);

#endif
