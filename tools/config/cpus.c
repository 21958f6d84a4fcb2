/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many virtual CPUs, and on which physical ones they may run. A CPU list
 * is `[^][node:]N[-M]` and `all`, read from left to right; ^ takes away.
 * Bitmaps are as long as libxl makes them, in whole bytes, for then the same
 * bits exist.
 */
#include <errno.h>
#include <libxl_utils.h>
#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

void fill_bitmap_alloc(libxl_bitmap *map, unsigned int bits)
{
    libxl_bitmap_dispose(map);
    libxl_bitmap_init(map);
    map->size = (bits + 7) / 8;
    map->map = mem_zalloc(map->size > 0 ? map->size : 1, 1);
}

unsigned int fill_host_cpus(const struct fill *fill)
{
    return fill->facts->max_cpus > 0 ? (unsigned int)fill->facts->max_cpus
                                     : FILL_MAX_CPUS;
}

/* The number at *text, which moves behind it; digits only. */
static bool read_cpu(const char **text, unsigned long *number)
{
    const char *p = *text + strspn(*text, " \t");
    char *end;

    if (*p < '0' || *p > '9')
        return false;
    errno = 0;
    *number = strtoul(p, &end, 10);
    *text = end;
    return errno == 0;
}

bool fill_cpu_range(const char *text, unsigned long *first, unsigned long *last)
{
    if (!read_cpu(&text, first))
        return false;
    *last = *first;
    if (*text == '-') {
        text++;
        if (!read_cpu(&text, last) || *last < *first)
            return false;
    }
    return *text == '\0';
}

/* Sets or clears the bits of a byte of the map. */
static void put_bits(libxl_bitmap *map, unsigned long byte, unsigned int bits,
                     bool remove)
{
    if (remove)
        map->map[byte] &= (uint8_t)~bits;
    else
        map->map[byte] |= (uint8_t)bits;
}

/* Byte by byte: a list may name a thousand CPUs a hundred thousand times. */
static void put_range(libxl_bitmap *map, unsigned long first,
                      unsigned long last, bool remove)
{
    for (unsigned long byte = first / 8; byte <= last / 8 && byte < map->size;
         byte++) {
        unsigned int bits = 0xff;

        if (byte == first / 8)
            bits &= 0xffu << first % 8;
        if (byte == last / 8)
            bits &= 0xffu >> (7 - last % 8);
        put_bits(map, byte, bits, remove);
    }
}

static void put_cpus(struct spec *spec, const char *word, libxl_bitmap *map,
                     unsigned long first, unsigned long last, bool remove)
{
    if (last >= fill_host_cpus(spec->fill))
        spec_warn(spec, word, NULL,
                  spec->fill->facts->max_cpus > 0 ? "this host has no CPU %lu"
                                                  : "no host has a CPU %lu",
                  last);
    put_range(map, first, last, remove);
}

static void put_nodes(struct spec *spec, const char *word, libxl_bitmap *map,
                      unsigned long first, unsigned long last, bool remove)
{
    const struct config_host_facts *facts = spec->fill->facts;

    if (facts->node_cpus == NULL)
        return;
    if (last >= (unsigned long)facts->nr_nodes)
        spec_warn(spec, word, NULL, "this host has no NUMA node %lu", last);
    for (unsigned long node = first;
         node <= last && node < (unsigned long)facts->nr_nodes; node++) {
        const libxl_bitmap *cpus = &facts->node_cpus[node];

        for (uint32_t byte = 0; byte < cpus->size && byte < map->size; byte++)
            put_bits(map, byte, cpus->map[byte], remove);
    }
}

static bool put_term(struct spec *spec, const char *word, libxl_bitmap *map)
{
    const char *text = word;
    bool remove = *text == '^';
    bool nodes;
    unsigned long first;
    unsigned long last;

    text += remove;
    nodes = strncmp(text, "node:", 5) == 0 || strncmp(text, "nodes:", 6) == 0;
    if (nodes)
        text = strchr(text, ':') + 1;
    if (strcmp(text, "all") == 0) {
        if (remove) {
            spec_error(spec, word, NULL, "'^' cannot take away 'all'");
            return false;
        }
        libxl_bitmap_set_any(map);
        return true;
    }
    if (!fill_cpu_range(text, &first, &last)) {
        spec_error(spec, word, "CPUs are listed like 0,2-5,^3 or node:0 or all",
                   "'%s' is not a CPU or a range of CPUs", word);
        return false;
    }
    if (nodes)
        put_nodes(spec, word, map, first, last, remove);
    else
        put_cpus(spec, word, map, first, last, remove);
    return true;
}

bool fill_cpu_list(struct fill *fill, const struct config_value *value,
                   libxl_bitmap *map)
{
    struct spec cleanup_spec spec;
    char *word;
    bool good = true;

    spec_open(&spec, fill, value);
    while ((word = spec_next(&spec)) != NULL)
        good = put_term(&spec, word, map) && good;
    return good;
}

