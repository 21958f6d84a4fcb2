/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/script.h"

#include <string.h>

#include "base/mem.h"

static const char *text_or_none(const char *text)
{
    return text != NULL ? text : "";
}

/*
 * The emulated interface of an HVM guest, for which libxl has its script run a
 * second time, is QEMU's, which runs in Dom0: there is none here.
 */
static void add_vif(struct job_program *program, const struct script_call *call)
{
    const struct backend_name *name = call->name;

    job_add_word(&program->argv, call->arrives ? "online" : "offline");
    job_add_word(&program->argv, "type_if=vif");
    job_add_word(&program->env, "vif=vif%u.%u", name->domid, name->devid);
    job_add_word(&program->env, "netdev=%s",
                 text_or_none(backend_nodes_get(call->nodes, "gatewaydev")));
}

struct job_program *script_add(struct job *job, const struct script_call *call)
{
    struct job_program *program = job_add(job, SCRIPT_TIMEOUT_MS);

    job_add_word(&program->argv, "%s", call->program);
    job_add_word(&program->env, "script=%s",
                 text_or_none(backend_nodes_get(call->nodes, "script")));
    job_add_word(&program->env, "XENBUS_TYPE=%s", call->name->kind);
    job_add_word(&program->env, "XENBUS_PATH=%s", call->path);
    job_add_word(&program->env, "XENBUS_BASE_PATH=" BACKENDS_FOLDER);
    if (strcmp(call->name->kind, "vif") == 0)
        add_vif(program, call);
    else
        job_add_word(&program->argv, call->arrives ? "add" : "remove");
    return program;
}
