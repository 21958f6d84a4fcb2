/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices of a guest that share what only one of them can have. What is told
 * is at the second one, and says where the first one is.
 */
#include "config/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* Devices of a kind that are compared with each other. */
#define COMPARED 256

/* What a device calls its own where that is no string of the configuration. */
struct made {
    char text[32];
};

/* Yields the configuration's string; or NULL, and made has it, or nothing. */
typedef const char *name_fn(const libxl_domain_config *config, int i,
                            struct made *made);

static const char *disk_vdev(const libxl_domain_config *config, int i,
                             struct made *made)
{
    return config->disks[i].vdev;
}

static const char *disk_image(const libxl_domain_config *config, int i,
                              struct made *made)
{
    return config->disks[i].pdev_path;
}

static const char *nic_address(const libxl_domain_config *config, int i,
                               struct made *made)
{
    static const libxl_mac none;
    const uint8_t *mac = config->nics[i].mac;

    if (memcmp(mac, none, sizeof(none)) == 0)
        return NULL;
    snprintf(made->text, sizeof(made->text), "%02x:%02x:%02x:%02x:%02x:%02x",
             mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    return NULL;
}

static const char *nic_name(const libxl_domain_config *config, int i,
                            struct made *made)
{
    return config->nics[i].ifname;
}

static const char *nic_number(const libxl_domain_config *config, int i,
                              struct made *made)
{
    snprintf(made->text, sizeof(made->text), "%d", config->nics[i].devid);
    return NULL;
}

static const char *pci_address(const libxl_domain_config *config, int i,
                               struct made *made)
{
    const libxl_device_pci *pci = &config->pcidevs[i];

    snprintf(made->text, sizeof(made->text), "%04x:%02x:%02x.%x",
             (unsigned int)pci->domain, pci->bus, pci->dev, pci->func);
    return NULL;
}

static const char *channel_name(const libxl_domain_config *config, int i,
                                struct made *made)
{
    return config->channels[i].name;
}

static const char *share_tag(const libxl_domain_config *config, int i,
                             struct made *made)
{
    return config->p9s[i].tag;
}

static bool is_image_written(const libxl_domain_config *config, int a, int b)
{
    return config->disks[a].readwrite || config->disks[b].readwrite;
}

static const struct pair_rule {
    const char *key;
    name_fn *name;
    size_t count; /* where the configuration has their number */
    bool (*matters)(const libxl_domain_config *config, int a, int b);
    const char *message;
    const char *hint;
} pair_rules[] = {
#define COUNT(field) offsetof(libxl_domain_config, field)
    { "disk", disk_vdev, COUNT(num_disks), NULL, "two disks have the same vdev",
      NULL },
    { "disk", disk_image, COUNT(num_disks), is_image_written,
      "two disks are the same image, and one can be written",
      "two writers destroy what is on it" },
    { "vif", nic_address, COUNT(num_nics), NULL,
      "two interfaces have the same MAC address", NULL },
    { "vif", nic_name, COUNT(num_nics), NULL,
      "two interfaces have the same vifname", NULL },
    { "vif", nic_number, COUNT(num_nics), NULL,
      "two interfaces have the same devid",
      "without one it is the place in the list, from 0" },
    { "pci", pci_address, COUNT(num_pcidevs), NULL,
      "a PCI device is passed through twice", NULL },
    { "channel", channel_name, COUNT(num_channels), NULL,
      "two channels have the same name", NULL },
    { "p9", share_tag, COUNT(num_p9s), NULL, "two 9p shares have the same tag",
      NULL },
#undef COUNT
};

/* Of a device; they are sorted, so that nothing points into one. */
struct named {
    const char *string; /* the configuration's, or NULL */
    struct made made;
    int number;
};

static const char *name_of(const struct named *named)
{
    return named->string != NULL ? named->string : named->made.text;
}

static int compare_named(const void *left, const void *right)
{
    const struct named *a = left;
    const struct named *b = right;
    int order = strcmp(name_of(a), name_of(b));

    return order != 0 ? order : a->number - b->number;
}

static const struct config_value *item_at(const struct config_value *list,
                                          int number)
{
    const struct config_value *item = list->u.list.first;

    while (number-- > 0 && item != NULL)
        item = item->next;
    return item;
}

static void tell(struct fill *fill, const struct pair_rule *rule,
                 const struct named *first, const struct named *second)
{
    const struct config_value *list = fill_value(fill, rule->key);
    const struct config_value *one = item_at(list, first->number);
    const struct config_value *other = item_at(list, second->number);

    if (one == NULL || other == NULL)
        return;
    fill_warn(fill, other, rule->hint, "%s: '%s' is that of line %u, too",
              rule->message, name_of(second), one->place.line);
}

static void check_pairs(struct fill *fill, const struct pair_rule *rule)
{
    const libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_value(fill, rule->key);
    int count = *(const int *)((const char *)config + rule->count);
    cleanup_free struct named *named = NULL;
    size_t found = 0;

    if (list == NULL || list->type != CONFIG_LIST || count < 2)
        return;
    named = mem_zalloc(COMPARED, sizeof(*named));
    for (int i = 0; i < count && i < COMPARED; i++) {
        struct named *next = &named[found];

        *next = (struct named){ .number = i };
        next->string = rule->name(config, i, &next->made);
        if (*name_of(next) != '\0')
            found++;
    }
    qsort(named, found, sizeof(*named), compare_named);
    for (size_t i = 1; i < found; i++)
        if (strcmp(name_of(&named[i - 1]), name_of(&named[i])) == 0 &&
            (rule->matters == NULL ||
             rule->matters(config, named[i - 1].number, named[i].number)))
            tell(fill, rule, &named[i - 1], &named[i]);
}

void fill_check_pairs(struct fill *fill)
{
    for (size_t i = 0; i < sizeof(pair_rules) / sizeof(pair_rules[0]); i++)
        check_pairs(fill, &pair_rules[i]);
}
