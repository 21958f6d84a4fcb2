/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libFuzzer harness of the host's own files, which share the language of a
 * domain's: the first byte chooses xl.conf, xenith.conf, a CPU pool (on a host
 * of which nothing is known, or of eight CPUs on two nodes) or a watch rule;
 * the rest is the file. What is said agrees with what is yielded, and what was
 * accepted is within its limits.
 */
#include <string.h>

#include "config/config.h"
#include "config/cpupool.h"
#include "config/watchrule.h"
#include "config/xenithconf.h"
#include "fuzz_diags.h"

enum {
    CPUS = 8,
    NODES = 2,
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* An error is told to the user and to the program, or to neither. */
static void check_told(int rc, const struct config_diags *diags,
                       const struct error *err)
{
    require((rc < 0) == (diags->errors > 0));
    require((rc < 0) == error_is_set(err));
}

static void read_xlconf(const struct config_source *source)
{
    cleanup_shown_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_error struct error err = ERROR_INIT;
    struct xlconf cleanup_xlconf conf;

    xlconf_init(&conf);
    check_told(xlconf_load(source, &conf, &diags, &err), &diags, &err);
    require(conf.lockfile != NULL);
}

static void read_xenithconf(const struct config_source *source)
{
    cleanup_shown_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_error struct error err = ERROR_INIT;
    struct xenithconf conf;

    xenithconf_init(&conf);
    check_told(xenithconf_load(source, &conf, &diags, &err), &diags, &err);
    require(conf.hook_timeout > 0 && conf.script_timeout > 0);
}

static void read_cpupool_on(const struct config_source *source,
                            const struct config_host_facts *facts)
{
    cleanup_shown_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_error struct error err = ERROR_INIT;
    struct cpupool_spec cleanup_cpupool_spec spec = { 0 };

    check_told(config_load_cpupool(source, facts, &spec, &diags, &err), &diags,
               &err);
}

static void read_cpupool(const struct config_source *source)
{
    static const struct config_host_facts unknown;

    read_cpupool_on(source, &unknown);
}

static void read_cpupool_of_host(const struct config_source *source)
{
    static uint8_t halves[NODES][1] = { { 0x0f }, { 0xf0 } };
    static const libxl_bitmap node_cpus[NODES] = { { 1, halves[0] },
                                                   { 1, halves[1] } };
    static const struct config_host_facts facts = { .max_cpus = CPUS,
                                                    .online_cpus = CPUS,
                                                    .nr_nodes = NODES,
                                                    .node_cpus = node_cpus };

    read_cpupool_on(source, &facts);
}

static void read_watchrule(const struct config_source *source)
{
    cleanup_shown_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    cleanup_error struct error err = ERROR_INIT;
    struct watchrule rule = { 0 };
    int rc = watchrule_load(source, &rule, &diags, &err);

    check_told(rc, &diags, &err);
    if (rc == 0) {
        require(rule.path != NULL && rule.user != NULL);
        require(rule.command.count > 0 && rule.command.items[0][0] == '/');
        require(rule.timeout > 0);
    }
    watchrule_dispose(&rule);
}

/* The corpus counts on the order: new ones go to the end. */
static void (*const files[])(const struct config_source *source) = {
    read_xlconf,          read_xenithconf, read_cpupool,
    read_cpupool_of_host, read_watchrule,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_source source = { .path = "f", .plain = true };

    if (size == 0)
        return 0;
    cleanup_free char *text = mem_copy_text((const char *)data + 1, size - 1);
    source.text = text;
    source.length = size - 1;
    files[data[0] % (sizeof(files) / sizeof(files[0]))](&source);
    return 0;
}
