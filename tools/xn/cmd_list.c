/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The domains and what they do. The text is xl's to the byte, six columns and
 * more on request; --long is libxl's JSON of each domain's configuration.
 */
#include <libxl_utils.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "config/sxp.h"
#include "domain/life/restart.h"
#include "host/facts.h"
#include "host/stored.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"
#include "xn/load.h"
#include "xn/row.h"

struct columns {
    bool verbose;
    bool label;
    bool pool;
    bool nodes;
};

/* What is shown beside the facts of the list itself. */
struct extras {
    struct columns columns;
    char **pools; /* names, one for each domain */
    size_t pool_count;
    int node_count;
    libxl_bitmap nodes; /* room for one domain's */
};

static int read_extras(const struct invocation *inv,
                       const struct domain_list *list, struct extras *extras,
                       struct error *err)
{
    if (extras->columns.pool) {
        if (domain_list_pool_names(list, &extras->pools, err) < 0)
            return -1;
        extras->pool_count = list->items.count;
    }
    if (!extras->columns.nodes)
        return 0;
    if (host_node_count(inv->host, &extras->node_count, err) < 0)
        return -1;
    int rc = libxl_node_bitmap_alloc(inv->host->ctx, &extras->nodes, 0);
    if (rc != 0)
        return host_fail(inv->host, err, ERR_HOST, rc, "NUMA nodes");
    return 0;
}

static void dispose_extras(struct extras *extras)
{
    for (size_t i = 0; i < extras->pool_count; i++)
        free(extras->pools[i]);
    free(extras->pools);
    libxl_bitmap_dispose(&extras->nodes);
}

static char *node_list(const struct invocation *inv,
                       const struct domain_info *info, struct extras *extras)
{
    libxl_domain_get_nodeaffinity(inv->host->ctx, info->domid, &extras->nodes);
    return format_bit_list(extras->nodes.map, extras->nodes.size,
                           (unsigned int)extras->node_count);
}

static void show_header(const struct columns *columns)
{
    row_show_headings();
    if (columns->verbose)
        show_printf("   UUID                            Reason-Code"
                    "\tSecurity Label");
    else if (columns->label)
        show_printf("   Security Label");
    if (columns->pool)
        show_printf("         Cpupool");
    if (columns->nodes)
        show_printf(" NODE Affinity");
    show_printf("\n");
}

static void show_verbose(const struct domain_info *info)
{
    char uuid[UUID_TEXT_SIZE];

    uuid_format_text(info->uuid, uuid);
    show_printf(" %s", uuid);
    if (info->shutdown)
        show_printf(" %8x", info->shutdown_reason);
    else
        show_printf(" %8s", "-");
}

static void show_row(const struct invocation *inv,
                     const struct domain_list *list, size_t i,
                     struct extras *extras)
{
    const struct domain_info *info = &list->items.items[i];

    row_show_facts(info);
    if (extras->columns.verbose)
        show_verbose(info);
    if (extras->columns.verbose || extras->columns.label) {
        cleanup_free char *label = domain_label(inv->host, info);
        show_printf(" %16s", label != NULL ? label : "-");
    }
    if (extras->columns.pool) {
        cleanup_free char *pool = format_name(extras->pools[i]);
        show_printf("%16s", pool);
    }
    if (extras->columns.nodes) {
        cleanup_free char *nodes = node_list(inv, info, extras);
        show_printf(" %s", nodes);
    }
    show_printf("\n");
}

/* Its old domain is there yet, as whatever it ended. */
static bool waits_for_next_life(const struct restart_guests *noted,
                                const struct domain_info *info)
{
    char uuid[UUID_TEXT_SIZE];

    uuid_format_text(info->uuid, uuid);
    VEC_EACH (&noted->list, guest)
        if (guest->old_domid == info->domid && strcmp(guest->uuid, uuid) == 0)
            return true;
    return false;
}

