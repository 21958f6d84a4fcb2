/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One question to a QEMU over its machine protocol (QMP, qemu/docs/interop).
 * What answers may have been taken over by its guest: the answer is bounded in
 * size and time.
 */
#ifndef XENITH_HOST_QMP_H
#define XENITH_HOST_QMP_H

#include <stdint.h>

#include "base/error.h"
#include "base/json.h"

/* Where libxl has each QEMU listen, for who wants its numbers. */
#define QMP_FOLDER "/run/xen"
#define QMP_PREFIX "qmp-libxenstat-"

/* The path of a domain's; the caller's. */
char *qmp_path(uint32_t domid);

/*
 * Asks the QEMU that listens at a socket. *answer, the caller's, is its reply
 * with a "return"; whatever else comes in between is left aside. ERR_DEVICE
 * where it refuses, says what is no QMP, or more than 1 MiB; ERR_TIMEOUT where
 * it says nothing until the deadline. arguments: a JSON object, or NULL.
 */
int qmp_ask(const char *socket_path, const char *command, const char *arguments,
            int64_t deadline, struct json_value **answer, struct error *err);

#endif
