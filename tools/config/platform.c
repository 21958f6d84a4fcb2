/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The platform a guest sees, as far as a row of the table cannot say it:
 * timers, Viridian, altp2m, and the odd ones.
 */
#include <libxl_utils.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>
#include <xen/hvm/params.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/write.h"

/*
 * A word of an enum, or its number, which is deprecated where `numbered` is
 * not wanted any more. False if it is not set or was refused.
 */
static bool word_or_number(struct fill *fill, const char *key,
                           const libxl_enum_string_table *words, bool wanted,
                           int *result)
{
    const struct config_value *value = fill_value(fill, key);
    cleanup_free char *hint = NULL;
    long number;

    if (value == NULL)
        return false;
    if (!fill_quiet_number(value, &number))
        return fill_enum(fill, key, words, result);
    for (const libxl_enum_string_table *word = words; word->s; word++) {
        if (word->v != number || number < 0)
            continue;
        hint = mem_printf("write: %s = \"%s\"", key, word->s);
        if (!wanted)
            fill_warn(fill, value, hint, "'%s' as a number is deprecated", key);
        *result = word->v;
        return true;
    }
    hint = fill_words_text(words);
    fill_error(fill, value, hint, "%ld is not a value of '%s'", number, key);
    return false;
}

static void set_timers(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const struct config_value *mode = fill_value(fill, "timer_mode");
    int number;

    if (word_or_number(fill, "tsc_mode", libxl_tsc_mode_string_table, false,
                       &number))
        b_info->tsc_mode = number;
    if (mode != NULL && mode->type == CONFIG_ATOM && fill->guest == GUEST_PV)
        fill_error(fill, mode, "remove the line",
                   "'timer_mode' is not possible for a PV guest");
    else if (word_or_number(fill, "timer_mode", libxl_timer_mode_string_table,
                            false, &number))
        b_info->timer_mode = number;
}

static void set_viridian_word(struct fill *fill,
                              const struct config_value *item)
{
    libxl_domain_build_info *b_info = fill->b_info;
    libxl_bitmap *set = &b_info->u.hvm.viridian_enable;
    libxl_bitmap *reset = &b_info->u.hvm.viridian_disable;
    const char *word = item->u.atom.text;
    cleanup_free char *hint = NULL;
    int number;

    if (strcmp(word, "all") == 0) {
        libxl_bitmap_set_any(set);
        return;
    }
    if (strcmp(word, "defaults") == 0) {
        libxl_defbool_set(&b_info->u.hvm.viridian, true);
        return;
    }
    if (*word == '!') {
        set = &b_info->u.hvm.viridian_disable;
        reset = &b_info->u.hvm.viridian_enable;
        word++;
    }
    if (!fill_find_word(libxl_viridian_enlightenment_string_table, word,
                        &number)) {
        hint = fill_words_text(libxl_viridian_enlightenment_string_table);
        fill_error(fill, item, hint, "'%s' is not a Viridian enlightenment",
                   word);
        return;
    }
    libxl_bitmap_set(set, number);
    libxl_bitmap_reset(reset, number);
}

static void set_viridian(struct fill *fill)
{
    libxl_domain_build_info *b_info = fill->b_info;
    const struct config_value *value = fill_value(fill, "viridian");
    const struct config_value *item;

    if (value == NULL)
        return;
    if (value->type == CONFIG_ATOM) {
        fill_bool(fill, "viridian", &b_info->u.hvm.viridian);
        return;
    }
    if (value->u.list.first == NULL)
        return;
    fill_bitmap_alloc(&b_info->u.hvm.viridian_enable,
                      LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH);
    fill_bitmap_alloc(&b_info->u.hvm.viridian_disable,
                      LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH);
    for (item = value->u.list.first; item != NULL; item = item->next) {
        if (item->type == CONFIG_ATOM)
            set_viridian_word(fill, item);
        else
            fill_error(fill, item, NULL, "a list inside 'viridian'");
    }
}

static void set_genid(struct fill *fill)
{
    libxl_ms_vm_genid *genid = &fill->b_info->u.hvm.ms_vm_genid;
    const char *text;

    if (!fill_text(fill, "ms_vm_genid", &text) || strcmp(text, "none") == 0)
        return;
    if (strcmp(text, "generate") != 0)
        fill_error(fill, fill_value(fill, "ms_vm_genid"),
                   "it is generate or none",
                   "'%s' is not a value of "
                   "'ms_vm_genid'",
                   text);
    else if (getrandom(genid->bytes, sizeof(genid->bytes), 0) < 0)
        fill_error(fill, fill_value(fill, "ms_vm_genid"), NULL,
                   "the system gives no random bytes");
}

static void set_mca_caps(struct fill *fill)
{
    const struct config_value *list = fill_list(fill, "mca_caps");
    const struct config_value *item;

    if (list == NULL)
        return;
    for (item = list->u.list.first; item != NULL; item = item->next) {
        if (item->type == CONFIG_ATOM && strcmp(item->u.atom.text, "lmce") == 0)
            fill->b_info->u.hvm.mca_caps |= XEN_HVM_MCA_CAP_LMCE;
        else
            fill_error(fill, item, "the only one is lmce",
                       "this is not an MCA capability");
    }
}

