/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The strings of device lists: settings that take turns, in any order, with
 * those that must be there. Disks have their positional forms; sound cards
 * and virtual nodes are lists themselves.
 */
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "generator.h"

/* The settings of one item, each at most once. */
struct item {
    struct generator *generator;
    const char *key;
    VEC(const char *) settings;
};

static bool has(const struct item *item, const char *setting)
{
    VEC_EACH (&item->settings, known) {
        if (strcmp(*known, setting) == 0)
            return true;
    }
    return false;
}

static void put(struct item *item, const char *setting)
{
    const struct value_rule *rule;

    if (has(item, setting) || is_exception(item->key, setting))
        return;
    VEC_PUSH(&item->settings, setting);
    rule = value_rule_find(item->key, setting);
    if (rule != NULL && rule->with != NULL)
        put(item, rule->with);
}

static unsigned int count_settings(const char *key)
{
    unsigned int count = 0;

    while (config_setting_name(key, count) != NULL)
        count++;
    return count;
}

/* A quarter of the settings whose turn it is, and at least three. */
static void put_turn(struct item *item)
{
    struct row_use *use =
        &item->generator->uses[config_key_number(config_key_find(item->key))];
    unsigned int count = count_settings(item->key);

    for (unsigned int i = 0; i < 3 + count / 4; i++) {
        put(item, config_setting_name(item->key, use->next_setting));
        use->next_setting = (use->next_setting + 1) % count;
    }
}

static void put_required(struct item *item)
{
    const char *setting;

    for (size_t i = 0; (setting = config_setting_name(item->key, i)); i++) {
        const struct value_rule *rule = value_rule_find(item->key, setting);

        if (rule != NULL && rule->required)
            put(item, setting);
    }
}

/* Settings that take no value. */
static bool is_flag(const char *key, const char *setting)
{
    static const char *const flags[][2] = {
        { "vif", "trusted" },  { "vif", "untrusted" },
        { "disk", "cdrom" },   { "disk", "direct-io-safe" },
        { "disk", "discard" }, { "disk", "no-discard" },
        { "disk", "colo" },    { "disk", "no-colo" },
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (strcmp(flags[i][0], key) == 0 && strcmp(flags[i][1], setting) == 0)
            return true;
    }
    return false;
}

static void add_setting(struct item *item, const char *setting,
                        struct strbuf *text)
{
    const struct value_rule *rule = value_rule_find(item->key, setting);

    generator_use_setting(item->generator, item->key, setting);
    if (text->length > 0)
        strbuf_putc(text, ',');
    /* Of all grammars that of pci alone takes no blanks. */
    if (text->length > 0 && strcmp(item->key, "pci") != 0 &&
        pick(item->generator, 8) == 0)
        strbuf_putc(text, ' ');
    strbuf_puts(text, setting);
    if (is_flag(item->key, setting))
        return;
    strbuf_putc(text, '=');
    generate_pattern(item->generator, rule != NULL ? rule->pattern : NULL,
                     text);
}

/* Where a setting may stand twice, which the last of them wins. */
static bool may_repeat(const char *key)
{
    return strcmp(key, "disk") != 0 && strcmp(key, "pci") != 0;
}

/* From any of them on, around. */
static void add_settings(struct item *item, struct strbuf *text)
{
    size_t count = item->settings.count;
    size_t start = count > 0 ? pick(item->generator, (unsigned int)count) : 0;

    for (size_t i = 0; i < count; i++) {
        const char *setting = item->settings.items[(start + i) % count];

        add_setting(item, setting, text);
        if (may_repeat(item->key) && pick(item->generator, 16) == 0)
            add_setting(item, setting, text);
    }
    strbuf_puts(text, "");
}

static unsigned int times_used(const struct item *item, const char *setting)
{
    const struct row_use *use =
        &item->generator->uses[config_key_number(config_key_find(item->key))];
    unsigned int i = 0;

    while (strcmp(config_setting_name(item->key, i), setting) != 0)
        i++;
    return use->settings[i];
}

