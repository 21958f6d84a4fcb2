/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a domain is: its type (which decides how the rest is read), name,
 * UUID, labels; and what happens when it ends.
 */
#include <string.h>

#include "base/mem.h"
#include "base/uuid.h"
#include "config/fill.h"
#include "config/write.h"

/* xl takes any beginning of a type's name, the empty one too. */
static bool begins(const char *type, const char *text)
{
    return strncmp(text, type, strlen(text)) == 0;
}

static libxl_domain_type read_type(struct fill *fill)
{
    const char *text;
    libxl_domain_type type;

    if (!fill_text(fill, "type", &text))
        return LIBXL_DOMAIN_TYPE_INVALID;
    if (begins("hvm", text)) {
        type = LIBXL_DOMAIN_TYPE_HVM;
    } else if (begins("pv", text)) {
        type = LIBXL_DOMAIN_TYPE_PV;
    } else if (begins("pvh", text)) {
        type = LIBXL_DOMAIN_TYPE_PVH;
    } else {
        fill_error(fill, fill_value(fill, "type"), "it is pv, pvh or hvm",
                   "'%s' is not a type of domain", text);
        return LIBXL_DOMAIN_TYPE_INVALID;
    }
    if (strcmp(text, "pv") != 0 && strlen(text) != 3)
        fill_warn(fill, fill_value(fill, "type"), NULL,
                  "'%s' is taken for '%s'", text,
                  type == LIBXL_DOMAIN_TYPE_HVM ? "hvm" : "pv");
    return type;
}

static libxl_domain_type read_builder(struct fill *fill)
{
    const char *text;

    if (!fill_text(fill, "builder", &text))
        return LIBXL_DOMAIN_TYPE_INVALID;
    if (begins("hvm", text))
        return LIBXL_DOMAIN_TYPE_HVM;
    if (begins("generic", text))
        return LIBXL_DOMAIN_TYPE_PV;
    fill_error(fill, fill_value(fill, "builder"), "it is generic or hvm",
               "'%s' is not a builder", text);
    return LIBXL_DOMAIN_TYPE_INVALID;
}

static void set_type(struct fill *fill)
{
    libxl_domain_type type = read_type(fill);
    libxl_domain_type builder = read_builder(fill);

    if (type != LIBXL_DOMAIN_TYPE_INVALID &&
        builder != LIBXL_DOMAIN_TYPE_INVALID && type != builder)
        fill_error(fill, fill_value(fill, "builder"), "remove 'builder'",
                   "'builder' contradicts 'type'");
    if (type == LIBXL_DOMAIN_TYPE_INVALID)
        type = builder;
    if (type == LIBXL_DOMAIN_TYPE_INVALID)
#if defined(__arm__) || defined(__aarch64__)
        type = LIBXL_DOMAIN_TYPE_PVH;
#else
        type = LIBXL_DOMAIN_TYPE_PV;
#endif
    fill->c_info->type = type;
    fill->guest = type == LIBXL_DOMAIN_TYPE_HVM   ? GUEST_HVM
                  : type == LIBXL_DOMAIN_TYPE_PVH ? GUEST_PVH
                                                  : GUEST_PV;
}

static void set_name(struct fill *fill)
{
    const struct config_value *value = fill_value(fill, "name");

    if (value == NULL) {
        fill_error_file(fill, "add a line like: name = \"web1\"",
                        "the domain has no name");
        return;
    }
    if (fill_replace(fill, "name", &fill->c_info->name) &&
        fill->c_info->name[0] == '\0')
        fill_warn(fill, value, NULL, "the name is empty");
}

static void set_uuid(struct fill *fill)
{
    const char *text;

    if (!fill_text(fill, "uuid", &text))
        libxl_uuid_generate(&fill->c_info->uuid);
    else if (libxl_uuid_from_string(&fill->c_info->uuid, text) != 0)
        fill_error(fill, fill_value(fill, "uuid"),
                   "it looks like 11111111-2222-3333-4444-555555555555",
                   "'%s' is not a UUID", text);
}

static void set_labels(struct fill *fill)
{
    libxl_domain_create_info *c_info = fill->c_info;

    fill_replace(fill, "init_seclabel", &c_info->ssid_label);
    fill_replace(fill, "seclabel",
                 c_info->ssid_label != NULL ? &fill->b_info->exec_ssid_label
                                            : &c_info->ssid_label);
}

