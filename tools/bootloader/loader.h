/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A boot loader's run in its room: as whom, with which limits, how long. */
#ifndef XENITH_BOOTLOADER_LOADER_H
#define XENITH_BOOTLOADER_LOADER_H

#include "base/confine.h"
#include "bootloader/request.h"

/*
 * In the calling process's room: starts it as the first process of a pid
 * namespace, on this process's terminal, and waits for its end. What it says
 * on standard error goes to standard error when it has ended, the last 64 KiB
 * of it. 0 if it ended with status 0; ERR_TIMEOUT after it was killed, with
 * all that it started; ERR_DEVICE with its last line otherwise.
 */
int loader_run(const struct request *request, const struct confine_user *user,
               struct error *err);

#endif