static void set_altp2m(struct fill *fill)
{
    const struct config_value *value = fill_value(fill, "altp2m");
    long number;
    int mode;

    /* xl: a number is a number here even when it was made with +=. */
    if (value != NULL && fill_quiet_number(value, &number)) {
        if (number >= LIBXL_ALTP2M_MODE_DISABLED &&
            number <= LIBXL_ALTP2M_MODE_LIMITED)
            fill->b_info->altp2m = (int)number;
        else
            fill_error(fill, value, "it is from 0 to 3",
                       "%ld is not a value of 'altp2m'", number);
    } else if (fill_enum(fill, "altp2m", libxl_altp2m_mode_string_table,
                         &mode)) {
        fill->b_info->altp2m = mode;
    }
}

/* xl takes the policy of rdm as an error of its own and drops the whole. */
static void set_rdm(struct fill *fill)
{
    const char *text;

    if (!fill_text(fill, "rdm", &text))
        return;
    if (strcmp(text, "strategy=host") == 0 && fill->guest == GUEST_HVM)
        fill->b_info->u.hvm.rdm.strategy = LIBXL_RDM_RESERVE_STRATEGY_HOST;
    else
        fill_warn(fill, fill_value(fill, "rdm"),
                  "what xl reads is: rdm = \"strategy=host\"",
                  "'%s' is ignored, as xl does", text);
}

static void set_vmtrace(struct fill *fill)
{
    const struct config_value *value = fill_value(fill, "vmtrace_buf_kb");
    long number;

    if (value == NULL)
        return;
    if (fill_number(fill, "vmtrace_buf_kb", &number) && number != 0)
        fill->b_info->vmtrace_buf_kb = (int)number;
}

void fill_platform(struct fill *fill)
{
    set_timers(fill);
    set_altp2m(fill);
    set_rdm(fill);
    set_vmtrace(fill);
    if (fill->guest != GUEST_HVM)
        return;
    set_viridian(fill);
    set_genid(fill);
    set_mca_caps(fill);
}

static bool viridian_bit(const libxl_bitmap *map, int bit)
{
    return map->size > 0 && libxl_bitmap_test(map, bit);
}

/* Every bit, even those that have no word: the work of `all`. */
static bool is_viridian_all(const libxl_bitmap *map)
{
    return viridian_bit(map,
                        LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH - 1);
}

/* Those that are both on and off, as `!word` before `all` has it, or not. */
static void add_viridian_off(struct write *write, struct strbuf *list,
                             bool both)
{
    const libxl_enum_string_table *word =
        libxl_viridian_enlightenment_string_table;

    for (; word->s != NULL; word++) {
        cleanup_free char *off = mem_printf("!%s", word->s);

        if (viridian_bit(&write->b_info->u.hvm.viridian_disable, word->v) &&
            viridian_bit(&write->b_info->u.hvm.viridian_enable, word->v) ==
                both)
            write_item(list, off);
    }
}

static void add_viridian_on(struct write *write, struct strbuf *list)
{
    const libxl_enum_string_table *word =
        libxl_viridian_enlightenment_string_table;

    for (; word->s != NULL; word++)
        if (viridian_bit(&write->b_info->u.hvm.viridian_enable, word->v))
            write_item(list, word->s);
}

static void write_viridian(struct write *write)
{
    const libxl_bitmap *enable = &write->b_info->u.hvm.viridian_enable;
    libxl_defbool viridian = write->b_info->u.hvm.viridian;
    cleanup_strbuf struct strbuf list = { 0 };

    if (enable->size == 0) {
        write_truth(write, "viridian", viridian);
        return;
    }
    if (!libxl_defbool_is_default(viridian))
        write_item(&list, "defaults");
    add_viridian_off(write, &list, true);
    if (is_viridian_all(enable))
        write_item(&list, "all");
    else
        add_viridian_on(write, &list);
    add_viridian_off(write, &list, false);
    write_list(write, "viridian", &list);
}

static void write_hvm(struct write *write)
{
    static const libxl_ms_vm_genid none;
    const libxl_domain_build_info *b_info = write->b_info;
    cleanup_strbuf struct strbuf caps = { 0 };

    write_viridian(write);
    if (b_info->u.hvm.rdm.strategy == LIBXL_RDM_RESERVE_STRATEGY_HOST)
        write_text(write, "rdm", "strategy=host");
    if (memcmp(&b_info->u.hvm.ms_vm_genid, &none, sizeof(none)) != 0)
        write_text(write, "ms_vm_genid", "generate");
    if (b_info->u.hvm.mca_caps & XEN_HVM_MCA_CAP_LMCE)
        write_item(&caps, "lmce");
    write_list(write, "mca_caps", &caps);
}

void write_platform(struct write *write)
{
    const libxl_domain_build_info *b_info = write->b_info;
    const libxl_domain_build_info *fresh = &write->fresh->config.b_info;

    if (b_info->tsc_mode != fresh->tsc_mode)
        write_word(write, "tsc_mode", libxl_tsc_mode_string_table,
                   b_info->tsc_mode);
    if (b_info->timer_mode != fresh->timer_mode)
        write_word(write, "timer_mode", libxl_timer_mode_string_table,
                   b_info->timer_mode);
    if (b_info->altp2m != fresh->altp2m)
        write_word(write, "altp2m", libxl_altp2m_mode_string_table,
                   b_info->altp2m);
    if (b_info->vmtrace_buf_kb != 0)
        write_number(write, "vmtrace_buf_kb", b_info->vmtrace_buf_kb);
    if (write->guest == GUEST_HVM)
        write_hvm(write);
}
