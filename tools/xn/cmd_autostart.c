/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which guests start with the host. */
#include "base/log.h"
#include "base/mem.h"
#include "show/show.h"
#include "xn/defined.h"
#include "xn/load.h"

static int show_all(const struct invocation *inv, const struct managed *managed,
                    struct error *err)
{
    cleanup_managed_paths struct managed_paths paths = { 0 };

    if (managed_list(managed, true, &paths, err) < 0)
        return -1;
    if (invocation_count(inv, "json") == 0) {
        VEC_EACH (&paths.list, path)
            show_printf("%s\n", *path);
        return 0;
    }
    struct json_writer *json = show_json_begin("autostart");
    json_key(json, "files");
    json_begin_array(json);
    VEC_EACH (&paths.list, path)
        json_string(json, *path);
    json_end_array(json);
    show_json_end(json);
    return 0;
}

/* What is wrong with it can be mended until the host starts the next time. */
static void warn_of_mistakes(const struct invocation *inv, const char *path)
{
    cleanup_domain_spec struct domain_spec spec;
    cleanup_error struct error err = ERROR_INIT;
    cleanup_xlconf struct xlconf defaults;
    struct config_source source = { .path = path };

    domain_spec_init(&spec);
    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, &err) < 0 ||
        load_domain(inv->settings, NULL, &source, &defaults, false, false,
                    &spec, &err) < 0)
        log_warn("it cannot be started as it is: %s", err.message);
}

static int enable(const struct invocation *inv, const struct managed *managed,
                  const char *name, bool *changed, struct error *err)
{
    cleanup_free char *path = NULL;

    /* A file in this folder is as good as a path. */
    if (managed_is_file(name))
        path = mem_strdup(name);
    else if (defined_find(managed, name, &path, err) < 0)
        return -1;
    if (managed_enable(managed, path, changed, err) < 0)
        return -1;
    warn_of_mistakes(inv, path);
    return 0;
}

/* The link may be called otherwise than the guest. */
static int disable(const struct managed *managed, const char *name,
                   bool *changed, struct error *err)
{
    cleanup_free char *path = NULL;

    if (managed_disable(managed, name, changed, err) < 0)
        return -1;
    if (*changed || defined_find(managed, name, &path, NULL) < 0)
        return 0;
    return managed_disable(managed, path, changed, err);
}

static int run(struct invocation *inv, struct error *err)
{
    struct managed managed = { .folder = MANAGED_FOLDER };
    bool disables = invocation_count(inv, "disable") > 0;
    bool changed;

    if (inv->word_count == 0 && !disables)
        return show_all(inv, &managed, err);
    if (inv->word_count == 0)
        return error_set(err, ERR_USAGE, "--disable needs a name");
    const char *name = inv->words[0];
    int rc = disables ? disable(&managed, name, &changed, err)
                      : enable(inv, &managed, name, &changed, err);
    if (rc < 0)
        return -1;
    show_printf("%s %s with the host%s\n", name,
                disables ? "does not start" : "starts",
                changed ? "" : ", as before");
    return 0;
}

static const struct option_row options[] = {
    { 0, "disable", OPTION_FLAG, NULL, "It does not start with the host" },
    OPTION_JSON,
    { 0 },
};

const struct command command_autostart = {
    .name = "autostart",
    .ours = true,
    .summary = "Has a guest start with the host, or lists those that do",
    .words = "[NAME|FILE]",
    .max_words = 1,
    .completes = WORD_DEFINED_OR_FILE,
    .without_xen = true,
    .options = options,
    .run = run,
};
