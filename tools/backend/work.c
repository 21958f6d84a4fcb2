/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/work.h"

#include "backend/note.h"
#include "backend/script.h"
#include "base/log.h"
#include "base/mem.h"

static void tell(const struct device *device, const char *what)
{
    log_info("%s %u of domain %u: %s", device->name.kind, device->name.devid,
             device->name.domid, what);
}

static void tell_failure(const struct device *device, const char *what,
                         const struct error *failure)
{
    log_warn("%s %u of domain %u: %s: %s", device->name.kind,
             device->name.devid, device->name.domid, what, failure->message);
}

static void drop_copy(struct device *device)
{
    cleanup_error struct error err = ERROR_INIT;

    if (device->copy != NULL && backends_remove_copy(device->copy, &err) < 0)
        tell_failure(device, "a copy of its nodes", &err);
    free(device->copy);
    device->copy = NULL;
}

/* ---- connecting ---- */

/* The script's own word is better than ours. */
static int fail(const struct work *work, struct device *device,
                const struct error *failure, struct error *err)
{
    struct backend_seen seen;

    device->tried = true;
    tell_failure(device, "not connected", failure);
    if (backends_look(work->backends, &device->name, &seen, err) < 0)
        return -1;
    if (!seen.there || seen.status == BACKEND_FAILED)
        return 0;
    if (backends_put(work->backends, &device->name, "hotplug-error",
                     failure->message, err) < 0)
        return -1;
    return backends_put(work->backends, &device->name, "hotplug-status",
                        "error", err);
}

static char *choose(const struct work *work, const struct device *device,
                    const struct backend_nodes *nodes, struct error *err)
{
    const char *script = backend_nodes_get(nodes, "script");

    if (script == NULL || script[0] == '\0') {
        error_set(err, ERR_FAILED, "xenstore names no script");
        return NULL;
    }
    return work->place->choose(device->name.kind, script, err);
}

/* One more program that undoes: of a device that is there, or of its copy. */
static int add_undoing(const struct work *work, const struct device *device,
                       const struct backend_nodes *nodes, struct job *job,
                       struct error *err)
{
    cleanup_free char *path = backend_name_path(&device->name, BACKENDS_FOLDER);
    cleanup_free char *program = choose(work, device, nodes, err);
    struct script_call call = {
        .name = &device->name,
        .nodes = nodes,
        .program = program,
        .path = device->copy != NULL ? device->copy : path,
    };

    if (program == NULL)
        return -1;
    script_add(job, &call)->may_fail = true;
    return 0;
}

/* What an earlier script of that name did, as far as it is known. */
static void add_undoing_noted(const struct work *work, struct device *device,
                              struct job *job)
{
    cleanup_backend_nodes struct backend_nodes nodes = { 0 };
    cleanup_error struct error err = ERROR_INIT;
    enum due_noted noted = note_read(work->notes, &device->name, &nodes);

    if (noted == DUE_NOTED_DONE &&
        backends_write_copy(work->backends, &device->name, &nodes,
                            &device->copy, &err) < 0)
        tell_failure(device, "its undoing", &err);
    else if (add_undoing(work, device, &nodes, job, &err) < 0)
        tell_failure(device, "its undoing", &err);
}

static int start(const struct work *work, struct device *device, enum due due,
                 struct job *job, struct error *err)
{
    if (job_start(job, work->done_fd, err) < 0)
        return -1;
    device->job = job;
    device->doing = due;
    return 0;
}

/* Everything that may fail without costing others. */
static int try_connect(const struct work *work, struct device *device,
                       enum due due, struct error *err)
{
    cleanup_backend_nodes struct backend_nodes nodes = { 0 };
    cleanup_free char *path = backend_name_path(&device->name, BACKENDS_FOLDER);
    const struct script_call plain = {
        .name = &device->name, .nodes = &nodes, .path = path, .arrives = true
    };

    if (backends_read(work->backends, &device->name, &nodes, err) < 0)
        return -1;
    cleanup_free char *program = choose(work, device, &nodes, err);
    if (program == NULL)
        return -1;
    struct script_call call = plain;
    call.program = program;
    struct job *job = MEM_NEW(struct job);
    if (due == DUE_RECONNECT)
        add_undoing_noted(work, device, job);
    script_add(job, &call);
    if (note_write(work->notes, &device->name, DUE_NOTED_BEGUN, &nodes, err) ==
            0 &&
        start(work, device, due, job, err) == 0)
        return 0;
    job_free(job);
    drop_copy(device);
    return -1;
}

