/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings inside strings, of all keys together. */
#include <string.h>

#include "config/spec.h"

static const struct spec_grammar *const files[] = {
    channel_grammars, device_grammars, disk_grammars,   nic_grammars,
    pci_grammars,     usb_grammars,    vdispl_grammars, vfb_grammars,
    vkb_grammars,     vnuma_grammars,  vsnd_grammars,
};

static const char *name_of(const struct spec_grammar *grammar, size_t number)
{
    const char *row = (const char *)grammar->first + number * grammar->stride;

    return *(const char *const *)(const void *)row;
}

const char *config_setting_name(const char *key, size_t number)
{
    for (size_t i = 0; i < SPEC_COUNT(files); i++) {
        const struct spec_grammar *grammar = files[i];

        for (; grammar->key != NULL; grammar++) {
            if (strcmp(grammar->key, key) != 0)
                continue;
            if (number < grammar->count)
                return name_of(grammar, number);
            number -= grammar->count;
        }
    }
    return NULL;
}

const struct spec_field *spec_find_field(const char *key, const char *name)
{
    for (size_t i = 0; i < SPEC_COUNT(files); i++) {
        const struct spec_grammar *grammar = files[i];

        for (; grammar->key != NULL; grammar++) {
            if (grammar->fields == NULL || strcmp(grammar->key, key) != 0)
                continue;
            for (size_t k = 0; k < grammar->count; k++)
                if (strcmp(grammar->fields[k].name, name) == 0)
                    return &grammar->fields[k];
        }
    }
    return NULL;
}

const char *spec_key_of(const struct spec_field *fields)
{
    for (size_t i = 0; i < SPEC_COUNT(files); i++) {
        const struct spec_grammar *grammar = files[i];

        for (; grammar->key != NULL; grammar++)
            if (grammar->fields == fields)
                return grammar->key;
    }
    return NULL;
}
