/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cpuid, in both of its syntaxes: a string "host,NAME=VALUE,..." and a list
 * of "LEAF:REG=32 characters,...". libxl's own parsers do the work; they
 * need no context. What they refuse xl mentions and leaves out.
 */
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/spec.h"

static const char *flag_fault(int rc)
{
    switch (rc) {
    case 1:
        return "it has no '='";
    case 2:
        return "no CPU feature of that name is known";
    case 3:
        return "the value is not 0, 1, x, k or s";
    default:
        return "libxl does not take it";
    }
}

static void set_from_string(struct fill *fill, const struct config_value *value)
{
    struct spec cleanup_spec spec;
    char *word;

    spec_open(&spec, fill, value);
    word = spec_next(&spec);
    if (word == NULL)
        return;
    if (strcmp(word, "host") != 0) {
        spec_warn(&spec, word, "write: cpuid = \"host,...\"",
                  "the first word of 'cpuid' must be host; all is ignored");
        return;
    }
    while ((word = spec_next(&spec)) != NULL) {
        int rc = libxl_cpuid_parse_config(&fill->b_info->cpuid, word);

        if (rc != 0)
            spec_warn(&spec, word, NULL, "'%s' is ignored: %s", word,
                      flag_fault(rc));
    }
}

static const char *line_fault(int rc)
{
    switch (rc) {
    case 1:
        return "the leaf is not a number";
    case 2:
        return "the subleaf is not a number";
    case 3:
        return "there is no ':' after the leaf";
    case 4:
        return "a register is eax, ebx, ecx or edx";
    case 5:
        return "a register's value is 32 characters long";
    default:
        return "libxl does not take it";
    }
}

static void set_from_list(struct fill *fill, const struct config_value *list)
{
    const struct config_value *item = NULL;

    while ((item = fill_item(fill, "cpuid", list, item)) != NULL) {
        int rc = libxl_cpuid_parse_config_xend(&fill->b_info->cpuid,
                                               item->u.atom.text);

        if (rc != 0)
            fill_warn(fill, item, NULL, "this line of 'cpuid' is ignored: %s",
                      line_fault(rc));
    }
}

void fill_cpuid(struct fill *fill)
{
    const struct config_value *value = fill_value(fill, "cpuid");

    if (value == NULL)
        return;
    if (value->type == CONFIG_LIST)
        set_from_list(fill, value);
    else
        set_from_string(fill, value);
}
