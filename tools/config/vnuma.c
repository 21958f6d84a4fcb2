/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vnuma: virtual NUMA nodes, a list of lists of `pnode=N`, `size=MIB`,
 * `vcpus=0-3,7` and `vdistances=10,20`. Their sums must be maxmem and
 * maxvcpus.
 */
#include <ctype.h>
#include <errno.h>
#include <libxl_utils.h>
#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

struct vnuma {
    struct fill *fill;
    libxl_vnode_info *node;
    const struct config_value *value; /* the string being read */
    unsigned long vcpus;              /* sum over the nodes */
    unsigned long memkb;
    libxl_bitmap cpus; /* of the node, as long as maxvcpus */
};

static bool read_unsigned(struct vnuma *vnuma, const char *text,
                          unsigned long max, unsigned long *number)
{
    const char *digits = text + strspn(text, " \t");
    char *end;

    digits += *digits == '+';
    errno = 0;
    *number = strtoul(text, &end, 10);
    if (end == text || errno != 0 || *number > max ||
        !isdigit((unsigned char)*digits)) {
        fill_error(vnuma->fill, vnuma->value, NULL,
                   "'%s' is not a number from 0 to %lu", text, max);
        return false;
    }
    return true;
}

static void set_pnode(struct vnuma *vnuma, char *text)
{
    int nodes = vnuma->fill->facts->nr_nodes;
    unsigned long number;

    if (!read_unsigned(vnuma, text, UINT32_MAX, &number))
        return;
    if (nodes > 0 && number >= (unsigned long)nodes)
        fill_error(vnuma->fill, vnuma->value, NULL,
                   "this host has no NUMA node %lu", number);
    vnuma->node->pnode = (uint32_t)number;
    libxl_defbool_set(&vnuma->fill->b_info->numa_placement, false);
}

static void set_size(struct vnuma *vnuma, char *text)
{
    unsigned long number;

    if (!read_unsigned(vnuma, text, LONG_MAX / 1024, &number))
        return;
    vnuma->node->memkb = number << 10;
    vnuma->memkb += vnuma->node->memkb;
}

/* False when there are more vCPUs than a guest can have: no need to go on.
 * xl: behind a range that it cannot read it goes on with the one before. */
static bool add_cpus(struct vnuma *vnuma, const char *range)
{
    unsigned long first;
    unsigned long last;

    if (!fill_cpu_range(range, &first, &last) || last >= FILL_MAX_VCPUS) {
        fill_error(vnuma->fill, vnuma->value, "it is like 0-3 or 7",
                   "'%s' is not a range of vCPUs", range);
        return true;
    }
    for (; first <= last; first++) {
        libxl_bitmap_set(&vnuma->cpus, (int)first);
        vnuma->vcpus++;
    }
    return vnuma->vcpus <= FILL_MAX_VCPUS;
}

static void set_vcpus(struct vnuma *vnuma, char *text)
{
    char *rest = text;
    char *range;

    while ((range = spec_next_part(vnuma->fill, vnuma->value, ',', &rest)))
        if (!add_cpus(vnuma, range)) {
            fill_error(vnuma->fill, vnuma->value, NULL,
                       "the nodes have more than %d vCPUs", FILL_MAX_VCPUS);
            return;
        }
}

static void set_distances(struct vnuma *vnuma, char *text)
{
    char *rest = text;
    char *word;

    for (int i = 0;
         (word = spec_next_part(vnuma->fill, vnuma->value, ',', &rest)); i++) {
        unsigned long number;

        if (i >= vnuma->node->num_distances) {
            fill_error(vnuma->fill, vnuma->value, NULL,
                       "more distances than virtual nodes (%d)",
                       vnuma->node->num_distances);
            return;
        }
        if (read_unsigned(vnuma, word, UINT32_MAX, &number))
            vnuma->node->distances[i] = (uint32_t)number;
    }
}

static char *trim(char *text)
{
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return text;
}

static const struct vnuma_setting {
    const char *name;
    void (*set)(struct vnuma *vnuma, char *text);
} vnuma_settings[] = {
    { "pnode", set_pnode },
    { "size", set_size },
    { "vcpus", set_vcpus },
    { "vdistances", set_distances },
};

const struct spec_grammar vnuma_grammars[] = {
    SPEC_GRAMMAR("vnuma", vnuma_settings),
    { NULL },
};

static void set_option(struct vnuma *vnuma, const struct config_value *item)
{
    cleanup_free char *copy = mem_strdup(item->u.atom.text);
    char *rest = NULL;
    char *key = strtok_r(copy, "=", &rest);
    char *value = strtok_r(NULL, "=", &rest);

    vnuma->value = item;
    if (key == NULL || value == NULL) {
        fill_error(vnuma->fill, item, NULL, "'%s' is not KEY=VALUE",
                   item->u.atom.text);
        return;
    }
    key = trim(key);
    value = trim(value);
    for (size_t i = 0; i < SPEC_COUNT(vnuma_settings); i++) {
        if (strcmp(key, vnuma_settings[i].name) == 0) {
            vnuma_settings[i].set(vnuma, value);
            return;
        }
    }
    fill_warn(vnuma->fill, item, "they are pnode, size, vcpus and vdistances",
              "unknown vnuma setting '%s' is ignored", key);
}