/* A PCI device has an address, in one of two forms, or a name. */
static void generate_pci(struct item *item, struct strbuf *text)
{
    bool by_name = has(item, "name");
    bool by_address = has(item, "bdf");

    if (!by_name && !by_address) {
        generate_pattern(item->generator,
                         "%h:0%D.%D|0000:%h:1%D.0|%h:0%D.*|%h:0%D.1@1%D", text);
    } else if (by_name && by_address) {
        /* Both at once are refused: the one used more gives way. */
        const char *drop =
            times_used(item, "name") > times_used(item, "bdf") ? "name" : "bdf";

        VEC_EACH (&item->settings, setting) {
            if (strcmp(*setting, drop) == 0)
                *setting = "seize";
        }
    }
}

/* target[,format[,vdev[,access]]]; yields how many of them. */
static unsigned int add_positional(struct item *item, struct strbuf *text)
{
    static const char *const forms[] = {
        "%p",
        "%p,raw|%p,|%p,qcow2",
        "%p,raw,xvd%w|%p,,hd%w|phy:%p,xvda|file:%p,hda|tap:aio:%p,sda|"
        "/dev/%w,vhd,hdc:cdrom|,hdc:cdrom|nbd:%w,xvdb|qcow2:%p,xvdc|"
        "raw:%p,hda|qcow:%p,hda:disk|vhd:%p,sdb|ioemu:%p,hdb|tap2:vhd:%p,xvda|"
        "tapdisk:%p,xvdb|aio:%p,xvdc|tap:tapdisk:aio:%p,xvdd",
        "%p,qcow2,xvd%w,w|%p,raw,hda,r|%p,,xvdb,|phy:%p,xvda,rw|"
        "file:%p,hdc:cdrom,r|iscsi:iqn.%d:%w,xvda,w|enbd:%w,xvda,r|"
        "drbd:%w,xvda,w|tap:qcow2:%p,xvda,w|ioemu:file:%p,hda,w",
    };
    unsigned int count = pick(item->generator, 4);

    generate_pattern(item->generator, forms[count], text);
    return count + 1;
}

static void generate_disk(struct item *item, struct strbuf *text)
{
    static const char *const taken[] = { "target", "format",  "vdev", "access",
                                         "script", "devtype", "cdrom" };
    struct item rest = { .generator = item->generator, .key = item->key };
    bool keys_only = has(item, "target") || has(item, "format") ||
                     has(item, "vdev") || has(item, "access") ||
                     has(item, "script") || has(item, "devtype");
    unsigned int positions = keys_only ? 0 : add_positional(item, text);

    VEC_EACH (&item->settings, setting) {
        bool by_position = false;

        for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
            by_position |= positions > 0 && strcmp(*setting, taken[i]) == 0;
        /* target= takes the rest of the string. */
        if (!by_position && strcmp(*setting, "target") != 0)
            put(&rest, *setting);
    }
    if (positions < 3)
        put(&rest, "vdev");
    add_settings(&rest, text);
    if (keys_only)
        add_setting(item, "target", text);
    VEC_DISPOSE(&rest.settings);
}

void generate_item(struct generator *generator, const char *key,
                   struct strbuf *text)
{
    struct item item = { .generator = generator, .key = key };

    put_turn(&item);
    put_required(&item);
    if (strcmp(key, "disk") == 0) {
        generate_disk(&item, text);
    } else {
        if (strcmp(key, "pci") == 0)
            generate_pci(&item, text);
        add_settings(&item, text);
    }
    VEC_DISPOSE(&item.settings);
}

/* -- lists of lists -------------------------------------------------------- */

static void put_size(struct generator *generator, const char *key, long number)
{
    put_key(generator, key);
    put_number(generator, number);
    put_end(generator);
}

/* One string of a list of lists, with its comma. */
__attribute__((format(printf, 3, 4))) static void
put_part(struct generator *generator, const char *setting, const char *format,
         ...)
{
    cleanup_free char *text = NULL;
    va_list args;

    va_start(args, format);
    text = mem_vprintf(format, args);
    va_end(args);
    generator_use_setting(generator, "vnuma", setting);
    put_text(generator, text);
    strbuf_puts(&generator->text, pick(generator, 4) ? ", " : ",\n  ");
}

