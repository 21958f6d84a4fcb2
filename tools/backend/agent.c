/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>

#include "backend/note.h"
#include "backend/qdisk.h"
#include "backend/work.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/notify.h"
#include "base/paths.h"

/*
 * All devices are looked at again after so long, ms: no domain but Dom0 is told
 * by xenstored that another one has ended (XSA-115).
 */
#define SWEEP_MS 30000
/* What the kernel may take to see that a frontend is gone, ms. The toolstack
 * waits for twice as long (LIBXL_DESTROY_TIMEOUT). */
#define GONE_PATIENCE_MS 5000

/* A guest with qdisk devices. */
struct served {
    uint32_t domid;
    bool tried; /* to start its QEMU */
    struct job *job;
};

struct agent {
    struct work work;
    VEC(struct device *) devices;
    VEC(struct served *) served;
    int done; /* where jobs tell that they are over */
    bool caught_up;
    int64_t sweep_at;
};

/* ---- devices and guests ---- */

static struct device *find_device(struct agent *agent,
                                  const struct backend_name *name)
{
    VEC_EACH (&agent->devices, device)
        if (backend_name_equal(&(*device)->name, name))
            return *device;
    return NULL;
}

static void mark_device(struct agent *agent, const struct backend_name *name)
{
    struct device *device = find_device(agent, name);

    if (device == NULL) {
        device = MEM_NEW(struct device);
        device->name = *name;
        VEC_PUSH(&agent->devices, device);
    }
    device->dirty = true;
}

static void mark_known(struct agent *agent)
{
    VEC_EACH (&agent->devices, device)
        (*device)->dirty = true;
    agent->sweep_at = clock_deadline(SWEEP_MS);
}

static int mark_all(struct agent *agent, struct error *err)
{
    struct backend_names names = { 0 };
    int rc = backends_list(agent->work.backends, &names, err);

    VEC_EACH (&names.list, name)
        mark_device(agent, name);
    VEC_DISPOSE(&names.list);
    mark_known(agent);
    return rc;
}

/* Those whose folder is gone are known from their notes alone. */
static void mark_noted(struct agent *agent)
{
    struct backend_names names = { 0 };

    note_list(agent->work.notes, &names);
    VEC_EACH (&names.list, name)
        mark_device(agent, name);
    VEC_DISPOSE(&names.list);
}

static struct served *find_served(struct agent *agent, uint32_t domid)
{
    VEC_EACH (&agent->served, served)
        if ((*served)->domid == domid)
            return *served;
    return NULL;
}

/* ---- guests' QEMUs ---- */

static struct job *prepare_qemu(const struct agent *agent, uint32_t domid,
                                struct error *err)
{
    const struct agent_place *place = agent->work.place;

    if (place->qemu != NULL)
        return qdisk_prepare(place->run_folder, place->qemu, domid, err);
    error_set(err, ERR_FAILED, "no QEMU for Xen is installed");
    return NULL;
}

static void serve_guest(struct agent *agent, uint32_t domid)
{
    struct served *served = find_served(agent, domid);
    cleanup_error struct error err = ERROR_INIT;

    if (served == NULL) {
        served = MEM_NEW(struct served);
        served->domid = domid;
        VEC_PUSH(&agent->served, served);
    }
    if (served->job != NULL || served->tried ||
        qdisk_is_served(agent->work.place->run_folder, domid))
        return;
    served->tried = true;
    struct job *job = prepare_qemu(agent, domid, &err);
    if (job != NULL && job_start(job, agent->work.done_fd, &err) == 0) {
        served->job = job;
        return;
    }
    job_free(job);
    log_warn("disks of domain %u: %s", domid, err.message);
}

static void end_serving(struct agent *agent, struct served *served)
{
    if (error_is_set(&served->job->err))
        log_warn("disks of domain %u: %s", served->domid,
                 served->job->err.message);
    else
        log_info("disks of domain %u: served by QEMU", served->domid);
    job_free(served->job);
    served->job = NULL;
    VEC_EACH (&agent->devices, device)
        if ((*device)->name.domid == served->domid)
            (*device)->dirty = true;
}

/* With the last of its disks a guest's QEMU goes. */
static void leave_guest(struct agent *agent, uint32_t domid)
{
    struct served *served = find_served(agent, domid);

    if (served != NULL && served->job != NULL)
        return;
    VEC_EACH (&agent->devices, device)
        if ((*device)->name.domid == domid &&
            due_way((*device)->name.kind) == DUE_BY_QEMU && !(*device)->gone)
            return;
    qdisk_end(agent->work.place->run_folder, domid);
    if (served != NULL) {
        VEC_EACH (&agent->served, place)
            if (*place == served) {
                *place = agent->served.items[--agent->served.count];
                break;
            }
        free(served);
    }
}