void fill_identity(struct fill *fill)
{
    const struct xlconf *defaults = fill->defaults;
    libxl_domain_build_info *b_info = fill->b_info;

    set_type(fill);
    set_name(fill);
    set_uuid(fill);
    set_labels(fill);
    libxl_defbool_set(&fill->c_info->run_hotplug_scripts,
                      defaults->run_hotplug_scripts);
    libxl_domain_build_info_init_type(b_info, fill->c_info->type);
    libxl_defbool_set(&b_info->claim_mode, defaults->claim_mode);
    if (defaults->blkdev_start != NULL)
        fill_replace_text(&b_info->blkdev_start, defaults->blkdev_start);
    /* The file's own values, simple keys, come over these later. */
    b_info->max_grant_frames = (uint32_t)defaults->max_grant_frames;
    b_info->max_maptrack_frames = (uint32_t)defaults->max_maptrack_frames;
    b_info->max_grant_version = defaults->max_grant_version;
}

static const struct action_key {
    const char *name;
    size_t offset;
    libxl_action_on_shutdown fallback;
} action_keys[] = {
    { "on_poweroff", offsetof(libxl_domain_config, on_poweroff),
      LIBXL_ACTION_ON_SHUTDOWN_DESTROY },
    { "on_reboot", offsetof(libxl_domain_config, on_reboot),
      LIBXL_ACTION_ON_SHUTDOWN_RESTART },
    { "on_watchdog", offsetof(libxl_domain_config, on_watchdog),
      LIBXL_ACTION_ON_SHUTDOWN_DESTROY },
    { "on_crash", offsetof(libxl_domain_config, on_crash),
      LIBXL_ACTION_ON_SHUTDOWN_DESTROY },
    { "on_soft_reset", offsetof(libxl_domain_config, on_soft_reset),
      LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET },
};

/* The words of the file; libxl's own differ (restart_rename). */
const libxl_enum_string_table config_action_words[] = {
    { "destroy", LIBXL_ACTION_ON_SHUTDOWN_DESTROY },
    { "restart", LIBXL_ACTION_ON_SHUTDOWN_RESTART },
    { "rename-restart", LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME },
    { "preserve", LIBXL_ACTION_ON_SHUTDOWN_PRESERVE },
    { "coredump-destroy", LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_DESTROY },
    { "coredump-restart", LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART },
    { "soft-reset", LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET },
    { NULL, 0 },
};

static void set_action(struct fill *fill, const struct action_key *key)
{
    libxl_action_on_shutdown *action =
        (void *)((char *)&fill->spec->config + key->offset);
    cleanup_free char *hint = NULL;
    const char *text;

    *action = key->fallback;
    if (!fill_text(fill, key->name, &text))
        return;
    for (size_t i = 0; config_action_words[i].s != NULL; i++) {
        if (strcmp(config_action_words[i].s, text) == 0) {
            *action = (libxl_action_on_shutdown)config_action_words[i].v;
            return;
        }
    }
    hint = fill_words_text(config_action_words);
    fill_error(fill, fill_value(fill, key->name), hint, "'%s' is not an action",
               text);
}

void fill_actions(struct fill *fill)
{
    for (size_t i = 0; i < sizeof(action_keys) / sizeof(*action_keys); i++)
        set_action(fill, &action_keys[i]);
}

void write_identity(struct write *write)
{
    const libxl_domain_create_info *c_info = write->c_info;
    const char *label = c_info->ssid_label;
    const char *later = write->b_info->exec_ssid_label;
    char uuid[UUID_TEXT_SIZE];

    uuid_format_text(c_info->uuid.uuid, uuid);
    write_text(write, "name", c_info->name);
    write_text(write, "type", libxl_domain_type_to_string(c_info->type));
    write_text(write, "uuid", uuid);
    if (later != NULL)
        write_text(write, "init_seclabel", label);
    write_text(write, "seclabel", later != NULL ? later : label);
}

void write_actions(struct write *write)
{
    for (size_t i = 0; i < sizeof(action_keys) / sizeof(*action_keys); i++) {
        const struct action_key *key = &action_keys[i];
        int action = *(const int *)((const char *)write->config + key->offset);

        if (action != (int)key->fallback)
            write_word(write, key->name, config_action_words, action);
    }
}
