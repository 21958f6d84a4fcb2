/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vdispl: PV displays, `backend=D,be-alloc=0|1,connectors=ID:WxH;ID:WxH`. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

static bool read_connector(const char *word, libxl_connector_param *connector)
{
    const char *colon = strchr(word, ':');

    if (colon == NULL || colon == word)
        return false;
    libxl_connector_param_init(connector);
    connector->unique_id = mem_strndup(word, (size_t)(colon - word));
    return sscanf(colon + 1, "%10ux%10u", &connector->width,
                  &connector->height) == 2;
}

/* The last list of them wins, as every setting does. */
static void drop_connectors(libxl_device_vdispl *vdispl)
{
    for (int i = 0; i < vdispl->num_connectors; i++)
        libxl_connector_param_dispose(&vdispl->connectors[i]);
    free(vdispl->connectors);
    vdispl->connectors = NULL;
    vdispl->num_connectors = 0;
}

static void set_connectors(struct spec *spec, void *object, const char *text)
{
    libxl_device_vdispl *vdispl = object;
    cleanup_free char *copy = mem_strdup(text);
    char *rest = copy;
    char *word;

    drop_connectors(vdispl);
    while ((word = spec_next_part(spec->fill, spec->value, ';', &rest))) {
        libxl_connector_param *connector =
            FILL_EXTEND(vdispl->connectors, vdispl->num_connectors);

        if (!read_connector(word, connector))
            spec_error(spec, text, "it is like id0:1920x1080;id1:800x600",
                       "'%s' is not a connector", word);
    }
}

static char *write_connectors(const void *object)
{
    const libxl_device_vdispl *vdispl = object;
    struct strbuf text = { 0 };

    for (int i = 0; i < vdispl->num_connectors; i++) {
        const libxl_connector_param *connector = &vdispl->connectors[i];

        strbuf_printf(&text, "%s%s:%ux%u", i > 0 ? ";" : "",
                      connector->unique_id, connector->width,
                      connector->height);
    }
    return strbuf_take(&text);
}

static const struct spec_field vdispl_fields[] = {
    { "backend", SPEC_TEXT, offsetof(libxl_device_vdispl, backend_domname) },
    { "be-alloc", SPEC_BOOL, offsetof(libxl_device_vdispl, be_alloc) },
    { "connectors", SPEC_FUNCTION, 0, NULL, set_connectors, write_connectors },
};

const struct spec_grammar vdispl_grammars[] = {
    SPEC_FIELDS("vdispl", vdispl_fields),
    { NULL },
};

void fill_vdispl_words(struct fill *fill, struct fill_words words,
                       libxl_device_vdispl *vdispl)
{
    spec_read(fill, words, vdispl_fields, SPEC_COUNT(vdispl_fields), vdispl,
              true, "a PV display");
    if (vdispl->num_connectors == 0)
        fill_error(fill, words.first, "write connectors=ID:WIDTHxHEIGHT",
                   "a PV display needs a connector");
}

void fill_vdispls(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_devices(fill, "vdispl");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "vdispl", list, item)) != NULL) {
        libxl_device_vdispl *vdispl =
            FILL_EXTEND(config->vdispls, config->num_vdispls);

        libxl_device_vdispl_init(vdispl);
        vdispl->devid = config->num_vdispls - 1;
        fill_vdispl_words(fill, fill_one_word(item), vdispl);
    }
}

void write_vdispls(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };
    libxl_device_vdispl fresh;

    libxl_device_vdispl_init(&fresh);
    for (int i = 0; i < write->config->num_vdispls; i++) {
        const libxl_device_vdispl *vdispl = &write->config->vdispls[i];
        struct write_spec spec = { .write = write, .key = "vdispl" };

        write_spec_backend(&spec, vdispl->backend_domname,
                           vdispl->backend_domid);
        write_spec_fields(&spec, vdispl_fields, SPEC_COUNT(vdispl_fields),
                          vdispl, &fresh);
        write_spec_end(&spec, &list);
    }
    write_list(write, "vdispl", &list);
}