static void add_state(struct json_writer *json, const struct domain_info *info,
                      const struct restart_guests *noted)
{
    char letters[FORMAT_STATE_SIZE];

    format_state_letters(info, letters);
    json_add_string(json, "state",
                    waits_for_next_life(noted, info) ? "rebooting"
                                                     : format_state_word(info));
    json_add_string(json, "state_letters", letters);
    if (info->shutdown)
        json_add_string(json, "shutdown_reason",
                        format_shutdown_reason(info->shutdown_reason));
}

static void add_facts(struct json_writer *json, const struct domain_info *info,
                      const struct restart_guests *noted)
{
    char uuid[UUID_TEXT_SIZE];

    json_add_uint(json, "domid", info->domid);
    if (info->name != NULL)
        json_add_string(json, "name", info->name);
    uuid_format_text(info->uuid, uuid);
    json_add_string(json, "uuid", uuid);
    if (info->type != NULL)
        json_add_string(json, "type", info->type);
    add_state(json, info, noted);
    json_add_uint(json, "memory", info->memory);
    json_add_uint(json, "memory_outstanding", info->memory_outstanding);
    if (info->memory_max != UINT64_MAX)
        json_add_uint(json, "memory_max", info->memory_max);
    json_add_uint(json, "vcpus", info->vcpus_online);
    json_add_uint(json, "vcpus_max", info->vcpus);
    json_add_double(json, "cpu_seconds", (double)info->cpu_ns / 1e9);
    json_add_uint(json, "cpupool_id", info->cpupool);
}

/* 0, or -1 when there is no configuration to be had. */
static int add_config(const struct invocation *inv, struct json_writer *json,
                      const struct domain_info *info)
{
    cleanup_error struct error problem = ERROR_INIT;
    cleanup_free char *config =
        stored_config_json(inv->host, info->domid, &problem);

    if (config == NULL) {
        log_warn("%s", problem.message);
        return -1;
    }
    cleanup_free char *valid = format_indent_json(config, 0);
    json_key(json, "config");
    if (json_embed(json, valid, &problem) < 0)
        json_null(json);
    return 0;
}

static void add_domain(const struct invocation *inv, struct json_writer *json,
                       const struct domain_list *list, size_t i,
                       struct extras *extras,
                       const struct restart_guests *noted)
{
    const struct domain_info *info = &list->items.items[i];

    json_begin_object(json);
    add_facts(json, info, noted);
    if (extras->columns.pool && extras->pools[i] != NULL)
        json_add_string(json, "cpupool", extras->pools[i]);
    if (extras->columns.verbose || extras->columns.label) {
        cleanup_free char *label = domain_label(inv->host, info);
        if (label != NULL)
            json_add_string(json, "security_label", label);
    }
    if (extras->columns.nodes) {
        cleanup_free char *nodes = node_list(inv, info, extras);
        json_add_string(json, "node_affinity", nodes);
    }
    if (invocation_count(inv, "long") > 0)
        add_config(inv, json, info);
    json_end_object(json);
}

/* A guest between two lives has no domain, and is no stranger either. */
static bool is_listed(const struct domain_list *list, const char *name)
{
    VEC_EACH (&list->items, info)
        if (info->name != NULL && strcmp(info->name, name) == 0)
            return true;
    return false;
}

/*
 * libxl pauses a domain that it destroys, and takes its name away first: of one
 * whose next life is noted, neither is shown.
 */
static void name_those_that_end(struct domain_list *list,
                                const struct restart_guests *rebooting)
{
    char uuid[UUID_TEXT_SIZE];

    VEC_EACH (&list->items, info) {
        if (info->name != NULL)
            continue;
        uuid_format_text(info->uuid, uuid);
        VEC_EACH (&rebooting->list, guest)
            if (strcmp(guest->uuid, uuid) == 0 && info->name == NULL) {
                info->name = mem_strdup(guest->name);
                info->paused = false;
            }
    }
}

static void keep_unlisted(struct restart_guests *rebooting,
                          const struct domain_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < rebooting->list.count; i++) {
        struct restart_guest *guest = &rebooting->list.items[i];
        if (is_listed(list, guest->name))
            free(guest->name);
        else
            rebooting->list.items[kept++] = *guest;
    }
    rebooting->list.count = kept;
}

