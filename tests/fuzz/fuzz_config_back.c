/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libFuzzer harness of the ways back: a file that makes a domain makes the same
 * one in its canonical layout, and when it is written anew from the domain. A
 * file in that layout stays as it is.
 */
#include "fuzz_config.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "config/layout.h"
#include "config/settings.h"

static void fail(const char *what, const char *a, const char *b)
{
    fprintf(stderr, "%s\n---\n%s\n+++\n%s\n", what, a, b);
    abort();
}

/* What two readings of one file need not have in common. */
static void forget_random(libxl_domain_config *config)
{
    memset(&config->c_info.uuid, 0, sizeof(config->c_info.uuid));
    if (config->c_info.type == LIBXL_DOMAIN_TYPE_HVM)
        memset(&config->b_info.u.hvm.ms_vm_genid, 0,
               sizeof(config->b_info.u.hvm.ms_vm_genid));
}

/* The JSON of the domain, NULL if it is none; spec was initialised. */
static char *read_domain(const char *bytes, size_t length,
                         struct domain_spec *spec)
{
    cleanup_free char *text = mem_copy_text(bytes, length);
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    const struct config_source source = {
        .path = "f", .text = text, .length = length, .plain = true
    };

    if (config_load(&source, NULL, NULL, spec, &diags, NULL) < 0)
        return NULL;
    forget_random(&spec->config);
    /* Of a line that it refuses libxl may keep a leaf without registers. */
    if (diags.warnings > 0)
        libxl_cpuid_dispose(&spec->config.b_info.cpuid);
    return domain_spec_to_json(spec);
}

static void check_text(const char *what, const struct strbuf *text,
                       const char *json)
{
    struct domain_spec cleanup_domain_spec spec;

    domain_spec_init(&spec);
    cleanup_free char *again = read_domain(text->text, text->length, &spec);
    if (again == NULL || strcmp(json, again) != 0) {
        fprintf(stderr, "%s\n", text->text);
        fail(what, json, again != NULL ? again : "no domain");
    }
}

static void lay_out(const char *text, size_t length, struct strbuf *out)
{
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct config_text *source = config_text_new("f", text, length, 0);

    if (config_layout(source, &diags, out) < 0)
        fail("no layout", text, "");
    config_text_unref(source);
}

static void check_layout(const char *text, size_t length, const char *json)
{
    cleanup_strbuf struct strbuf once = { 0 };
    cleanup_strbuf struct strbuf twice = { 0 };

    lay_out(text, length, &once);
    lay_out(once.text, once.length, &twice);
    if (strcmp(once.text, twice.text) != 0)
        fail("the layout changes", once.text, twice.text);
    check_text("the layout is another domain", &once, json);
}

/* xl counts a vCPU that two virtual nodes name twice; no file says that. */
static void check_settings(const struct domain_spec *spec, const char *json)
{
    struct config_settings cleanup_config_settings settings = { 0 };
    cleanup_strbuf struct strbuf text = { 0 };

    config_settings_make(&settings, spec, NULL);
    config_settings_render(&settings, &text);
    if (settings.notes.count == 0 && spec->config.b_info.num_vnuma_nodes == 0)
        check_text("the settings are another domain", &text, json);
}

/* Other bytes are mended on their way through JSON. */
static bool is_utf8(const char *data, size_t length)
{
    cleanup_free char *ended = mem_copy_text(data, length);
    const char *text = ended, *end = text + length;
    uint32_t rune;

    while (text < end) {
        size_t used = *text == '\0' ? 1 : utf8_decode(text, &rune);

        if (used == 0)
            return false;
        text += used;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct domain_spec cleanup_domain_spec spec;

    domain_spec_init(&spec);
    cleanup_free char *json = read_domain(text, size, &spec);
    if (json == NULL)
        return 0;
    check_layout(text, size, json);
    if (is_utf8(text, size))
        check_settings(&spec, json);
    return 0;
}
