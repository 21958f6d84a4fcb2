/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A valid file: what every guest needs, in one of its forms, then rows of the
 * table of keys in any order. Rows take turns, so that no row is left to
 * chance; the rest is.
 */
#include <string.h>

#include "base/mem.h"
#include "generator.h"

enum {
    ROWS_IN_TURN = 5,    /* in each file */
    DEVICES_IN_TURN = 3, /* those with settings, which are many */
    ROWS_BY_CHANCE = 12,
};

/* -- rows ------------------------------------------------------------------ */

static long number_for(struct generator *generator,
                       const struct config_key *row)
{
    long number;

    if (row->types & KEY_BOOL)
        return pick(generator, 8) > 0 ? pick(generator, 2) : 2;
    number = row->min + pick(generator, 200);
    if (row->min == 0 && row->max == 0)
        return number;
    if (pick(generator, 20) == 0)
        number = pick(generator, 2) ? row->min : row->max;
    return number < row->max ? number : row->max;
}

static void put_by_rule(struct generator *generator,
                        const struct value_rule *rule)
{
    cleanup_strbuf struct strbuf text = { 0 };

    if (rule->form == VALUE_LIST ||
        (rule->form == VALUE_EITHER && pick(generator, 2))) {
        put_pattern_list(generator, rule->key,
                         rule->items ? rule->items : rule->pattern);
        return;
    }
    strbuf_puts(&text, "");
    generate_pattern(generator, rule->pattern, &text);
    put_key(generator, rule->key);
    put_atom(generator, text.text);
}

static void put_odd_text(struct generator *generator, const char *key)
{
    cleanup_strbuf struct strbuf text = { 0 };

    generate_odd_text(generator, &text);
    put_string(generator, key, text.text);
}

/* Rows without any rule: by their type. */
static void put_by_type(struct generator *generator,
                        const struct config_key *row)
{
    if (row->types & (KEY_NUMBER | KEY_BOOL)) {
        put_key(generator, row->name);
        put_number(generator, number_for(generator, row));
    } else if (row->types & KEY_STRING) {
        put_odd_text(generator, row->name);
    } else if (row->state == KEY_NEWER || row->state == KEY_IGNORED) {
        put_pattern_list(generator, row->name, "%w|%w=%d|%d");
    } else {
        strbuf_printf(&generator->untaught, " %s(no rule)", row->name);
    }
}

static void put_enum(struct generator *generator, const struct config_key *row)
{
    unsigned int count = 0;

    while (row->words[count].s != NULL)
        count++;
    put_string(generator, row->name, row->words[pick(generator, count)].s);
}

static void put_row(struct generator *generator, const struct config_key *row)
{
    const struct value_rule *rule = value_rule_find(row->name, NULL);

    if (is_exception(row->name, NULL))
        return;
    if (row->state == KEY_OWN) {
        generator_use(generator, row->name);
        strbuf_puts(&generator->text, row->example);
    } else if (strcmp(row->name, "vsnd") == 0) {
        generate_vsnd(generator);
    } else if (rule != NULL) {
        put_by_rule(generator, rule);
    } else if (config_setting_name(row->name, 0) != NULL) {
        put_devices(generator, row->name);
    } else if (row->set == SET_ENUM) {
        put_enum(generator, row);
    } else if (row->set == SET_STRINGS) {
        put_pattern_list(generator, row->name, "-%w|%w=%d,%w|");
    } else {
        put_by_type(generator, row);
    }
    put_end(generator);
}

/* -- what every guest needs ------------------------------------------------ */

/* Yields whether a row was to be written, and that it need not be any more. */
static bool take(bool *wanted, const char *key)
{
    size_t row = config_key_number(config_key_find(key));
    bool was = wanted[row];

    wanted[row] = false;
    return was;
}

static void put_pattern(struct generator *generator, const char *key,
                        const char *pattern)
{
    cleanup_strbuf struct strbuf text = { 0 };

    strbuf_puts(&text, "");
    generate_pattern(generator, pattern, &text);
    put_string(generator, key, text.text);
    put_end(generator);
}

static void choose_guest(struct generator *generator, const bool *wanted)
{
    static const unsigned int guests[] = { GUEST_PV, GUEST_PVH, GUEST_HVM };
    size_t timer = config_key_number(config_key_find("timer_mode"));
    size_t builder = config_key_number(config_key_find("builder"));

    do
        generator->guest = DRAW_ONE(&generator->seed, guests);
    while ((wanted[timer] && generator->guest == GUEST_PV) ||
           (wanted[builder] && generator->guest == GUEST_PVH));
}

