/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cpuid, in both of its syntaxes: a string "host,NAME=VALUE,..." and a list
 * of "LEAF:REG=32 characters,...". libxl's own parsers do the work; they
 * need no context. What they refuse xl mentions and leaves out.
 */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

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

/* "7,0:ebx=xxxx...,edx=..." of {"leaf": 7, "subleaf": 0, "ebx": ...}. */
static char *make_line(const struct json_value *policy)
{
    static const char *const registers[] = { "eax", "ebx", "ecx", "edx" };
    struct strbuf line = { 0 };
    uint64_t leaf = 0, subleaf;
    char separator = ':';

    json_as_uint(json_get(policy, "leaf"), &leaf);
    strbuf_printf(&line, "0x%" PRIx64, leaf);
    if (json_as_uint(json_get(policy, "subleaf"), &subleaf))
        strbuf_printf(&line, ",0x%" PRIx64, subleaf);
    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        const char *bits = json_as_string(json_get(policy, registers[i]));

        if (bits == NULL)
            continue;
        strbuf_printf(&line, "%c%s=%s", separator, registers[i], bits);
        separator = ',';
    }
    return strbuf_take(&line);
}

static void write_policies(struct write *write, const struct json_value *list)
{
    cleanup_strbuf struct strbuf lines = { 0 };

    for (size_t i = 0; i < json_count(list); i++) {
        cleanup_free char *line = make_line(json_item(list, i));

        if (strchr(line, ':') != NULL) /* else it says nothing */
            write_item(&lines, line);
    }
    write_list(write, "cpuid", &lines);
}

/* Of libxl's list of policies only its JSON tells what is in it. */
void write_cpuid(struct write *write)
{
    libxl_domain_build_info *b_info = (void *)write->b_info;
    cleanup_free char *text = NULL;
    cleanup_json_value struct json_value *document = NULL;

    if (b_info->cpuid == NULL)
        return;
    text = libxl_domain_build_info_to_json(NULL, b_info);
    if (text == NULL || json_parse(text, strlen(text), &document, NULL) < 0) {
        write_note(write, "cpuid: libxl does not tell what it is");
        return;
    }
    const struct json_value *cpuid = json_get(document, "cpuid");
    write_policies(write, json_get(cpuid, "cpuid"));
    if (json_count(json_get(cpuid, "msr")) > 0)
        write_note(write, "cpuid: the policy of MSRs is left out");
}