static int connect_device(const struct work *work, struct device *device,
                          enum due due, struct error *err)
{
    cleanup_error struct error failure = ERROR_INIT;

    /* What an earlier script said is not this one's word. */
    if (backends_put(work->backends, &device->name, "hotplug-status", NULL,
                     err) < 0 ||
        backends_put(work->backends, &device->name, "hotplug-error", NULL,
                     err) < 0)
        return -1;
    if (try_connect(work, device, due, &failure) == 0)
        return 0;
    return fail(work, device, &failure, err);
}

/* The kernel's backend waits for a word that the script may not have said. */
static int finish_connect(const struct work *work, struct device *device,
                          struct error *err)
{
    cleanup_backend_nodes struct backend_nodes nodes = { 0 };
    cleanup_error struct error failure = ERROR_INIT;
    struct backend_seen seen;

    if (backends_look(work->backends, &device->name, &seen, err) < 0)
        return -1;
    if (!seen.there)
        return 0;
    if (seen.status == BACKEND_FAILED) {
        error_set(&failure, ERR_DEVICE, "the script says so in xenstore");
        return fail(work, device, &failure, err);
    }
    if (backends_read(work->backends, &device->name, &nodes, &failure) < 0 ||
        note_write(work->notes, &device->name, DUE_NOTED_DONE, &nodes,
                   &failure) < 0)
        tell_failure(device, "it is not noted", &failure);
    if (seen.status == BACKEND_UNTOLD &&
        backends_put(work->backends, &device->name, "hotplug-status",
                     "connected", err) < 0)
        return -1;
    tell(device, "connected");
    return 0;
}

/* ---- undoing ---- */

static int finish_undo(const struct work *work, struct device *device,
                       struct error *err)
{
    note_remove(work->notes, &device->name);
    device->stuck = backends_remove(work->backends, &device->name, err) < 0;
    if (device->stuck)
        return -1;
    tell(device, "gone");
    return 0;
}

static int try_undo(const struct work *work, struct device *device,
                    enum due due, struct error *err)
{
    cleanup_backend_nodes struct backend_nodes nodes = { 0 };

    if (due == DUE_UNDO_NOTED) {
        (void)note_read(work->notes, &device->name, &nodes);
        if (backends_write_copy(work->backends, &device->name, &nodes,
                                &device->copy, err) < 0)
            return -1;
    } else if (backends_read(work->backends, &device->name, &nodes, err) < 0) {
        return -1;
    }
    struct job *job = MEM_NEW(struct job);
    if (add_undoing(work, device, &nodes, job, err) == 0 &&
        start(work, device, due, job, err) == 0)
        return 0;
    job_free(job);
    return -1;
}

/* As with libxl what fails keeps no device from going. */
static int undo(const struct work *work, struct device *device, enum due due,
                struct error *err)
{
    cleanup_error struct error failure = ERROR_INIT;

    if (due_way(device->name.kind) == DUE_BY_SCRIPT) {
        if (try_undo(work, device, due, &failure) == 0)
            return 0;
        tell_failure(device, "its undoing", &failure);
        drop_copy(device);
    }
    device->dirty = true;
    return finish_undo(work, device, err);
}

/* ---- both ---- */

int work_begin(const struct work *work, struct device *device, enum due due,
               struct error *err)
{
    switch (due) {
    case DUE_CONNECT:
    case DUE_RECONNECT:
        return connect_device(work, device, due, err);
    case DUE_UNDO:
    case DUE_UNDO_NOTED:
        return undo(work, device, due, err);
    case DUE_FORGET:
        device->gone = true;
        return 0;
    default:
        return 0;
    }
}

int work_end(const struct work *work, struct device *device, struct error *err)
{
    struct job *job = device->job;
    bool connects =
        device->doing == DUE_CONNECT || device->doing == DUE_RECONNECT;
    int rc;

    device->job = NULL;
    device->dirty = true;
    drop_copy(device);
    if (error_is_set(&job->passed))
        tell_failure(device, "its undoing", &job->passed);
    if (!connects)
        rc = finish_undo(work, device, err);
    else if (error_is_set(&job->err))
        rc = fail(work, device, &job->err, err);
    else
        rc = finish_connect(work, device, err);
    job_free(job);
    return rc;
}