/* Whether this is the name or UUID of a guest between two lives: then it is
 * added to found. */
static int add_if_rebooting(const char *word, struct restart_guests *found,
                            bool *is_one, struct error *err)
{
    cleanup_restart_guests struct restart_guests all = { 0 };

    *is_one = false;
    if (restart_list(&all, err) < 0)
        return -1;
    VEC_EACH (&all.list, guest) {
        if (strcmp(guest->name, word) != 0 &&
            strcasecmp(guest->uuid, word) != 0)
            continue;
        VEC_PUSH(&found->list, *guest);
        guest->name = NULL; /* found has it */
        *is_one = true;
    }
    return 0;
}

/*
 * A name that no domain has may be a guest's between two lives. Its note goes
 * when its next domain is there: a look before and one after the notes miss
 * neither.
 */
static int select_named(const struct invocation *inv, char *word,
                        unsigned int details, struct domain_list *list,
                        struct restart_guests *rebooting, struct error *err)
{
    cleanup_error struct error missing = ERROR_INIT;
    bool is_one = false;

    if (domain_list_select(inv->host, list, &word, 1, details, &missing) == 0)
        return 0;
    if (missing.kind == ERR_NODOMAIN && !inv->settings->as_xl &&
        add_if_rebooting(word, rebooting, &is_one, err) < 0)
        return -1;
    if (is_one)
        return 0;
    return domain_list_select(inv->host, list, &word, 1, details, err);
}

static int select_domains(const struct invocation *inv, unsigned int details,
                          struct domain_list *list,
                          struct restart_guests *rebooting, struct error *err)
{
    if (inv->word_count == 0)
        return domain_list_read(list, details, err);
    for (int i = 0; i < inv->word_count; i++)
        if (select_named(inv, inv->words[i], details, list, rebooting, err) < 0)
            return -1;
    return 0;
}

static int find_rebooting(const struct invocation *inv,
                          struct domain_list *list,
                          struct restart_guests *found, struct error *err)
{
    if (inv->word_count > 0)
        return 0;
    if (restart_list(found, err) < 0)
        return -1;
    name_those_that_end(list, found);
    keep_unlisted(found, list);
    return 0;
}

static void show_rebooting(const struct restart_guests *rebooting)
{
    VEC_EACH (&rebooting->list, guest) {
        cleanup_free char *name = format_name(guest->name);
        show_printf("%-40s %5s %5s %5s  rebooting\n", name, "-", "-", "-");
    }
}

static void add_rebooting(struct json_writer *json,
                          const struct restart_guests *rebooting)
{
    VEC_EACH (&rebooting->list, guest) {
        json_begin_object(json);
        json_add_string(json, "name", guest->name);
        json_add_string(json, "uuid", guest->uuid);
        json_add_string(json, "state", "rebooting");
        json_end_object(json);
    }
}

static void show_json(const struct invocation *inv,
                      const struct domain_list *list, struct extras *extras,
                      const struct restart_guests *rebooting)
{
    cleanup_restart_guests struct restart_guests noted = { 0 };
    struct json_writer *json = show_json_begin("list");

    /* Without it each has the state of its domain. */
    (void)!restart_list(&noted, NULL);
    json_key(json, "domains");
    json_begin_array(json);
    for (size_t i = 0; i < list->items.count; i++)
        add_domain(inv, json, list, i, extras, &noted);
    add_rebooting(json, rebooting);
    json_end_array(json);
    show_json_end(json);
}

/*
 * One document for each domain, put together here: a domain whose
 * configuration cannot be had is left out and spoils nothing.
 */
