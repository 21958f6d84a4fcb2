/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/hooks/hooks.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/logfile.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/proc.h"
#include "config/xenithconf.h"
#include "domain/guest_log.h"
#include "domain/hooks/hook_input.h"

/* What a failed hook said: so many lines of it are shown. */
#define LINES_SHOWN 10

/* xnd tells of mistakes in the file. */
static int64_t timeout_ms(const struct hook_place *place)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct xenithconf conf;

    if (place->timeout > 0)
        return (int64_t)place->timeout * 1000;
    xenithconf_init(&conf);
    (void)xenithconf_read(PATHS_CONFIG_FILE, &conf, &diags, NULL);
    return (int64_t)conf.hook_timeout * 1000;
}

static int open_document(const struct hook_call *call, struct error *err)
{
    cleanup_free char *document = hook_call_document(call, err);

    return document != NULL ? hook_input_open(document, err) : -1;
}

/* The last lines of the text, a part of it. */
static const char *last_lines(const char *text)
{
    size_t place = strlen(text);
    int lines = 0;

    while (place > 0 && text[place - 1] == '\n')
        place--;
    while (place > 0 && (text[place - 1] != '\n' || ++lines < LINES_SHOWN))
        place--;
    return text + place;
}

static void take_cause(const struct hook *hook, const struct hook_call *call,
                       const struct error *cause,
                       const struct proc_result *said, struct error *err)
{
    enum error_kind kind = cause->kind == ERR_FAILED ? ERR_DEVICE : cause->kind;

    error_set(err, kind, "hook %s of %s: %s", hook->name,
              hook_event_name(call->event), cause->message);
    if (said->err.text != NULL && strchr(said->err.text, '\n') != NULL)
        error_detail(err, last_lines(said->err.text));
}

static int run_program(const struct hook_place *place, const struct hook *hook,
                       const struct hook_call *call, struct error *err)
{
    const char *const argv[] = { hook->path, hook_event_name(call->event),
                                 NULL };
    cleanup_proc_result struct proc_result result = { 0 };
    cleanup_error struct error cause = ERROR_INIT;
    cleanup_close int input = open_document(call, &cause);
    char **env = hook_call_env(call);
    struct proc proc = {
        .argv = argv,
        .env = (const char *const *)env,
        .only_env = true,
        .input_fd = input,
        .timeout_ms = timeout_ms(place),
        .interruptible = call->interruptible,
    };

    int rc = input < 0 ? -1 : proc_run_ok(&proc, &result, &cause);
    if (rc < 0)
        take_cause(hook, call, &cause, &result, err);
    hook_call_free_env(env);
    return rc;
}

/* "(web1) created: 10-dns: done in 0.02 s": xn logs looks for the name. */
static void note(const struct hook_place *place, const struct hook *hook,
                 const struct hook_call *call, int64_t took_ms,
                 const struct error *failure)
{
    cleanup_close int fd = logfile_open(place->log);
    const char *event = hook_event_name(call->event);

    if (failure->kind == ERR_NONE)
        logfile_line(fd, "xn", "(%s) %s: %s: done in %.2f s", call->name, event,
                     hook->name, (double)took_ms / 1000);
    else
        logfile_line(fd, "xn", "(%s) failed after %.2f s: %s", call->name,
                     (double)took_ms / 1000, failure->message);
}

int hooks_run_one(const struct hook_place *place, const struct hook *hook,
                  const struct hook_call *call, struct error *err)
{
    cleanup_error struct error failure = ERROR_INIT;
    int64_t began = clock_now_ms();
    int rc;

    if (hook->fault != NULL) {
        rc = error_set(&failure, ERR_CONFIG, "hook %s of %s: %s", hook->name,
                       hook_event_name(call->event), hook->fault);
        if (hook->cure != NULL)
            error_hint(&failure, "%s", hook->cure);
    } else {
        rc = run_program(place, hook, call, &failure);
    }
    note(place, hook, call, clock_now_ms() - began, &failure);
    if (rc < 0 && err != NULL && !error_is_set(err)) {
        *err = failure;
        failure = ERROR_INIT;
    }
    return rc;
}

/* A hook that makes xn run hooks that make xn ...: it ends. */
static int check_depth(struct error *err)
{
    if (hook_call_depth() < HOOK_DEPTH_MAX)
        return 0;
    return error_set(err, ERR_STATE, "hooks that run xn are %u deep: no more",
                     HOOK_DEPTH_MAX);
}

bool hooks_any(const struct hook_place *place, enum hook_event event,
               char *const *own)
{
    cleanup_hook_list struct hook_list list = { 0 };

    /* What cannot be read is told when they are run. */
    return hook_list_read(&list, place, (int)event, own, NULL) < 0 ||
           list.items.count > 0;
}

int hooks_ask(const struct hook_place *place, const struct hook_call *call,
              struct error *err)
{
    cleanup_hook_list struct hook_list list = { 0 };

    if (hook_list_read(&list, place, (int)call->event, call->own, err) < 0)
        return -1;
    if (list.items.count > 0 && check_depth(err) < 0)
        return -1;
    VEC_EACH (&list.items, hook)
        if (hooks_run_one(place, hook, call, err) < 0)
            return -1;
    return 0;
}

/* The worker that applies a policy prints into the guest's log. */
static void tell_failure(const struct hook_call *call,
                         const struct error *failure)
{
    struct guest_log log;

    log_warn("%s", failure->message);
    if (log_is_taken())
        return;
    guest_log_begin(&log, call->name, &call->log);
    guest_log_error(&log, failure->message);
    guest_log_end(&log);
}

void hooks_tell(const struct hook_place *place, const struct hook_call *call)
{
    cleanup_hook_list struct hook_list list = { 0 };
    cleanup_error struct error failure = ERROR_INIT;

    if (hook_list_read(&list, place, (int)call->event, call->own, &failure) <
            0 ||
        (list.items.count > 0 && check_depth(&failure) < 0)) {
        tell_failure(call, &failure);
        return;
    }
    VEC_EACH (&list.items, hook) {
        cleanup_error struct error err = ERROR_INIT;
        if (hooks_run_one(place, hook, call, &err) < 0)
            tell_failure(call, &err);
    }
}