void fill_vcpus(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    long vcpus = 0;
    long maximum = 0;

    if (fill_number(fill, "vcpus", &vcpus)) {
        fill_bitmap_alloc(&b_info->avail_vcpus, vcpus > 0
                                                    ? (unsigned int)vcpus
                                                    : fill_host_cpus(fill));
        for (long i = 0; i < vcpus; i++)
            libxl_bitmap_set(&b_info->avail_vcpus, (int)i);
    }
    if (fill_number(fill, "maxvcpus", &maximum))
        b_info->max_vcpus = (int)maximum;
}

/* One bitmap for every vCPU from one list. */
static void set_all(struct fill *fill, const struct config_value *value,
                    libxl_bitmap *maps, int count)
{
    libxl_bitmap scratch;

    libxl_bitmap_init(&scratch);
    fill_bitmap_alloc(&scratch, fill_host_cpus(fill));
    fill_cpu_list(fill, value, &scratch);
    for (int i = 0; i < count; i++) {
        libxl_bitmap_init(&maps[i]);
        fill_bitmap_alloc(&maps[i], fill_host_cpus(fill));
        memcpy(maps[i].map, scratch.map, scratch.size);
    }
    libxl_bitmap_dispose(&scratch);
}

static void set_each(struct fill *fill, const struct config_value *list,
                     libxl_bitmap *maps, int count)
{
    const struct config_value *item = list->u.list.first;

    for (int i = 0; i < count; i++, item = item->next) {
        libxl_bitmap_init(&maps[i]);
        fill_bitmap_alloc(&maps[i], fill_host_cpus(fill));
        /* xl: it leaves the rest of the array undefined. */
        if (item->type != CONFIG_ATOM)
            fill_error(fill, item, NULL, "a CPU list is a string");
        else
            fill_cpu_list(fill, item, &maps[i]);
    }
}

static void set_affinity(struct fill *fill, const char *key, bool hard)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const struct config_value *value = fill_value(fill, key);
    size_t errors = fill->diags->errors;
    libxl_bitmap *maps;
    int count = b_info->max_vcpus;

    if (value == NULL)
        return;
    if (value->type == CONFIG_LIST && (int)value->u.list.count < count)
        count = (int)value->u.list.count;
    if (count == 0)
        fill_warn(fill, value, NULL, "'%s' has no effect without 'vcpus'", key);
    maps = mem_zalloc(count > 0 ? (size_t)count : 1, sizeof(*maps));
    if (value->type == CONFIG_LIST)
        set_each(fill, value, maps, count);
    else
        set_all(fill, value, maps, count);
    if (value->type == CONFIG_LIST || !hard)
        libxl_defbool_set(&b_info->numa_placement, false);
    if (hard) {
        fill->cpus_refused = fill->diags->errors > errors;
        b_info->vcpu_hard_affinity = maps;
        b_info->num_vcpu_hard_affinity = count;
    } else {
        b_info->vcpu_soft_affinity = maps;
        b_info->num_vcpu_soft_affinity = count;
    }
}

/* The most comes from 'maxvcpus' or, without it, from the nodes of 'vnuma'. */
static void check_counts(struct fill *fill, long vcpus)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const struct config_value *most = fill_value(fill, "maxvcpus");

    if (b_info->max_vcpus == 0)
        b_info->max_vcpus = (int)vcpus;
    if (b_info->max_vcpus >= vcpus)
        return;
    if (most != NULL)
        fill_error(fill, most, "raise 'maxvcpus' or lower 'vcpus'",
                   "'maxvcpus' (%d) is below 'vcpus' (%ld)", b_info->max_vcpus,
                   vcpus);
    else
        fill_error(fill, fill_value(fill, "vnuma"),
                   "give the nodes more vCPUs or lower 'vcpus'",
                   "the nodes have %d vCPUs, but 'vcpus' is %ld",
                   b_info->max_vcpus, vcpus);
    b_info->max_vcpus = (int)vcpus;
}

void fill_affinity(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;

    if (b_info->max_memkb == LIBXL_MEMKB_DEFAULT)
        b_info->max_memkb = b_info->target_memkb;
    check_counts(fill, libxl_bitmap_count_set(&b_info->avail_vcpus));
    set_affinity(fill, "cpus", true);
    set_affinity(fill, "cpus_soft", false);
}

/* A mask of xl.conf; there it has been checked. */
static bool read_mask(struct fill *fill, const char *text, libxl_bitmap *mask)
{
    struct config_value value = { .type = CONFIG_ATOM };

    libxl_bitmap_init(mask);
    fill_bitmap_alloc(mask, fill_host_cpus(fill));
    if (text == NULL) {
        libxl_bitmap_set_any(mask);
        return false;
    }
    value.u.atom.text = (char *)text;
    value.u.atom.length = (uint32_t)strlen(text);
    fill_cpu_list(fill, &value, mask);
    return !libxl_bitmap_is_full(mask);
}

