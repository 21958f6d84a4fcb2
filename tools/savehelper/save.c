/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "savehelper/save.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <xenguest.h>

#include "savehelper/backlog.h"
#include "savehelper/environment.h"
#include "savehelper/policy.h"
#include "savehelper/sparse.h"
#include "savehelper/teller.h"
#include "savehelper/wire.h"

struct save {
    xc_interface *xch;
    uint32_t domid;
    struct policy policy;
    struct backlog backlog;
};

/* -- being stopped --------------------------------------------------------- */

/*
 * libxl stops a helper by SIGTERM. libxc has to notice and to undo what it did
 * to the guest; it has no other way in than a stream that takes no more bytes.
 */
static int stream_fd = -1;
static int unwritable_fd = -1;

static void cut_stream(int signum)
{
    int saved = errno;

    if (dup2(unwritable_fd, stream_fd) < 0)
        abort(); /* nothing else is safe in a handler */
    errno = saved;
}

static int heed_sigterm(int stream)
{
    struct sigaction action = { .sa_handler = cut_stream };
    sigset_t set;

    stream_fd = stream;
    unwritable_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (unwritable_fd < 0 || sigaction(SIGTERM, &action, NULL) < 0)
        return -1;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    return sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* -- callbacks ------------------------------------------------------------- */

static int on_suspend(void *data)
{
    return wire_ask(wire_begin(PROTOCOL_SUSPEND), 0);
}

static int on_logdirty(uint32_t domid, unsigned int enable, void *data)
{
    struct protocol_message *message = wire_begin(PROTOCOL_LOGDIRTY);

    protocol_add_u32(message, domid);
    protocol_add_u32(message, enable);
    return wire_ask(message, -1);
}

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/*
 * How many pages changed since the last round began. Without a bitmap to fill
 * Xen only counts (xen/arch/x86/mm/paging.c, paging_log_dirty_op). libxc asks
 * its own way only after it has been told to go on, and sends then.
 */
static int64_t count_dirty(const struct save *save)
{
    xc_shadow_op_stats_t stats = { 0 };

    long long rc = xc_logdirty_control(
        save->xch, save->domid, XEN_DOMCTL_SHADOW_OP_PEEK, NULL, 0, 0, &stats);
    return rc < 0 ? -1 : (int64_t)stats.dirty_count;
}

static void tell_round(const struct save *save,
                       const struct policy_moment *moment)
{
    int64_t us = moment->now_us - save->policy.round_began_us;

    teller_tell(&(struct report){
        .kind = REPORT_ROUND,
        .round = moment->round,
        .sent = save->policy.pending,
        .dirty = moment->dirty,
        .ms = (uint64_t)us / 1000,
    });
}

static void tell_verdict(const struct save *save,
                         const struct policy_moment *moment,
                         enum policy_verdict verdict)
{
    uint64_t dirty = moment->dirty < 0 ? 0 : (uint64_t)moment->dirty;

    teller_tell(&(struct report){
        .kind = verdict == POLICY_ABORT ? REPORT_BUSY : REPORT_STOP,
        .round = moment->round,
        .ms = policy_predict_ms(&save->policy, dirty),
    });
}

/*
 * Before the guest is stopped; what it writes meanwhile may be worth a round,
 * which is a short one.
 */
static bool goes_on_after_all(struct save *save,
                              const struct policy_moment *moment)
{
    return backlog_wait(&save->backlog, moment->now_us) &&
           moment->round < save->policy.asked.max_rounds &&
           count_dirty(save) > POLICY_FEW_PAGES;
}

static int on_precopy(struct precopy_stats stats, void *data)
{
    static const int verdicts[] = {
        [POLICY_GO_ON] = XGS_POLICY_CONTINUE_PRECOPY,
        [POLICY_STOP] = XGS_POLICY_STOP_AND_COPY,
        [POLICY_ABORT] = XGS_POLICY_ABORT,
    };
    struct save *save = data;
    struct policy_moment moment = {
        .round = stats.iteration,
        .after = stats.dirty_count < 0,
        .dirty = stats.dirty_count,
        .now_us = now_us(),
    };

    if (wire_is_gone())
        return XGS_POLICY_ABORT;
    if (moment.after)
        moment.dirty = count_dirty(save);
    enum policy_verdict verdict = policy_decide(&save->policy, &moment);
    if (moment.after) {
        tell_round(save, &moment);
        backlog_note(&save->backlog, moment.now_us,
                     policy_predict_ms(&save->policy, BACKLOG_PAGES));
    }
    if (moment.after && verdict == POLICY_STOP &&
        goes_on_after_all(save, &moment))
        verdict = POLICY_GO_ON;
    if (verdict != POLICY_GO_ON)
        tell_verdict(save, &moment, verdict);
    return verdicts[verdict];
}

/* -- the whole ------------------------------------------------------------- */

static uint64_t count_pages(xc_interface *xch, uint32_t domid)
{
    xc_dominfo_t info;

    if (xc_domain_getinfo(xch, domid, 1, &info) != 1 || info.domid != domid)
        return UINT64_MAX; /* libxc is about to say so */
    return info.nr_pages;
}

/* What cannot be read is as if nothing was asked for. */
static void read_precopy(struct precopy *precopy)
{
    const char *text = getenv(ENVIRONMENT_PRECOPY);
    cleanup_error struct error err = ERROR_INIT;

    *precopy = (struct precopy){ 0 };
    if (text != NULL && precopy_parse(text, precopy, &err) < 0)
        xtl_log(&wire_logger, XTL_WARN, -1, "xn-save-helper", "%s",
                err.message);
}

int save_domain(xc_interface *xch, const struct arguments *arguments)
{
    struct save save = { .xch = xch,
                         .domid = arguments->domid,
                         .backlog = { .fd = arguments->stream } };
    struct save_callbacks callbacks = {
        .suspend = on_suspend,
        .switch_qemu_logdirty = on_logdirty,
        .precopy_policy = on_precopy,
        .data = &save,
    };
    struct precopy precopy;

    if (heed_sigterm(arguments->stream) < 0)
        return -1;
    read_precopy(&precopy);
    policy_begin(&save.policy, &precopy, count_pages(xch, arguments->domid));
    sparse_begin(xch, arguments->domid);
    return xc_domain_save(xch, arguments->stream, arguments->domid,
                          arguments->flags, &callbacks, XC_STREAM_PLAIN,
                          arguments->back);
}