/* Also those whose disks went while no agent was there. */
static void leave_guests(struct agent *agent)
{
    struct qdisk_domids domids = { 0 };

    qdisk_list(agent->work.place->run_folder, &domids);
    VEC_EACH (&domids.list, domid)
        leave_guest(agent, *domid);
    VEC_DISPOSE(&domids.list);
}

/* ---- looking and acting ---- */

/* What stays a mystery otherwise: a module that is not loaded. */
static void tell_of_no_driver(struct device *device,
                              const struct backend_seen *seen, bool is_sweep)
{
    if (!is_sweep || device->told || seen->state != BACKEND_INITIALISING ||
        due_way(device->name.kind) != DUE_BY_SCRIPT)
        return;
    device->told = true;
    log_warn("%s %u of domain %u: no driver takes it: is xen-%s loaded?",
             device->name.kind, device->name.devid, device->name.domid,
             strcmp(device->name.kind, "vif") == 0 ? "netback" : "blkback");
}

static enum due decide(struct agent *agent, struct device *device,
                       const struct backend_seen *seen)
{
    int64_t now = clock_now_ms();
    struct due_facts facts = {
        .way = due_way(device->name.kind),
        .seen = *seen,
        .noted = note_read(agent->work.notes, &device->name, NULL),
        .tried = device->tried,
    };

    if (!seen->there || seen->frontend)
        device->gone_since = 0;
    else if (device->gone_since == 0)
        device->gone_since = now;
    facts.long_gone =
        device->gone_since != 0 && now - device->gone_since >= GONE_PATIENCE_MS;
    return due_decide(&facts);
}

static int look(struct agent *agent, struct device *device, bool is_sweep,
                struct error *err)
{
    struct backend_seen seen;

    device->dirty = false;
    if (backends_look(agent->work.backends, &device->name, &seen, err) < 0)
        return -1;
    tell_of_no_driver(device, &seen, is_sweep);
    enum due due = decide(agent, device, &seen);
    if (due != DUE_UNDO)
        device->stuck = false;
    else if (device->stuck)
        due = DUE_NOTHING;
    if (due == DUE_SERVE)
        serve_guest(agent, device->name.domid);
    int rc = work_begin(&agent->work, device, due, err);
    if (device->gone && due_way(device->name.kind) == DUE_BY_QEMU)
        leave_guest(agent, device->name.domid);
    return rc;
}

/* What xenstore refuses for one device is no end of the others. */
static int forgive(struct error *err)
{
    if (err->kind == ERR_HOST)
        return -1;
    log_warn("%s", err->message);
    error_dispose(err);
    return 0;
}

static void drop_gone(struct agent *agent)
{
    size_t kept = 0;

    for (size_t i = 0; i < agent->devices.count; i++) {
        struct device *device = agent->devices.items[i];
        if (device->gone)
            free(device);
        else
            agent->devices.items[kept++] = device;
    }
    agent->devices.count = kept;
}

/* One that is done at once is dirty again: until nothing is due any more. */
static int look_at_dirty(struct agent *agent, bool is_sweep, struct error *err)
{
    bool again = true;

    while (again) {
        again = false;
        for (size_t i = 0; i < agent->devices.count; i++) {
            struct device *device = agent->devices.items[i];
            if (!device->dirty || device->job != NULL || device->gone)
                continue;
            if (look(agent, device, is_sweep, err) < 0 && forgive(err) < 0)
                return -1;
            again |= device->dirty && device->job == NULL;
        }
        drop_gone(agent);
    }
    return 0;
}

/* ---- what comes in ---- */

static int take_news(struct agent *agent, struct error *err)
{
    enum backends_news news;
    struct backend_name name;
    bool all = false;

    do {
        if (backends_next(agent->work.backends, &news, &name, err) < 0)
            return -1;
        if (news == BACKENDS_DEVICE)
            mark_device(agent, &name);
        all |= news == BACKENDS_ALL;
    } while (news != BACKENDS_QUIET);
    if (!all)
        return 0;
    if (mark_all(agent, err) < 0)
        return -1;
    if (!agent->caught_up)
        leave_guests(agent);
    agent->caught_up = true;
    return 0;
}

static int end_job(struct agent *agent, struct job *job, struct error *err)
{
    job_join(job);
    VEC_EACH (&agent->devices, device)
        if ((*device)->job == job)
            return work_end(&agent->work, *device, err) < 0 ? forgive(err) : 0;
    VEC_EACH (&agent->served, served)
        if ((*served)->job == job) {
            uint32_t domid = (*served)->domid;
            end_serving(agent, *served);
            leave_guest(agent, domid);
            break;
        }
    return 0;
}

static int take_done(struct agent *agent, struct error *err)
{
    struct job *job;

    while (read(agent->done, &job, sizeof(job)) == (ssize_t)sizeof(job))
        if (end_job(agent, job, err) < 0)
            return -1;
    return 0;
}

