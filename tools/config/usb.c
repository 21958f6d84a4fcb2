/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* usbctrl and usbdev: USB controllers and the host's devices behind them. */
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

static const struct spec_field controller_fields[] = {
    { "type", SPEC_ENUM, offsetof(libxl_device_usbctrl, type),
      libxl_usbctrl_type_string_table },
    { "version", SPEC_INT, offsetof(libxl_device_usbctrl, version) },
    { "ports", SPEC_INT, offsetof(libxl_device_usbctrl, ports) },
};

static const struct spec_field device_fields[] = {
    { "type", SPEC_ENUM, offsetof(libxl_device_usbdev, type),
      libxl_usbdev_type_string_table },
    { "hostbus", SPEC_U8, offsetof(libxl_device_usbdev, u.hostdev.hostbus) },
    { "hostaddr", SPEC_U8, offsetof(libxl_device_usbdev, u.hostdev.hostaddr) },
    { "controller", SPEC_INT, offsetof(libxl_device_usbdev, ctrl) },
    { "port", SPEC_INT, offsetof(libxl_device_usbdev, port) },
};

const struct spec_grammar usb_grammars[] = {
    SPEC_FIELDS("usbctrl", controller_fields),
    SPEC_FIELDS("usbdev", device_fields),
    { NULL },
};

void fill_usbctrl_words(struct fill *fill, struct fill_words words,
                        libxl_device_usbctrl *usbctrl)
{
    spec_read(fill, words, controller_fields, SPEC_COUNT(controller_fields),
              usbctrl, true, "a USB controller");
}

void fill_usbdev_words(struct fill *fill, struct fill_words words,
                       libxl_device_usbdev *usbdev)
{
    spec_read(fill, words, device_fields, SPEC_COUNT(device_fields), usbdev,
              true, "a USB device");
}

static void fill_controllers(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_devices(fill, "usbctrl");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "usbctrl", list, item)) != NULL) {
        libxl_device_usbctrl *usbctrl =
            FILL_EXTEND(config->usbctrls, config->num_usbctrls);

        libxl_device_usbctrl_init(usbctrl);
        usbctrl->devid = config->num_usbctrls - 1;
        fill_usbctrl_words(fill, fill_one_word(item), usbctrl);
    }
}

void fill_usb(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_devices(fill, "usbdev");
    const struct config_value *item = NULL;

    fill_controllers(fill);
    if (list == NULL)
        return;
    while ((item = fill_item(fill, "usbdev", list, item)) != NULL) {
        libxl_device_usbdev *usbdev =
            FILL_EXTEND(config->usbdevs, config->num_usbdevs);

        libxl_device_usbdev_init(usbdev);
        fill_usbdev_words(fill, fill_one_word(item), usbdev);
    }
}

static void write_controllers(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };
    libxl_device_usbctrl fresh;

    libxl_device_usbctrl_init(&fresh);
    for (int i = 0; i < write->config->num_usbctrls; i++) {
        struct write_spec spec = { .write = write, .key = "usbctrl" };

        write_spec_fields(&spec, controller_fields,
                          SPEC_COUNT(controller_fields),
                          &write->config->usbctrls[i], &fresh);
        write_spec_end(&spec, &list);
    }
    write_list(write, "usbctrl", &list);
}

void write_usb(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };
    libxl_device_usbdev fresh;

    write_controllers(write);
    libxl_device_usbdev_init(&fresh);
    for (int i = 0; i < write->config->num_usbdevs; i++) {
        struct write_spec spec = { .write = write, .key = "usbdev" };

        write_spec_fields(&spec, device_fields, SPEC_COUNT(device_fields),
                          &write->config->usbdevs[i], &fresh);
        write_spec_end(&spec, &list);
    }
    write_list(write, "usbdev", &list);
}
