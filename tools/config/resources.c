/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Host resources lent to a guest: I/O ports, interrupts, memory, dt nodes. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/write.h"

/* A number in the base given; *text moves behind it. */
static bool read_number(const char **text, int base, uint64_t max,
                        uint64_t *number)
{
    char *end;

    if (!isxdigit((unsigned char)**text))
        return false;
    errno = 0;
    *number = strtoull(*text, &end, base);
    if (end == *text || errno != 0 || *number > max)
        return false;
    *text = end;
    return true;
}

static void read_ports(struct fill *fill, const struct config_value *item,
                       libxl_ioport_range *range)
{
    const char *text = item->u.atom.text;
    uint64_t first = 0;
    uint64_t last = 0;
    bool good = read_number(&text, 16, UINT32_MAX - 1, &first);

    last = first;
    if (good && *text == '-') {
        text++;
        good = read_number(&text, 16, UINT32_MAX - 1, &last);
    }
    if (!good || *text != '\0' || last < first) {
        fill_error(fill, item, "they are hexadecimal, like 2f8-2ff",
                   "'%s' is not a range of I/O ports", item->u.atom.text);
        return;
    }
    range->first = (uint32_t)first;
    range->number = (uint32_t)(last - first + 1);
}

static void read_irq(struct fill *fill, const struct config_value *item,
                     uint32_t *irq)
{
    const char *text = item->u.atom.text;
    uint64_t number;

    if (!read_number(&text, 10, UINT32_MAX - 1, &number) || *text != '\0')
        fill_error(fill, item, NULL, "'%s' is not the number of an interrupt",
                   item->u.atom.text);
    else
        *irq = (uint32_t)number;
}

static void read_memory(struct fill *fill, const struct config_value *item,
                        libxl_iomem_range *range)
{
    const char *text = item->u.atom.text;
    bool good;

    libxl_iomem_range_init(range);
    good = read_number(&text, 16, UINT64_MAX, &range->start) &&
           *text++ == ',' && read_number(&text, 16, UINT64_MAX, &range->number);
    if (good && *text == '@') {
        text++;
        good = read_number(&text, 16, UINT64_MAX, &range->gfn);
    }
    if (!good || *text != '\0')
        fill_error(fill, item, "it is START,COUNT[@GFN] in hexadecimal pages",
                   "'%s' is not a range of I/O memory", item->u.atom.text);
}

/* The list, if every item of it is a string. */
static const struct config_value *string_list(struct fill *fill,
                                              const char *key)
{
    const struct config_value *list = fill_list(fill, key);

    if (list == NULL || list->u.list.first == NULL)
        return NULL;
    for (const struct config_value *item = list->u.list.first; item != NULL;
         item = item->next) {
        if (item->type != CONFIG_ATOM) {
            fill_error(fill, item, NULL, "a list inside '%s'", key);
            return NULL;
        }
    }
    return list;
}

static void fill_ports(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const struct config_value *list = string_list(fill, "ioports");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "ioports", list, item)) != NULL)
        read_ports(fill, item,
                   FILL_EXTEND(b_info->ioports, b_info->num_ioports));
}

static void fill_irqs(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const struct config_value *list = string_list(fill, "irqs");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "irqs", list, item)) != NULL)
        read_irq(fill, item, FILL_EXTEND(b_info->irqs, b_info->num_irqs));
}

static void fill_memory(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const struct config_value *list = string_list(fill, "iomem");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "iomem", list, item)) != NULL)
        read_memory(fill, item, FILL_EXTEND(b_info->iomem, b_info->num_iomem));
}

void fill_resources(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_devices(fill, "dtdev");
    const struct config_value *item = NULL;

    fill_ports(fill);
    fill_irqs(fill);
    fill_memory(fill);
    if (list == NULL)
        return;
    while ((item = fill_item(fill, "dtdev", list, item)) != NULL) {
        libxl_device_dtdev *node =
            FILL_EXTEND(config->dtdevs, config->num_dtdevs);

        libxl_device_dtdev_init(node);
        node->path = mem_strdup(item->u.atom.text);
    }
}

static void write_ports(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };

    for (int i = 0; i < write->b_info->num_ioports; i++) {
        const libxl_ioport_range *range = &write->b_info->ioports[i];
        cleanup_free char *text =
            mem_printf("%x-%x", range->first, range->first + range->number - 1);

        write_item(&list, text);
    }
    write_list(write, "ioports", &list);
}

static void write_irqs(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };

    for (int i = 0; i < write->b_info->num_irqs; i++) {
        cleanup_free char *text = mem_printf("%u", write->b_info->irqs[i]);

        write_item(&list, text);
    }
    write_list(write, "irqs", &list);
}

static void write_memory(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };
    libxl_iomem_range fresh;

    libxl_iomem_range_init(&fresh);
    for (int i = 0; i < write->b_info->num_iomem; i++) {
        const libxl_iomem_range *range = &write->b_info->iomem[i];
        struct strbuf text = { 0 };

        strbuf_printf(&text, "%" PRIx64 ",%" PRIx64, range->start,
                      range->number);
        if (range->gfn != fresh.gfn)
            strbuf_printf(&text, "@%" PRIx64, range->gfn);
        write_item(&list, text.text);
        strbuf_dispose(&text);
    }
    write_list(write, "iomem", &list);
}

void write_resources(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };

    write_ports(write);
    write_irqs(write);
    write_memory(write);
    for (int i = 0; i < write->config->num_dtdevs; i++)
        write_item(&list, write->config->dtdevs[i].path);
    write_list(write, "dtdev", &list);
}