static void set_node(struct vnuma *vnuma, const struct config_value *spec,
                     libxl_vnode_info *node, int nodes)
{
    const struct config_value *item;

    libxl_vnode_info_init(node);
    node->distances = mem_zalloc((size_t)nodes, sizeof(*node->distances));
    node->num_distances = nodes;
    vnuma->node = node;
    libxl_bitmap_init(&vnuma->cpus);
    fill_bitmap_alloc(&vnuma->cpus,
                      vnuma->fill->b_info->max_vcpus > 0
                          ? (unsigned int)vnuma->fill->b_info->max_vcpus
                          : fill_host_cpus(vnuma->fill));
    for (item = spec->u.list.first; item != NULL; item = item->next) {
        if (item->type == CONFIG_ATOM)
            set_option(vnuma, item);
    }
    node->vcpus = vnuma->cpus;
}

static void check_sums(struct vnuma *vnuma, const struct config_value *list)
{
    libxl_domain_build_info *b_info = vnuma->fill->b_info;
    int host_cpus = vnuma->fill->facts->online_cpus;

    if (b_info->max_vcpus != 0 &&
        (unsigned long)b_info->max_vcpus != vnuma->vcpus)
        fill_error(vnuma->fill, list, NULL,
                   "the nodes have %lu vCPUs, but 'maxvcpus' is %d",
                   vnuma->vcpus, b_info->max_vcpus);
    else if (b_info->max_vcpus == 0 && host_cpus > 0 &&
             (unsigned long)host_cpus < vnuma->vcpus)
        fill_error(vnuma->fill, list, "set 'maxvcpus' to allow it",
                   "the nodes have %lu vCPUs, but the host has %d CPUs",
                   vnuma->vcpus, host_cpus);
    if (b_info->max_vcpus == 0 && vnuma->vcpus <= FILL_MAX_VCPUS)
        b_info->max_vcpus = (int)vnuma->vcpus;
    if (b_info->max_memkb != LIBXL_MEMKB_DEFAULT &&
        b_info->max_memkb != vnuma->memkb)
        fill_error(vnuma->fill, list, NULL,
                   "the nodes have %lu MiB, but 'maxmem' is %lu",
                   vnuma->memkb / 1024,
                   (unsigned long)(b_info->max_memkb / 1024));
    b_info->max_memkb = vnuma->memkb;
}

void fill_vnuma(struct fill *fill)
{
    const struct config_value *list = fill_value(fill, "vnuma");
    struct vnuma vnuma = { .fill = fill };
    libxl_domain_build_info *b_info = fill->b_info;
    const struct config_value *spec;
    int nodes;
    int i = 0;

    if (list == NULL)
        return;
    if (list->type != CONFIG_LIST) {
        fill_warn(fill, list, NULL, "'vnuma' must be a list; it is ignored");
        return;
    }
    nodes = (int)list->u.list.count;
    if (nodes == 0)
        return;
    if (nodes > 64) {
        fill_error(fill, list, NULL, "more than 64 virtual NUMA nodes");
        return;
    }
    b_info->vnuma_nodes =
        mem_zalloc((size_t)nodes, sizeof(*b_info->vnuma_nodes));
    b_info->num_vnuma_nodes = nodes;
    for (spec = list->u.list.first; spec != NULL; spec = spec->next, i++) {
        if (spec->type != CONFIG_LIST)
            fill_error(fill, spec, NULL, "a virtual node is a list");
        else
            set_node(&vnuma, spec, &b_info->vnuma_nodes[i], nodes);
    }
    check_sums(&vnuma, list);
}

static void write_distances(const libxl_vnode_info *node, struct strbuf *list)
{
    cleanup_strbuf struct strbuf text = { 0 };

    strbuf_puts(&text, "vdistances=");
    for (int i = 0; i < node->num_distances; i++)
        strbuf_printf(&text, i > 0 ? ",%u" : "%u", node->distances[i]);
    if (node->num_distances > 0)
        write_item(list, text.text);
}

/* Naming a node of the host turns libxl's own placement off. */
static void write_node(const libxl_domain_build_info *b_info,
                       const libxl_vnode_info *node, struct strbuf *list)
{
    cleanup_free char *pnode = mem_printf("pnode=%u", node->pnode);
    cleanup_free char *size =
        mem_printf("size=%llu", (unsigned long long)node->memkb / 1024);
    cleanup_free char *cpus = write_cpu_list(&node->vcpus);
    cleanup_free char *vcpus = mem_printf("vcpus=%s", cpus);

    if (!libxl_defbool_is_default(b_info->numa_placement))
        write_item(list, pnode);
    write_item(list, size);
    if (*cpus != '\0')
        write_item(list, vcpus);
    write_distances(node, list);
}

void write_vnuma(struct write *write)
{
    const libxl_domain_build_info *b_info = write->b_info;
    cleanup_strbuf struct strbuf nodes = { 0 };

    for (int i = 0; i < b_info->num_vnuma_nodes; i++) {
        struct strbuf node = { 0 };

        write_node(b_info, &b_info->vnuma_nodes[i], &node);
        write_nested(&nodes, &node);
    }
    write_list(write, "vnuma", &nodes);
}