static void put_node(struct generator *generator, unsigned int node,
                     unsigned int nodes, unsigned int vcpus, unsigned int size)
{
    bool listed = vcpus == 2 && pick(generator, 2);

    strbuf_puts(&generator->text, "[ ");
    put_part(generator, "pnode", "pnode=0");
    put_part(generator, "size", "size=%u", size);
    put_part(generator, "vcpus",
             vcpus == 1 ? "vcpus=%u"
             : listed   ? "vcpus=%u,%u"
                        : "vcpus=%u-%u",
             node * vcpus, (node + 1) * vcpus - 1);
    put_part(generator, "vdistances",
             nodes == 1 ? "vdistances = 10" : "vdistances=%u,%u",
             node == 0 ? 10 : 20, node == 0 ? 20 : 10);
    strbuf_puts(&generator->text, node + 1 < nodes ? "]," : "]");
}

void generate_vnuma(struct generator *generator)
{
    unsigned int nodes = 1 + pick(generator, 2);
    unsigned int vcpus = 1 + pick(generator, 3); /* of each node */
    unsigned int size = 64 * (1 + pick(generator, 4));

    put_key(generator, "vnuma");
    strbuf_putc(&generator->text, '[');
    for (unsigned int i = 0; i < nodes; i++)
        put_node(generator, i, nodes, vcpus, size);
    strbuf_putc(&generator->text, ']');
    put_end(generator);
    put_size(generator, "maxvcpus", nodes * vcpus);
    put_size(generator, "maxmem", nodes * size);
    if (pick(generator, 2))
        put_size(generator, "vcpus", 1 + pick(generator, nodes * vcpus));
}

/* CARD, PCM or STREAM with settings of its own and of all three. */
static void put_sound(struct generator *generator, const char *part,
                      const char *const *own)
{
    static const char *const common[] = { "sample-rates", "sample-formats",
                                          "channels-min", "channels-max",
                                          "buffer-size" };
    const unsigned int commons = sizeof(common) / sizeof(common[0]);
    struct item item = { .generator = generator, .key = "vsnd" };
    struct row_use *use =
        &generator->uses[config_key_number(config_key_find("vsnd"))];
    struct strbuf text = { 0 };

    for (; *own != NULL; own++)
        put(&item, *own);
    for (unsigned int more = 1 + pick(generator, 3); more > 0; more--)
        put(&item, common[use->next_setting++ % commons]);
    strbuf_puts(&text, part);
    add_settings(&item, &text);
    put_text(generator, text.text);
    strbuf_puts(&generator->text, ", ");
    strbuf_dispose(&text);
    VEC_DISPOSE(&item.settings);
}

static void put_card(struct generator *generator)
{
    static const char *const card[] = { "backend", "short-name", "long-name",
                                        NULL };
    static const char *const pcm[] = { "name", NULL };
    static const char *const stream[] = { "unique-id", "type", NULL };

    strbuf_putc(&generator->text, '[');
    put_sound(generator, pick(generator, 2) ? "CARD" : "card", card);
    for (unsigned int pcms = pick(generator, 3); pcms > 0; pcms--) {
        put_sound(generator, "PCM", pcm);
        for (unsigned int streams = pick(generator, 3); streams > 0; streams--)
            put_sound(generator, "STREAM", stream);
    }
    strbuf_putc(&generator->text, ']');
}

void generate_vsnd(struct generator *generator)
{
    unsigned int cards = 1 + pick(generator, 2);

    put_key(generator, "vsnd");
    strbuf_putc(&generator->text, '[');
    for (unsigned int i = 0; i < cards; i++) {
        put_card(generator);
        strbuf_puts(&generator->text, i + 1 < cards ? "," : "");
    }
    strbuf_putc(&generator->text, ']');
}
