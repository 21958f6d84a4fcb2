/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config/device.h"

#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/parse.h"

static const char *const names[] = {
    [CONFIG_DEVICE_DISK] = "disk",
    [CONFIG_DEVICE_NIC] = "network interface",
    [CONFIG_DEVICE_PCI] = "PCI device",
    [CONFIG_DEVICE_USBCTRL] = "USB controller",
    [CONFIG_DEVICE_USBDEV] = "USB device",
    [CONFIG_DEVICE_VTPM] = "virtual TPM",
    [CONFIG_DEVICE_VKB] = "virtual keyboard",
    [CONFIG_DEVICE_VDISPL] = "PV display",
    [CONFIG_DEVICE_VSND] = "sound card",
};

/* A word as the value that a file would have it as; the tree's. */
static struct config_value *add_word(struct config_tree *tree, const char *name,
                                     const char *word, unsigned int order)
{
    struct config_value *value = config_tree_alloc(tree, sizeof(*value));
    struct config_text *text = config_text_new(name, word, strlen(word), order);
    size_t length;

    value->type = CONFIG_ATOM;
    value->place = (struct config_place){
        .text = text,
        .line = *word != '\0', /* 0: the argument as a whole */
        .column = 1,
        .length = (unsigned int)strlen(word),
    };
    value->u.atom.length = (uint32_t)strlen(word);
    value->u.atom.text = config_tree_alloc(tree, strlen(word) + 1);
    memcpy(value->u.atom.text, config_text_bytes(text, &length), strlen(word));
    config_tree_keep_text(tree, text);
    config_text_unref(text);
    return value;
}

/* No words are one empty word, so that there is a place for what is missing. */
static struct fill_words add_words(struct config_tree *tree,
                                   const struct config_words *words)
{
    struct fill_words added = { .count = words->count };
    struct config_value *last = NULL;

    for (size_t i = 0; i < words->count; i++) {
        unsigned int number = words->first + (unsigned int)i;
        cleanup_free char *name = mem_printf("argument %u", number);
        struct config_value *value =
            add_word(tree, name, words->words[i], number);

        if (last == NULL)
            added.first = value;
        else
            last->next = value;
        last = value;
    }
    if (words->count == 0)
        added = fill_one_word(add_word(tree, "command line", "", 0));
    return added;
}

static void read_words(struct fill *fill, enum config_device kind,
                       struct fill_words words, void *device)
{
    switch (kind) {
    case CONFIG_DEVICE_DISK:
        fill_disk_words(fill, words, device);
        break;
    case CONFIG_DEVICE_NIC:
        fill_nic_words(fill, words, device);
        break;
    case CONFIG_DEVICE_PCI:
        fill_pci_words(fill, words, device);
        break;
    case CONFIG_DEVICE_USBCTRL:
        fill_usbctrl_words(fill, words, device);
        break;
    case CONFIG_DEVICE_USBDEV:
        fill_usbdev_words(fill, words, device);
        break;
    case CONFIG_DEVICE_VTPM:
        fill_vtpm_words(fill, words, device);
        break;
    case CONFIG_DEVICE_VKB:
        fill_vkb_words(fill, words, device);
        break;
    case CONFIG_DEVICE_VDISPL:
        fill_vdispl_words(fill, words, device);
        break;
    case CONFIG_DEVICE_VSND:
        fill_vsnd_words(fill, words, device);
        break;
    }
}

int config_device_read(enum config_device kind,
                       const struct config_words *words,
                       const struct xlconf *defaults, void *device,
                       struct config_diags *diags, struct error *err)
{
    cleanup_config_tree struct config_tree *tree = config_tree_new();
    struct xlconf cleanup_xlconf shipped;
    struct fill fill = {
        .tree = tree,
        .defaults = defaults,
        .diags = diags,
        .command_line = true,
    };

    xlconf_init(&shipped);
    if (defaults == NULL)
        fill.defaults = &shipped;
    read_words(&fill, kind, add_words(tree, words), device);
    config_diags_sort(diags);
    if (diags->errors == 0)
        return 0;
    return error_set(err, ERR_USAGE, "%zu error%s in the %s", diags->errors,
                     diags->errors == 1 ? "" : "s", names[kind]);
}
