/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/create_json.h"

#include "base/clock.h"
#include "base/uuid.h"
#include "domain/create.h"
#include "domain/plan.h"
#include "host/domains.h"
#include "xn/format.h"
#include "xn/load.h"
#include "xn/making.h"

static void add_plan(struct json_writer *json,
                     const struct create_request *request)
{
    struct create create = { .spec = request->spec,
                             .defaults = request->defaults,
                             .paused = request->paused,
                             .supervise = request->supervise };
    struct plan plan;

    plan_make(&plan, &create);
    json_key(json, "plan");
    json_begin_array(json);
    VEC_EACH (&plan.steps, step)
        json_string(json, step->text);
    json_end_array(json);
    plan_dispose(&plan);
}

/* As Xen has it now; a guest that is gone again has no state. */
static void add_domain(struct json_writer *json, uint32_t domid)
{
    cleanup_domain_list struct domain_list list = { 0 };
    cleanup_error struct error gone = ERROR_INIT;
    char uuid[UUID_TEXT_SIZE];

    json_add_uint(json, "domid", domid);
    if (domain_list_add(&list, domid, 0, &gone) < 0)
        return;
    uuid_format_text(list.items.items[0].uuid, uuid);
    json_add_string(json, "uuid", uuid);
    json_add_string(json, "state", format_state_word(&list.items.items[0]));
}

static void add_error(struct json_writer *json, const struct error *err)
{
    json_key(json, "error");
    json_begin_object(json);
    json_add_string(json, "message", err->message);
    json_add_string(json, "hint", err->hint);
    json_add_int(json, "exit_status", err->kind);
    json_end_object(json);
}

static int make(struct invocation *inv, struct create_request *request,
                struct json_writer *json, bool *created, struct error *err)
{
    uint32_t domid;

    making_read_options(inv, request);
    json_add_string(json, "name", request->spec->config.c_info.name);
    if (invocation_count(inv, "d") > 0 &&
        load_show_domain(request->defaults, request->spec, stderr, err) < 0)
        return -1;
    if (invocation_count(inv, "plan") > 0) {
        add_plan(json, request);
        return 0;
    }
    if (domain_create(inv->host, request, &domid, err) < 0)
        return -1;
    *created = true;
    add_domain(json, domid);
    return 0;
}

int create_json(struct invocation *inv, const struct config_source *source,
                const struct xlconf *defaults, struct json_writer *json,
                struct error *err)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct domain_spec cleanup_domain_spec spec;
    struct create_request request = { .spec = &spec, .defaults = defaults };
    int64_t began = clock_now_ms();
    bool created = false;

    domain_spec_init(&spec);
    json_begin_object(json);
    json_add_string(json, "file", source->path);
    int rc = load_domain_silently(inv->host, source, defaults,
                                  invocation_count(inv, "i") > 0, &spec, &diags,
                                  err);
    json_key(json, "diagnostics");
    config_diags_json(&diags, json);
    if (rc == 0)
        rc = make(inv, &request, json, &created, err);
    json_add_bool(json, "created", created);
    json_add_double(json, "seconds", (double)(clock_now_ms() - began) / 1e3);
    if (rc < 0)
        add_error(json, err);
    json_end_object(json);
    return rc;
}