/* 'builder' and the beginnings of a word are old ways to say the type. */
static void put_type(struct generator *generator, bool *wanted)
{
    bool builder = take(wanted, "builder");
    bool type = take(wanted, "type") || generator->guest == GUEST_PVH;

    if (builder)
        put_pattern(generator, "builder",
                    generator->guest == GUEST_HVM ? "hvm|hv" : "generic");
    if (builder && !type)
        return;
    if (generator->guest == GUEST_HVM)
        put_pattern(generator, "type", "hvm|hvm|hv");
    else if (generator->guest == GUEST_PVH)
        put_pattern(generator, "type", "pvh");
    else if (type || pick(generator, 2))
        put_pattern(generator, "type", "pv|pv|p");
}

static void put_identity(struct generator *generator, bool *wanted)
{
    take(wanted, "name");
    take(wanted, "uuid");
    put_type(generator, wanted);
    put_pattern(generator, "name", "%w|%w-%d|%w.%w|%w %w");
    put_pattern(generator, "uuid", "%h%h%h%h-%h%h-%h%h-%h%h-%h%h%h%h%h%h");
}

static void put_boot(struct generator *generator, bool *wanted)
{
    bool firmware = take(wanted, "firmware");
    bool kernel = take(wanted, "kernel");

    if (generator->guest == GUEST_HVM) {
        if (kernel || pick(generator, 3) == 0)
            put_pattern(generator, "kernel", "%p|/usr/lib/hvmloader");
        if (firmware)
            put_pattern(generator, "firmware",
                        "bios|uefi|seabios|rombios|ovmf|%p|OVMF");
        return;
    }
    if (firmware) {
        put_pattern(generator, "firmware", "pvgrub32|pvgrub64");
    } else if (kernel || pick(generator, 4) > 0) {
        put_pattern(generator, "kernel", "%p");
    } else {
        take(wanted, "bootloader");
        put_pattern(generator, "bootloader", "pygrub|%p");
    }
}

static void put_vcpus(struct generator *generator, bool *wanted)
{
    long vcpus =
        pick(generator, 12) ? 1 + pick(generator, 4) : pick(generator, 130);

    if (take(wanted, "vcpus") || pick(generator, 2)) {
        put_key(generator, "vcpus");
        put_number(generator, vcpus);
        put_end(generator);
    }
    if (take(wanted, "maxvcpus") || pick(generator, 4) == 0) {
        put_key(generator, "maxvcpus");
        /* vcpus = 0 stands for all CPUs of the host. */
        put_number(generator,
                   vcpus + (vcpus == 0 ? 2 : 0) + pick(generator, 3));
        put_end(generator);
    }
}

/* With virtual nodes all sizes follow from theirs. */
static void put_sizes(struct generator *generator, bool *wanted)
{
    if (take(wanted, "vnuma")) {
        take(wanted, "vcpus");
        take(wanted, "maxvcpus");
        take(wanted, "maxmem");
        generate_vnuma(generator);
        return;
    }
    put_vcpus(generator, wanted);
}

static void want_rows(struct generator *generator, bool *wanted)
{
    for (int i = 0; i < ROWS_IN_TURN; i++) {
        wanted[generator->next_row] = true;
        generator->next_row = (generator->next_row + 1) % config_key_count();
    }
    for (int i = 0; i < DEVICES_IN_TURN; generator->next_device++) {
        size_t row = generator->next_device % config_key_count();

        if (config_setting_name(config_key_at(row)->name, 0) != NULL) {
            wanted[row] = true;
            i++;
        }
    }
}

static void want_more_rows(struct generator *generator, bool *wanted)
{
    size_t timer = config_key_number(config_key_find("timer_mode"));
    bool timer_wanted = wanted[timer];

    for (int i = 0; i < ROWS_BY_CHANCE; i++)
        wanted[pick(generator, (unsigned int)config_key_count())] = true;
    if (generator->guest == GUEST_PV)
        wanted[timer] = timer_wanted;
    if (generator->guest == GUEST_PVH)
        take(wanted, "builder");
}

/* The rows left to write, in an order of no meaning. */
static void put_rows(struct generator *generator, const bool *wanted)
{
    size_t start = pick(generator, (unsigned int)config_key_count());

    for (size_t i = 0; i < config_key_count(); i++) {
        size_t row = (start + i) % config_key_count();

        if (wanted[row])
            put_row(generator, config_key_at(row));
    }
}

char *generator_file(struct generator *generator)
{
    cleanup_free bool *wanted = mem_zalloc(config_key_count(), sizeof(bool));

    want_rows(generator, wanted);
    choose_guest(generator, wanted);
    want_more_rows(generator, wanted);
    if (pick(generator, 2))
        strbuf_puts(&generator->text, "# made by chance\n\n");
    put_identity(generator, wanted);
    put_boot(generator, wanted);
    put_sizes(generator, wanted);
    put_rows(generator, wanted);
    strbuf_putc(&generator->text, '\n');
    return strbuf_take(&generator->text);
}
