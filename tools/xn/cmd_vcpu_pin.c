/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * On which CPUs a virtual CPU may run (hard affinity) and best runs (soft).
 * "-" leaves one of the two as it is.
 */
#include <string.h>

#include <libxl_utils.h>

#include "base/mem.h"
#include "base/number.h"
#include "config/cpulist.h"
#include "domain/vcpu.h"
#include "show/show.h"
#include "xn/command.h"
#include "xn/format.h"
#include "xn/load.h"
#include "xn/subject.h"

/* A list of the command line; *given is false for "-" and none at all. */
static int read_list(const char *text, const struct load_facts *facts,
                     libxl_bitmap *map, bool *given, struct error *err)
{
    *given = text != NULL && strcmp(text, "-") != 0;
    return *given ? config_cpu_list(text, &facts->known, map, err) : 0;
}

static int read_vcpu(const struct invocation *inv, struct vcpu_pin *pin,
                     struct error *err)
{
    const char *word = inv->words[0];

    pin->force = invocation_count(inv, "force") > 0;
    if (strcmp(word, "all") == 0) {
        pin->vcpu = VCPU_ALL;
        if (pin->force)
            return error_set(err, ERR_USAGE,
                             "--force and 'all' do not go together");
        return 0;
    }
    if (!number_parse_u32(word, &pin->vcpu) || pin->vcpu == VCPU_ALL)
        return error_set(err, ERR_USAGE, "'%s' is neither a vCPU nor 'all'",
                         word);
    return 0;
}

static char *list_text(const libxl_bitmap *map, const struct load_facts *facts)
{
    return format_bit_list(map->map, map->size,
                           (unsigned int)facts->known.max_cpus);
}

static void show_plan(const struct vcpu_pin *pin,
                      const struct load_facts *facts)
{
    cleanup_free char *hard =
        pin->hard != NULL ? list_text(pin->hard, facts) : mem_strdup("-");

    show_printf("cpumap: %s", hard);
    if (pin->soft != NULL) {
        cleanup_free char *soft = list_text(pin->soft, facts);
        show_printf(" %s", soft);
    }
    show_printf("\n");
}

static int limit_hard(const struct invocation *inv,
                      const struct load_facts *facts, libxl_bitmap *hard,
                      struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };
    cleanup_xlconf struct xlconf defaults;

    xlconf_init(&defaults);
    if (load_defaults(inv->settings, &defaults, err) < 0 ||
        domain_list_add(&list, inv->domid, 0, err) < 0)
        return -1;
    return config_cpu_limit(&defaults, !list.items.items[0].hvm_guest,
                            &facts->known, hard, err);
}

static int pin_lists(const struct invocation *inv, struct vcpu_pin *pin,
                     const struct load_facts *facts, libxl_bitmap *hard,
                     libxl_bitmap *soft, struct error *err)
{
    struct subject subject = subject_of(inv);
    const char *soft_text = inv->word_count > 2 ? inv->words[2] : NULL;
    bool given;

    if (read_list(inv->words[1], facts, hard, &given, err) < 0)
        return -1;
    pin->hard = given ? hard : NULL;
    if (read_list(soft_text, facts, soft, &given, err) < 0)
        return -1;
    pin->soft = given ? soft : NULL;
    if (inv->settings->dry_run) {
        show_plan(pin, facts);
        return 0;
    }
    if (pin->hard != NULL &&
        invocation_count(inv, "ignore-global-affinity-masks") == 0 &&
        limit_hard(inv, facts, hard, err) < 0)
        return -1;
    return vcpu_set_affinity(&subject, pin, err);
}

static int run(struct invocation *inv, struct error *err)
{
    struct load_facts facts = { .nodes = NULL };
    struct vcpu_pin pin = { .vcpu = 0 };
    libxl_bitmap hard, soft;

    if (read_vcpu(inv, &pin, err) < 0)
        return -1;
    libxl_bitmap_init(&hard);
    libxl_bitmap_init(&soft);
    load_facts_read(inv->host, &facts);
    int rc = pin_lists(inv, &pin, &facts, &hard, &soft, err);
    load_facts_dispose(&facts);
    libxl_bitmap_dispose(&hard);
    libxl_bitmap_dispose(&soft);
    return rc;
}

static const struct option_row options[] = {
    { 'f', "force", OPTION_FLAG, NULL,
      "Also undoes a binding that the guest made for a while" },
    { 'i', "ignore-global-affinity-masks", OPTION_FLAG, NULL,
      "Takes no account of xl.conf's vm.cpumask" },
    { 0 },
};

const struct command command_vcpu_pin = {
    .name = "vcpu-pin",
    .summary = "Sets on which CPUs a domain's virtual CPUs run",
    .words = "DOMAIN VCPU|all HARD|- [SOFT|-]",
    .more = "HARD: the CPUs that it may run on; SOFT: those that it prefers; - "
            "leaves one as\n"
            "it is. Lists are those of the key cpus: 0-3, ^1, node:0, all.",
    .min_words = 3,
    .max_words = 4,
    .target = TARGET_DOMAIN,
    .can_dry_run = true,
    .options = options,
    .run = run,
};
