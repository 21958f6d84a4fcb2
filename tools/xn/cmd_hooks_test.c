/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the hooks of an event though nothing has happened. */
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "domain/hooks/hooks.h"
#include "show/show.h"
#include "xn/hook_subject.h"

/* How one of them ended. */
static void show_result(const struct hook *hook, int64_t took_ms,
                        const struct error *failure, struct json_writer *json)
{
    bool ok = failure->kind == ERR_NONE;

    if (json == NULL) {
        cleanup_free char *what = show_safe(ok ? "done" : failure->message);
        show_printf("%s: %s (%.2f s)\n", hook->name, what,
                    (double)took_ms / 1000);
        return;
    }
    json_begin_object(json);
    json_add_string(json, "name", hook->name);
    json_add_string(json, "path", hook->path);
    json_add_bool(json, "ok", ok);
    json_add_double(json, "seconds", (double)took_ms / 1000);
    if (!ok)
        json_add_string(json, "error", failure->message);
    if (failure->detail != NULL)
        json_add_string(json, "said", failure->detail);
    json_end_object(json);
}

/* The first failure becomes err. */
static int run_each(const struct hook_list *list, const struct hook_call *call,
                    struct json_writer *json, struct error *err)
{
    int rc = 0;

    VEC_EACH (&list->items, hook) {
        cleanup_error struct error failure = ERROR_INIT;
        int64_t began = clock_now_ms();
        if (hooks_run_one(&hook_place_of_host, hook, call, &failure) < 0)
            rc = error_set(err, failure.kind, "%s", failure.message);
        show_result(hook, clock_now_ms() - began, &failure, json);
        if (failure.detail != NULL)
            error_detail(err, failure.detail);
    }
    return rc;
}

static int try_hooks(const struct invocation *inv, const struct hook_call *call,
                     struct error *err)
{
    cleanup_hook_list struct hook_list list = { 0 };
    struct json_writer *json = NULL;

    if (hook_list_read(&list, &hook_place_of_host, (int)call->event, call->own,
                       err) < 0 ||
        interrupt_install(err) < 0)
        return -1;
    if (invocation_count(inv, "json") > 0) {
        json = show_json_begin("hooks-test");
        json_add_string(json, "event", hook_event_name(call->event));
        json_key(json, "hooks");
        json_begin_array(json);
    } else if (list.items.count == 0) {
        show_printf("no hooks of %s\n", hook_event_name(call->event));
    }
    int rc = run_each(&list, call, json, err);
    if (json != NULL) {
        json_end_array(json);
        show_json_end(json);
    }
    return rc;
}

static int read_event(const char *word, enum hook_event *event,
                      struct error *err)
{
    cleanup_strbuf struct strbuf names = { 0 };

    if (hook_event_parse(word, event))
        return 0;
    for (int i = 0; i < HOOK_EVENTS; i++)
        strbuf_printf(&names, "%s%s", i > 0 ? ", " : "",
                      hook_event_name((enum hook_event)i));
    error_set(err, ERR_USAGE, "'%s' is no event of hooks", word);
    error_hint(err, "there are: %s", names.text);
    return -1;
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_hook_guest struct hook_guest guest = { 0 };
    const char *word = inv->word_count > 1 ? inv->words[1] : NULL;
    enum hook_event event;

    if (read_event(inv->words[0], &event, err) < 0 ||
        hook_subject_read(&guest, word, err) < 0)
        return -1;
    struct hook_call call = hook_guest_call(&guest, event, NULL);
    call.test = true;
    call.interruptible = true;
    return try_hooks(inv, &call, err);
}

const struct command command_hooks_test = {
    .name = "test",
    .group = "hooks",
    .summary = "Runs the hooks of an event though nothing has happened",
    .words = "EVENT [DOMAIN]",
    .min_words = 1,
    .max_words = 2,
    .completes = WORD_DOMAIN,
    .without_xen = true,
    .options = json_option,
    .run = run,
};
