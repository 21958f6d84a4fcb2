/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libFuzzer harness of the configuration language: any bytes are read as a
 * domain's file, filled and shown. With a first byte of 1 to 9 the rest is
 * one string of a sub-grammar (disk, vif, ...), so that the fuzzer need not
 * find the way there.
 */
#include "fuzz_config.h"

#include <string.h>

#include "base/mem.h"
#include "config/config.h"

static const char *const lists[] = { "disk",    "vif",     "pci",
                                     "vfb",     "vkb",     "vdispl",
                                     "channel", "usbctrl", "iomem" };

static void read_config(const char *text, size_t length)
{
    const struct config_source source = {
        .path = "f", .text = text, .length = length, .plain = true
    };
    struct config_diags diags = CONFIG_DIAGS_INIT;
    struct strbuf said = { 0 };
    struct domain_spec spec;

    domain_spec_init(&spec);
    if (config_load(&source, NULL, NULL, &spec, &diags, NULL) == 0)
        free(domain_spec_to_json(&spec));
    config_diags_render(&diags, CONFIG_RENDER_QUOTE, &said);
    strbuf_dispose(&said);
    config_diags_dispose(&diags);
    domain_spec_dispose(&spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf text = { 0 };

    if (size == 0 || data[0] == 0 ||
        data[0] > sizeof(lists) / sizeof(lists[0])) {
        read_config((const char *)data, size);
        return 0;
    }
    strbuf_printf(&text, "name='n';kernel='k';memory=64;vcpus=2\n%s=['",
                  lists[data[0] - 1]);
    for (size_t i = 1; i < size; i++) {
        if (data[i] == '\'' || data[i] == '\\')
            strbuf_putc(&text, '\\');
        strbuf_putc(&text, (char)data[i]);
    }
    strbuf_puts(&text, "']\n");
    read_config(text.text, text.length);
    strbuf_dispose(&text);
    return 0;
}
