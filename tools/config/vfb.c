/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vfb: framebuffers of PV guests, each with a keyboard (vkb). The top-level
 * vnc, sdl and keymap keys make one for a PV guest that has none.
 */
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

#define FIELD(name) offsetof(libxl_device_vfb, name)

static const struct spec_field vfb_fields[] = {
    { "vnc", SPEC_DEFBOOL, FIELD(vnc.enable) },
    { "vnclisten", SPEC_TEXT, FIELD(vnc.listen) },
    { "vncpasswd", SPEC_TEXT, FIELD(vnc.passwd) },
    { "vncdisplay", SPEC_INT, FIELD(vnc.display) },
    { "vncunused", SPEC_DEFBOOL, FIELD(vnc.findunused) },
    { "keymap", SPEC_TEXT, FIELD(keymap) },
    { "sdl", SPEC_DEFBOOL, FIELD(sdl.enable) },
    { "opengl", SPEC_DEFBOOL, FIELD(sdl.opengl) },
    { "display", SPEC_TEXT, FIELD(sdl.display) },
    { "xauthority", SPEC_TEXT, FIELD(sdl.xauthority) },
};

const struct spec_grammar vfb_grammars[] = {
    SPEC_FIELDS("vfb", vfb_fields),
    { NULL },
};

static libxl_device_vfb *add_vfb(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    libxl_device_vfb *vfb = FILL_EXTEND(config->vfbs, config->num_vfbs);
    libxl_device_vkb *vkb = FILL_EXTEND(config->vkbs, config->num_vkbs);

    libxl_device_vfb_init(vfb);
    vfb->devid = config->num_vfbs - 1;
    libxl_device_vkb_init(vkb);
    vkb->devid = config->num_vkbs - 1;
    return vfb;
}

static void read_vfb(struct fill *fill, const struct config_value *value)
{
    libxl_device_vfb *vfb = add_vfb(fill);
    struct spec cleanup_spec spec;
    char *word;

    spec_open(&spec, fill, value);
    while ((word = spec_next(&spec)) != NULL) {
        if (strchr(word, '=') == NULL) {
            spec_warn(&spec, word, "settings are KEY=VALUE",
                      "'%s' and what follows in a framebuffer is ignored",
                      word);
            return;
        }
        if (!spec_store(&spec, vfb_fields, SPEC_COUNT(vfb_fields), vfb, word))
            spec_unknown(&spec, vfb_fields, SPEC_COUNT(vfb_fields), word, false,
                         "a framebuffer");
    }
}

/* The top-level keys, as they make the one framebuffer of a PV guest. */
static void fill_from_keys(struct fill *fill)
{
    libxl_device_vfb *vfb;
    long number;

    if (!fill_number(fill, "vnc", &number) || number == 0)
        return;
    vfb = add_vfb(fill);
    fill_bool(fill, "vnc", &vfb->vnc.enable);
    fill_replace(fill, "vnclisten", &vfb->vnc.listen);
    fill_replace(fill, "vncpasswd", &vfb->vnc.passwd);
    if (fill_number(fill, "vncdisplay", &number))
        vfb->vnc.display = (int)number;
    fill_bool(fill, "vncunused", &vfb->vnc.findunused);
    fill_bool(fill, "sdl", &vfb->sdl.enable);
    fill_bool(fill, "opengl", &vfb->sdl.opengl);
    fill_replace(fill, "display", &vfb->sdl.display);
    fill_replace(fill, "xauthority", &vfb->sdl.xauthority);
    fill_replace(fill, "keymap", &vfb->keymap);
}

void fill_framebuffers(struct fill *fill)
{
    const struct config_value *list = fill_devices(fill, "vfb");
    const struct config_value *item = NULL;

    if (list != NULL) {
        while ((item = fill_item(fill, "vfb", list, item)) != NULL)
            read_vfb(fill, item);
    }
    if (fill->guest == GUEST_PV && fill->spec->config.num_vfbs == 0)
        fill_from_keys(fill);
}

void write_framebuffers(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };
    libxl_device_vfb fresh;

    libxl_device_vfb_init(&fresh);
    for (int i = 0; i < write->config->num_vfbs; i++) {
        struct write_spec spec = { .write = write, .key = "vfb" };

        write_spec_fields(&spec, vfb_fields, SPEC_COUNT(vfb_fields),
                          &write->config->vfbs[i], &fresh);
        write_spec_end(&spec, &list);
    }
    write_list(write, "vfb", &list);
}
