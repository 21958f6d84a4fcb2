/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/qemu.h"

#include "host/operation.h"

/* Milliseconds that QEMU may take for an answer. */
#define ANSWER_TIME 60000

int qemu_command(const struct subject *subject, const char *line, char **answer,
                 struct error *err)
{
    struct operation op;

    *answer = NULL;
    if (subject_check_alive(subject, err) < 0)
        return -1;
    operation_begin(&op, subject->host);
    int rc = libxl_qemu_monitor_command(subject->host->ctx, subject->domid,
                                        line, answer, &op.how);
    rc = operation_wait(&op, rc, ANSWER_TIME);
    if (rc == 0)
        return 0;
    host_fail(subject->host, err, ERR_DEVICE, rc, "QEMU of '%s': %s",
              subject->label, line);
    error_hint(err, "HVM domains have a QEMU, and PV domains with a vfb");
    return -1;
}