/* ---- the loop ---- */

/* When a device whose frontend is gone is no longer waited for. */
static int64_t gone_deadline(const struct device *device)
{
    if (device->gone_since == 0 || device->job != NULL || device->stuck)
        return CLOCK_NEVER;
    return device->gone_since + GONE_PATIENCE_MS;
}

static int64_t next_time(const struct agent *agent, int milliseconds)
{
    int64_t next = clock_deadline(milliseconds);

    if (agent->devices.count > 0 && agent->sweep_at < next)
        next = agent->sweep_at;
    VEC_EACH (&agent->devices, device)
        if (gone_deadline(*device) < next)
            next = gone_deadline(*device);
    return next;
}

static void mark_long_gone(struct agent *agent)
{
    VEC_EACH (&agent->devices, device)
        if (clock_is_past(gone_deadline(*device)))
            (*device)->dirty = true;
}

int agent_turn(struct agent *agent, int milliseconds, struct error *err)
{
    struct pollfd fds[] = {
        { .fd = backends_fd(agent->work.backends), .events = POLLIN },
        { .fd = agent->done, .events = POLLIN },
        { .fd = interrupt_fd(), .events = POLLIN },
    };
    int64_t end = next_time(agent, milliseconds);

    if (poll(fds, 3, clock_left_ms(end)) < 0 && errno != EINTR)
        return error_set_errno(err, ERR_FAILED, errno, "poll");
    bool is_sweep = clock_is_past(agent->sweep_at);
    if (is_sweep)
        mark_known(agent);
    mark_long_gone(agent);
    if (take_news(agent, err) < 0 || take_done(agent, err) < 0)
        return -1;
    return look_at_dirty(agent, is_sweep, err);
}

bool agent_is_busy(const struct agent *agent)
{
    VEC_EACH (&agent->devices, device)
        if ((*device)->job != NULL)
            return true;
    VEC_EACH (&agent->served, served)
        if ((*served)->job != NULL)
            return true;
    return false;
}

/* Each has its deadline; nothing new is begun. */
static void wait_for_jobs(struct agent *agent)
{
    while (agent_is_busy(agent)) {
        struct pollfd done = { .fd = agent->done, .events = POLLIN };
        cleanup_error struct error err = ERROR_INIT;
        if (poll(&done, 1, -1) > 0 && take_done(agent, &err) < 0)
            log_warn("%s", err.message);
    }
}

int agent_serve(struct agent *agent, struct error *err)
{
    bool is_ready = false;
    int rc = 0;

    while (rc == 0 && interrupt_signal() == 0) {
        rc = agent_turn(agent, -1, err);
        if (!is_ready)
            notify_manager("READY=1");
        is_ready = true;
    }
    if (rc == 0)
        log_info("%s: ending; what is connected stays so",
                 strsignal(interrupt_signal()));
    notify_manager("STOPPING=1");
    wait_for_jobs(agent);
    return rc;
}

/* ---- begin and end ---- */

int agent_lock(const char *run_folder, int *lock, struct error *err)
{
    cleanup_free char *path = mem_printf("%s/devd.lock", run_folder);

    if (io_make_dirs(run_folder, PATHS_RUNDIR_MODE, err) < 0)
        return -1;
    *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*lock >= 0 && flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    int cause = errno;
    bool opened = *lock >= 0;
    io_cleanup_close(lock);
    if (opened && cause == EWOULDBLOCK)
        return error_set(err, ERR_STATE,
                         "another devd serves this domain's devices already");
    return error_set_errno(err, ERR_FAILED, cause, "%s", path);
}

int agent_open(struct agent **agent, const struct agent_place *place,
               struct error *err)
{
    int ends[2];

    *agent = NULL;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    struct agent *new = MEM_NEW(struct agent);
    new->done = ends[0];
    fcntl(new->done, F_SETFL, O_NONBLOCK);
    new->work = (struct work){
        .place = place,
        .notes = mem_printf("%s/backends", place->run_folder),
        .done_fd = ends[1],
    };
    new->sweep_at = clock_deadline(SWEEP_MS);
    if (backends_open(&new->work.backends, err) < 0) {
        agent_close(new);
        return -1;
    }
    mark_noted(new);
    *agent = new;
    return 0;
}

void agent_close(struct agent *agent)
{
    if (agent == NULL)
        return;
    wait_for_jobs(agent);
    VEC_EACH (&agent->devices, device)
        free(*device);
    VEC_DISPOSE(&agent->devices);
    VEC_EACH (&agent->served, served)
        free(*served);
    VEC_DISPOSE(&agent->served);
    backends_close(agent->work.backends);
    free(agent->work.notes);
    io_cleanup_close(&agent->done);
    io_cleanup_close(&agent->work.done_fd);
    free(agent);
}
