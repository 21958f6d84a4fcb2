/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vkb: PV keyboards, pointers and touch screens beside those of vfb. */
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

#define FIELD(name) offsetof(libxl_device_vkb, name)

static const struct spec_field vkb_fields[] = {
    { "backend", SPEC_TEXT, FIELD(backend_domname) },
    { "backend-type", SPEC_ENUM, FIELD(backend_type),
      libxl_vkb_backend_string_table },
    { "unique-id", SPEC_TEXT, FIELD(unique_id) },
    { "feature-disable-keyboard", SPEC_BOOL, FIELD(feature_disable_keyboard) },
    { "feature-disable-pointer", SPEC_BOOL, FIELD(feature_disable_pointer) },
    { "feature-abs-pointer", SPEC_BOOL, FIELD(feature_abs_pointer) },
    { "feature-raw-pointer", SPEC_BOOL, FIELD(feature_raw_pointer) },
    { "feature-multi-touch", SPEC_BOOL, FIELD(feature_multi_touch) },
    { "multi-touch-width", SPEC_UINT, FIELD(multi_touch_width) },
    { "multi-touch-height", SPEC_UINT, FIELD(multi_touch_height) },
    { "multi-touch-num-contacts", SPEC_UINT, FIELD(multi_touch_num_contacts) },
    { "width", SPEC_UINT, FIELD(width) },
    { "height", SPEC_UINT, FIELD(height) },
};

const struct spec_grammar vkb_grammars[] = {
    SPEC_FIELDS("vkb", vkb_fields),
    { NULL },
};

static void check_vkb(struct fill *fill, const struct config_value *item,
                      libxl_device_vkb *vkb)
{
    bool touch = vkb->multi_touch_height || vkb->multi_touch_width ||
                 vkb->multi_touch_num_contacts;

    if (vkb->backend_type == LIBXL_VKB_BACKEND_UNKNOWN)
        fill_error(fill, item, "write backend-type=qemu or backend-type=linux",
                   "a virtual keyboard needs a backend type");
    if (vkb->feature_multi_touch && !touch)
        fill_error(fill, item, NULL,
                   "multi touch needs multi-touch-width, multi-touch-height "
                   "or multi-touch-num-contacts");
    if (touch)
        vkb->feature_multi_touch = true;
}

void fill_vkb_words(struct fill *fill, struct fill_words words,
                    libxl_device_vkb *vkb)
{
    spec_read(fill, words, vkb_fields, SPEC_COUNT(vkb_fields), vkb, true,
              "a virtual keyboard");
    check_vkb(fill, words.first, vkb);
}

void fill_vkbs(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_devices(fill, "vkb");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "vkb", list, item)) != NULL) {
        libxl_device_vkb *vkb = FILL_EXTEND(config->vkbs, config->num_vkbs);

        libxl_device_vkb_init(vkb);
        vkb->devid = config->num_vkbs - 1;
        fill_vkb_words(fill, fill_one_word(item), vkb);
    }
}

/* The first ones belong to the framebuffers, one to each. */
void write_vkbs(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };
    libxl_device_vkb fresh;

    libxl_device_vkb_init(&fresh);
    for (int i = write->config->num_vfbs; i < write->config->num_vkbs; i++) {
        const libxl_device_vkb *vkb = &write->config->vkbs[i];
        struct write_spec spec = { .write = write, .key = "vkb" };

        write_spec_backend(&spec, vkb->backend_domname, vkb->backend_domid);
        write_spec_fields(&spec, vkb_fields, SPEC_COUNT(vkb_fields), vkb,
                          &fresh);
        write_spec_end(&spec, &list);
    }
    write_list(write, "vkb", &list);
}