static void show_long(const struct invocation *inv,
                      const struct domain_list *list)
{
    const char *separator = "\n";

    show_printf("[");
    VEC_EACH (&list->items, info) {
        cleanup_error struct error problem = ERROR_INIT;
        cleanup_free char *config =
            stored_config_json(inv->host, info->domid, &problem);
        if (config == NULL) {
            log_warn("%s", problem.message);
            continue;
        }
        cleanup_free char *indented = format_indent_json(config, 8);
        show_printf("%s    {\n        \"domid\": %u,\n        \"config\": %s\n"
                    "    }",
                    separator, info->domid, indented);
        separator = ",\n";
    }
    /* yajl, which xl uses, puts an empty line into an empty array */
    show_printf("%s\n]\n\n", separator[0] == '\n' ? "\n" : "");
}

static int show_sxp(const struct invocation *inv,
                    const struct domain_list *list, struct error *err)
{
    VEC_EACH (&list->items, info) {
        cleanup_domain_spec struct domain_spec spec;
        cleanup_error struct error problem = ERROR_INIT;
        cleanup_strbuf struct strbuf text = { 0 };
        char uuid[UUID_TEXT_SIZE];

        domain_spec_init(&spec);
        uuid_format_text(info->uuid, uuid);
        if (stored_config_read(inv->host, info->domid, &spec.config, &problem) <
            0) {
            log_warn("%s", problem.message);
            continue;
        }
        int rc =
            sxp_of_domain((int)info->domid, uuid, &spec.config, &text, err);
        show_printf("%s", text.text);
        if (rc < 0)
            return -1;
    }
    return 0;
}

/* As JSON, or as xl.conf has it. */
static int show_configs(const struct invocation *inv,
                        const struct domain_list *list, struct error *err)
{
    cleanup_xlconf struct xlconf defaults;

    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0)
        return -1;
    if (defaults.output_sxp)
        return show_sxp(inv, list, err);
    show_long(inv, list);
    return 0;
}

static int run(struct invocation *inv, struct error *err)
{
    cleanup_restart_guests struct restart_guests rebooting = { 0 };
    cleanup_domain_list struct domain_list list = { 0 };
    bool as_json = invocation_count(inv, "json") > 0;
    bool as_long = invocation_count(inv, "long") > 0;
    struct extras extras = {
        .columns = { .verbose = invocation_count(inv, "verbose") > 0,
                     .label = invocation_count(inv, "context") > 0,
                     .pool = invocation_count(inv, "cpupool") > 0,
                     .nodes = invocation_count(inv, "numa") > 0 },
    };
    unsigned int details = as_json   ? DOMAIN_NAMES | DOMAIN_TYPES
                           : as_long ? 0
                                     : DOMAIN_NAMES;

    int rc = select_domains(inv, details, &list, &rebooting, err);
    if (rc == 0 && (as_json || !as_long))
        rc = read_extras(inv, &list, &extras, err);
    if (rc == 0 && (as_json || !as_long))
        rc = find_rebooting(inv, &list, &rebooting, err);
    if (rc == 0 && as_json)
        show_json(inv, &list, &extras, &rebooting);
    else if (rc == 0 && as_long)
        rc = show_configs(inv, &list, err);
    else if (rc == 0) {
        show_header(&extras.columns);
        for (size_t i = 0; i < list.items.count; i++)
            show_row(inv, &list, i, &extras);
        if (!inv->settings->as_xl)
            show_rebooting(&rebooting);
    }
    dispose_extras(&extras);
    return rc;
}

static const struct option_row options[] = {
    { 'l', "long", OPTION_FLAG, NULL,
      "Shows each configuration, as JSON, or as SXP if xl.conf says so" },
    { 'v', "verbose", OPTION_FLAG, NULL,
      "Adds UUID, shutdown reason and security label" },
    { 'Z', "context", OPTION_FLAG, NULL, "Adds the security label" },
    { 'c', "cpupool", OPTION_FLAG, NULL, "Adds the CPU pool" },
    { 'n', "numa", OPTION_FLAG, NULL, "Adds the affinity to NUMA nodes" },
    OPTION_JSON,
    { 0 },
};

const struct command command_list = {
    .name = "list",
    .summary = "Lists the domains, or those named",
    .words = "[DOMAIN ...]",
    .max_words = -1,
    .completes = WORD_DOMAIN,
    .options = options,
    .run = run,
};
