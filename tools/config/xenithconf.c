/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config/xenithconf.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"
#include "config/config.h"
#include "config/known.h"
#include "config/parse.h"

/* Nobody waits for a hook longer than an hour. */
#define HOOK_TIMEOUT_MAX 3600
/* libxl kills a device's script after 40 s: ours must be first. */
#define SCRIPT_TIMEOUT_MAX 38
/* Nobody looks at a boot loader's menu longer than an hour. */
#define BOOTLOADER_TIMEOUT_MAX 3600

/* A value that was read, and where to say what is wrong with it. */
struct reading {
    struct xenithconf *conf;
    const struct config_value *value;
    struct config_diags *diags;
};

static void refuse(const struct reading *reading,
                   const struct config_value *value, const char *wanted)
{
    config_diag_add(reading->diags, CONFIG_ERROR, &value->place, NULL,
                    "it must be %s", wanted);
}

static void set_log_level(const struct reading *reading)
{
    const struct config_value *value = reading->value;

    if (value->type != CONFIG_ATOM ||
        !log_parse_level(value->u.atom.text, &reading->conf->log_level))
        refuse(reading, value, "error, warn, info or debug");
}

static void add_output(const struct reading *reading,
                       const struct config_value *value)
{
    enum log_output output;

    if (value->type == CONFIG_ATOM && outlet_parse(value->u.atom.text, &output))
        reading->conf->log_outputs |= output;
    else
        refuse(reading, value, "file, stderr, syslog or journal");
}

static void set_log_outputs(const struct reading *reading)
{
    if (reading->value->type == CONFIG_ATOM) {
        add_output(reading, reading->value);
        return;
    }
    for (const struct config_value *item = reading->value->u.list.first;
         item != NULL; item = item->next)
        add_output(reading, item);
}

static void set_console_log(const struct reading *reading)
{
    const struct config_value *value = reading->value;
    uint64_t kib;

    if (value->type != CONFIG_ATOM ||
        !number_parse_size_kib(value->u.atom.text, &kib) ||
        kib > UINT64_MAX / 1024)
        refuse(reading, value, "a size like 4m; 0 keeps no log");
    else
        reading->conf->console_log = kib * 1024;
}

/* Seconds, from 1 to max. */
static void set_seconds(const struct reading *reading, uint64_t max,
                        unsigned int *seconds)
{
    const struct config_value *value = reading->value;
    uint64_t number = 0;

    if (value->type == CONFIG_ATOM &&
        number_parse_u64(value->u.atom.text, max, &number) && number > 0) {
        *seconds = (unsigned int)number;
        return;
    }
    cleanup_free char *wanted = mem_printf("seconds, from 1 to %" PRIu64, max);
    refuse(reading, value, wanted);
}

static void set_hook_timeout(const struct reading *reading)
{
    set_seconds(reading, HOOK_TIMEOUT_MAX, &reading->conf->hook_timeout);
}

static void set_script_timeout(const struct reading *reading)
{
    set_seconds(reading, SCRIPT_TIMEOUT_MAX, &reading->conf->script_timeout);
}

static void set_bootloader_timeout(const struct reading *reading)
{
    set_seconds(reading, BOOTLOADER_TIMEOUT_MAX,
                &reading->conf->bootloader_timeout);
}

/* What is neither leaves it as it is: confined. */
static void set_bootloader_confined(const struct reading *reading)
{
    const struct config_value *value = reading->value;
    uint64_t number = 0;

    if (value->type == CONFIG_ATOM &&
        number_parse_u64(value->u.atom.text, 1, &number))
        reading->conf->bootloader_confined = number == 1;
    else
        refuse(reading, value, "0 or 1");
}

static const struct {
    const char *name;
    void (*set)(const struct reading *reading);
} keys[] = {
    { "log_level", set_log_level },
    { "log_outputs", set_log_outputs },
    { "console_log", set_console_log },
    { "hook_timeout", set_hook_timeout },
    { "script_timeout", set_script_timeout },
    { "bootloader_confined", set_bootloader_confined },
    { "bootloader_timeout", set_bootloader_timeout },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

void xenithconf_init(struct xenithconf *conf)
{
    *conf = (struct xenithconf){
        .log_level = LOG_LEVEL_INFO,
        .console_log = XENITHCONF_CONSOLE_LOG,
        .hook_timeout = XENITHCONF_HOOK_TIMEOUT,
        .script_timeout = XENITHCONF_SCRIPT_TIMEOUT,
        .bootloader_confined = true,
        .bootloader_timeout = XENITHCONF_BOOTLOADER_TIMEOUT,
    };
}

static void fill(const struct config_tree *tree, struct xenithconf *conf,
                 struct config_diags *diags)
{
    config_check_known(tree, CONFIG_NAMES(keys), CONFIG_ERROR, diags);
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const struct config_assignment *set =
            config_tree_find(tree, keys[i].name);
        if (set != NULL)
            keys[i].set(&(struct reading){
                .conf = conf, .value = set->value, .diags = diags });
    }
}

int xenithconf_load(const struct config_source *source, struct xenithconf *conf,
                    struct config_diags *diags, struct error *err)
{
    cleanup_config_tree struct config_tree *tree = NULL;

    if (config_read(source, &tree, diags, err) < 0)
        return -1;
    fill(tree, conf, diags);
    return config_diags_verdict(diags, 0, source->path, err);
}

int xenithconf_read(const char *path, struct xenithconf *conf,
                    struct config_diags *diags, struct error *err)
{
    const struct config_source source = { .path = path, .plain = true };

    if (access(path, F_OK) < 0)
        return 0;
    return xenithconf_load(&source, conf, diags, err);
}
