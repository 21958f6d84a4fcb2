/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Xenith's own keys. xl ignores them; here a bad value is an error. */
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/outlet.h"
#include "config/fill.h"
#include "config/own_json.h"
#include "config/write.h"

/* A list of strings, or one string for a list of one. */
static libxl_string_list read_words(struct fill *fill, const char *key)
{
    const struct config_value *value = fill_value(fill, key);
    libxl_string_list words;

    if (value == NULL)
        return NULL;
    if (value->type == CONFIG_LIST)
        return fill_strings(fill, key, value);
    words = mem_zalloc(2, sizeof(char *));
    words[0] = mem_strdup(value->u.atom.text);
    return words;
}

static void set_stop_action(struct fill *fill)
{
    static const char migrate[] = "migrate:";
    struct domain_own *own = &fill->spec->own;
    const char *text;

    if (!fill_text(fill, "stop_action", &text))
        return;
    if (strcmp(text, "shutdown") == 0) {
        own->stop_action = OWN_STOP_SHUTDOWN;
    } else if (strcmp(text, "save") == 0) {
        own->stop_action = OWN_STOP_SAVE;
    } else if (strcmp(text, "leave") == 0) {
        own->stop_action = OWN_STOP_LEAVE;
    } else if (strncmp(text, migrate, strlen(migrate)) == 0 &&
               text[strlen(migrate)] != '\0') {
        own->stop_action = OWN_STOP_MIGRATE;
        fill_replace_text(&own->stop_migrate_to, text + strlen(migrate));
    } else {
        fill_error(fill, fill_value(fill, "stop_action"),
                   "it is shutdown, save, leave or migrate:HOST",
                   "'%s' is not a value of 'stop_action'", text);
    }
}

static void set_console_log(struct fill *fill)
{
    struct domain_own *own = &fill->spec->own;
    const char *text;
    uint64_t kib;

    if (!fill_text(fill, "console_log", &text))
        return;
    if (!number_parse_size_kib(text, &kib) || kib > UINT64_MAX / 1024)
        fill_error(fill, fill_value(fill, "console_log"),
                   "it is a size like 4m; 0 keeps no log", "'%s' is not a size",
                   text);
    else if (kib == 0)
        own->console_log_off = true;
    else
        own->console_log = kib * 1024;
}

static void set_log_level(struct fill *fill)
{
    enum log_level level;
    const char *text;

    if (!fill_text(fill, "log_level", &text))
        return;
    if (log_parse_level(text, &level))
        fill_replace_text(&fill->spec->own.log_level, text);
    else
        fill_error(fill, fill_value(fill, "log_level"),
                   "it is error, warn, info or debug",
                   "'%s' is not a level of the log", text);
}

static void add_log_output(struct fill *fill, const struct config_value *value)
{
    enum log_output output;

    if (value->type != CONFIG_ATOM)
        fill_error(fill, value, NULL, "an output of the log cannot be a list");
    else if (outlet_parse(value->u.atom.text, &output))
        fill->spec->own.log_outputs |= output;
    else
        fill_error(fill, value, "it is file, stderr, syslog or journal",
                   "'%s' is not an output of the log", value->u.atom.text);
}

static void set_log_outputs(struct fill *fill)
{
    const struct config_value *value = fill_value(fill, "log_outputs");

    if (value == NULL)
        return;
    if (value->type != CONFIG_LIST) {
        add_log_output(fill, value);
        return;
    }
    for (const struct config_value *item = value->u.list.first; item != NULL;
         item = item->next)
        add_log_output(fill, item);
}

void fill_own(struct fill *fill)
{
    struct domain_own *own = &fill->spec->own;
    long number;

    own->start_after = read_words(fill, "start_after");
    own->hooks = read_words(fill, "hooks");
    if (fill_number(fill, "start_delay", &number))
        own->start_delay = (unsigned int)number;
    if (fill_number(fill, "restart_limit", &number))
        own->restart_limit = (int)number;
    set_stop_action(fill);
    set_console_log(fill);
    set_log_level(fill);
    set_log_outputs(fill);
}

static void write_stop_action(struct write *write, const struct domain_own *own)
{
    if (own->stop_action == OWN_STOP_MIGRATE) {
        cleanup_free char *text =
            mem_printf("migrate:%s", own->stop_migrate_to);

        write_text(write, "stop_action", text);
    } else if (own->stop_action != OWN_STOP_DEFAULT) {
        write_text(write, "stop_action", own_stop_name(own->stop_action));
    }
}

static void write_console_log(struct write *write, const struct domain_own *own)
{
    cleanup_free char *kib =
        mem_printf("%" PRIu64 "k", own->console_log / 1024);

    if (own->console_log_off)
        write_number(write, "console_log", 0);
    else if (own->console_log > 0)
        write_text(write, "console_log", kib);
}

static void write_log_outputs(struct write *write, unsigned int outputs)
{
    char *words[LOG_OUTPUT_COUNT + 1] = { NULL };
    size_t count = 0;

    for (unsigned int i = 0; i < LOG_OUTPUT_COUNT; i++)
        if (outputs & 1u << i)
            words[count++] = (char *)outlet_name(i);
    if (count > 0)
        write_strings(write, "log_outputs", words);
}

void write_own(struct write *write)
{
    const struct domain_own *own = &write->spec->own;

    write_strings(write, "start_after", own->start_after);
    write_strings(write, "hooks", own->hooks);
    if (own->start_delay > 0)
        write_number(write, "start_delay", own->start_delay);
    if (own->restart_limit != OWN_RESTART_UNSET)
        write_number(write, "restart_limit", own->restart_limit);
    write_stop_action(write, own);
    write_console_log(write, own);
    write_text(write, "log_level", own->log_level);
    write_log_outputs(write, own->log_outputs);
}