static void make_full_affinity(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    int count = b_info->max_vcpus;

    free(b_info->vcpu_hard_affinity);
    b_info->vcpu_hard_affinity =
        mem_zalloc(count > 0 ? (size_t)count : 1, sizeof(libxl_bitmap));
    b_info->num_vcpu_hard_affinity = count;
    for (int i = 0; i < count; i++) {
        fill_bitmap_alloc(&b_info->vcpu_hard_affinity[i], fill_host_cpus(fill));
        libxl_bitmap_set_any(&b_info->vcpu_hard_affinity[i]);
    }
}

/* What the map of a vCPU was made of: an item of the list, or the one text. */
static const struct config_value *list_of_vcpu(struct fill *fill, int vcpu)
{
    const struct config_value *value = fill_value(fill, "cpus");

    if (value == NULL || value->type == CONFIG_ATOM)
        return value;
    value = value->u.list.first;
    while (vcpu-- > 0)
        value = value->next;
    return value;
}

static void refuse_empty(struct fill *fill, int vcpu, bool masked)
{
    const struct config_value *value = list_of_vcpu(fill, vcpu);
    const char *who = masked ? "xl.conf's vm.cpumask leaves" : "'cpus' leaves";

    if (value == NULL)
        fill_error_file(fill, NULL, "%s vCPU %d no CPU to run on", who, vcpu);
    else
        fill_error(fill, value, NULL, "%s vCPU %d no CPU to run on", who, vcpu);
}

/* Lays the masks over the map of each vCPU; the first that is empty is told. */
static void apply_masks(struct fill *fill, const libxl_bitmap *all,
                        const libxl_bitmap *typed)
{
    libxl_domain_build_info *b_info = fill->b_info;
    bool told = fill->cpus_refused;

    for (int i = 0; i < b_info->num_vcpu_hard_affinity; i++) {
        libxl_bitmap *map = &b_info->vcpu_hard_affinity[i];
        bool masked = !libxl_bitmap_is_empty(map);

        for (uint32_t byte = 0; byte < map->size; byte++)
            map->map[byte] &= all->map[byte] & typed->map[byte];
        if (!told && libxl_bitmap_is_empty(map)) {
            refuse_empty(fill, i, masked);
            told = true;
        }
    }
}

/* xl.conf's vm.cpumask and the one for the type of guest are laid over. */
void fill_global_masks(struct fill *fill)
{
    const struct xlconf *defaults = fill->defaults;
    libxl_bitmap all;
    libxl_bitmap typed;
    bool limited;

    if (fill->facts->ignore_affinity_masks)
        return;
    limited = read_mask(fill, defaults->vm_cpumask, &all);
    limited |= read_mask(fill,
                         fill->guest == GUEST_PV ? defaults->vm_pv_cpumask
                                                 : defaults->vm_hvm_cpumask,
                         &typed);
    if (limited && fill->b_info->num_vcpu_hard_affinity == 0)
        make_full_affinity(fill);
    apply_masks(fill, &all, &typed);
    libxl_bitmap_dispose(&all);
    libxl_bitmap_dispose(&typed);
}

void write_vcpus(struct write *write)
{
    const libxl_bitmap *avail = &write->b_info->avail_vcpus;
    int count = libxl_bitmap_count_set(avail);

    if (avail->size > 0)
        write_number(write, "vcpus", count);
    /* With nodes it allows more vCPUs than the host has CPUs. */
    if (write->b_info->max_vcpus != count || write->b_info->num_vnuma_nodes > 0)
        write_number(write, "maxvcpus", write->b_info->max_vcpus);
}

static bool all_the_same(const libxl_bitmap *maps, int count)
{
    for (int i = 1; i < count; i++)
        if (!libxl_bitmap_equal(&maps[0], &maps[i], 0))
            return false;
    return true;
}

/* One list for all vCPUs leaves the placement on nodes to libxl. */
static void write_maps(struct write *write, const char *key,
                       const libxl_bitmap *maps, int count)
{
    cleanup_strbuf struct strbuf list = { 0 };

    if (count == 0)
        return;
    if (count == write->b_info->max_vcpus && all_the_same(maps, count) &&
        libxl_defbool_is_default(write->b_info->numa_placement)) {
        cleanup_free char *text = write_cpu_list(&maps[0]);

        write_text(write, key, text);
        return;
    }
    for (int i = 0; i < count; i++) {
        cleanup_free char *text = write_cpu_list(&maps[i]);

        write_item(&list, text);
    }
    write_list(write, key, &list);
}

void write_affinity(struct write *write)
{
    static char *const none[] = { NULL };
    const libxl_domain_build_info *b_info = write->b_info;

    write_maps(write, "cpus", b_info->vcpu_hard_affinity,
               b_info->num_vcpu_hard_affinity);
    write_maps(write, "cpus_soft", b_info->vcpu_soft_affinity,
               b_info->num_vcpu_soft_affinity);
    /* Lists without an item leave nothing but this behind. */
    if (!libxl_defbool_is_default(b_info->numa_placement) &&
        b_info->num_vcpu_hard_affinity == 0 &&
        b_info->num_vcpu_soft_affinity == 0 && b_info->num_vnuma_nodes == 0)
        write_strings(write, "cpus", (libxl_string_list)none);
}
