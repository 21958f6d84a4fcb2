/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/hooks/hook_call.h"

#include <libxl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/vec.h"

#define DEPTH "XN_HOOK_DEPTH"

static const char *const event_names[] = {
    [HOOK_PREPARE] = "prepare",
    [HOOK_CREATED] = "created",
    [HOOK_STARTED] = "started",
    [HOOK_STOPPED] = "stopped",
    [HOOK_REBOOT] = "reboot",
    [HOOK_CRASHED] = "crashed",
    [HOOK_MIGRATE_OUT] = "migrate-out",
    [HOOK_MIGRATE_IN] = "migrate-in",
    [HOOK_DEVICE_ADDED] = "device-added",
    [HOOK_DEVICE_REMOVED] = "device-removed",
};

const char *hook_event_name(enum hook_event event)
{
    return event_names[event];
}

bool hook_event_parse(const char *name, enum hook_event *event)
{
    for (size_t i = 0; i < HOOK_EVENTS; i++)
        if (strcmp(name, event_names[i]) == 0) {
            *event = (enum hook_event)i;
            return true;
        }
    return false;
}

static bool has_domain(const struct hook_call *call)
{
    return call->domid != (uint32_t)INVALID_DOMID;
}

/* ---- the document ---- */

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)(now.tv_nsec / 1000000) / 1e3;
}

static void add_domain(struct json_writer *json, const struct hook_call *call)
{
    json_key(json, "domain");
    json_begin_object(json);
    json_add_string(json, "name", call->name);
    json_add_string(json, "uuid", call->uuid);
    if (has_domain(call))
        json_add_uint(json, "domid", call->domid);
    json_end_object(json);
}

static void add_device(struct json_writer *json, const struct hook_call *call)
{
    json_key(json, "device");
    json_begin_object(json);
    json_add_string(json, "kind", call->device_kind);
    json_add_string(json, "name", call->device);
    json_end_object(json);
}

static int add_config(struct json_writer *json, const struct hook_call *call,
                      struct error *err)
{
    json_key(json, "config");
    return json_embed(json, call->config, err);
}

char *hook_call_document(const struct hook_call *call, struct error *err)
{
    cleanup_json_writer struct json_writer *json = json_writer_new(0);

    json_begin_object(json);
    json_add_string(json, "schema", "xn.hook/1");
    json_add_string(json, "event", hook_event_name(call->event));
    json_add_double(json, "time", seconds_now());
    if (call->test)
        json_add_bool(json, "test", true);
    add_domain(json, call);
    if (call->cause != NULL)
        json_add_string(json, "cause", call->cause);
    if (call->peer != NULL)
        json_add_string(json, "peer", call->peer);
    if (call->device != NULL)
        add_device(json, call);
    if (call->config != NULL && add_config(json, call, err) < 0)
        return NULL;
    json_end_object(json);
    return mem_printf("%s\n", json_text(json, NULL));
}

/* ---- the environment ---- */

unsigned int hook_call_depth(void)
{
    const char *text = getenv(DEPTH);
    uint32_t depth = 0;

    if (text != NULL && !number_parse_u32(text, &depth))
        return HOOK_DEPTH_MAX;
    return depth;
}

char **hook_call_env(const struct hook_call *call)
{
    VEC(char *) env = VEC_INIT;

    VEC_PUSH(&env, mem_strdup("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
                              "/usr/bin:/sbin:/bin"));
    VEC_PUSH(&env, mem_strdup("LANG=C.UTF-8"));
    VEC_PUSH(&env, mem_printf("XN_EVENT=%s", hook_event_name(call->event)));
    VEC_PUSH(&env, mem_printf("XN_DOMAIN=%s", call->name));
    VEC_PUSH(&env, mem_printf("XN_UUID=%s", call->uuid));
    if (has_domain(call))
        VEC_PUSH(&env, mem_printf("XN_DOMID=%u", call->domid));
    VEC_PUSH(&env, mem_printf(DEPTH "=%u", hook_call_depth() + 1));
    VEC_PUSH(&env, NULL);
    return env.items;
}

void hook_call_free_env(char **env)
{
    for (char **item = env; *item != NULL; item++)
        free(*item);
    free(env);
}
