/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* channel: named consoles, `connection=pty|socket,name=N,path=P,backend=D`. */
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

struct channel {
    libxl_device_channel *device;
    char *path;
};

static void set_connection(struct spec *spec, void *object, const char *text)
{
    struct channel *channel = object;

    if (strcmp(text, "pty") == 0)
        channel->device->connection = LIBXL_CHANNEL_CONNECTION_PTY;
    else if (strcmp(text, "socket") == 0)
        channel->device->connection = LIBXL_CHANNEL_CONNECTION_SOCKET;
    else
        spec_error(spec, text, "it is pty or socket",
                   "'%s' is not a connection of a channel", text);
}

static void set_backend(struct spec *spec, void *object, const char *text)
{
    struct channel *channel = object;

    fill_replace_text(&channel->device->backend_domname, text);
}

static void set_name(struct spec *spec, void *object, const char *text)
{
    struct channel *channel = object;

    fill_replace_text(&channel->device->name, text);
}

static void set_path(struct spec *spec, void *object, const char *text)
{
    struct channel *channel = object;

    fill_replace_text(&channel->path, text);
}

static const struct spec_field channel_fields[] = {
    { "connection", SPEC_FUNCTION, 0, NULL, set_connection },
    { "name", SPEC_FUNCTION, 0, NULL, set_name },
    { "path", SPEC_FUNCTION, 0, NULL, set_path },
    { "backend", SPEC_FUNCTION, 0, NULL, set_backend },
};

const struct spec_grammar channel_grammars[] = {
    SPEC_FIELDS("channel", channel_fields),
    { NULL },
};

/* Blanks around key and value do not count; a second `=` ends the value. */
static void read_pair(struct spec *spec, struct channel *channel, char *word)
{
    char *key = word + strspn(word, "=");
    char *equals = strchr(key, '=');
    char *value;

    if (equals == NULL || equals[strspn(equals, "=")] == '\0') {
        spec_error(spec, word, NULL, "'%s' is not KEY=VALUE", word);
        return;
    }
    value = equals + strspn(equals, "=");
    value[strcspn(value, "=")] = '\0';
    while (isspace((unsigned char)*key))
        key++;
    while (isspace((unsigned char)*value))
        value++;
    while (*value != '\0' && isspace((unsigned char)value[strlen(value) - 1]))
        value[strlen(value) - 1] = '\0';
    while (equals > key && isspace((unsigned char)equals[-1]))
        equals--;
    *equals = '\0';
    for (size_t i = 0; i < SPEC_COUNT(channel_fields); i++) {
        if (strcmp(channel_fields[i].name, key) == 0) {
            spec_note_set(spec, &channel_fields[i], key);
            channel_fields[i].parse(spec, channel, value);
            return;
        }
    }
    spec_unknown(spec, channel_fields, SPEC_COUNT(channel_fields), key, false,
                 "a channel");
}

static void finish(struct fill *fill, const struct config_value *item,
                   struct channel *channel)
{
    libxl_device_channel *device = channel->device;

    if (device->connection == LIBXL_CHANNEL_CONNECTION_UNKNOWN) {
        fill_error(fill, item, "write connection=pty or connection=socket",
                   "this channel has no connection");
    } else if (device->connection == LIBXL_CHANNEL_CONNECTION_SOCKET) {
        if (channel->path == NULL)
            fill_error(fill, item, "write path=/...",
                       "a channel to a socket needs a path");
        else
            device->u.socket.path = steal(channel->path);
    }
}

void fill_channels(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_devices(fill, "channel");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "channel", list, item)) != NULL) {
        struct channel channel = {
            .device = FILL_EXTEND(config->channels, config->num_channels)
        };
        struct spec cleanup_spec spec;
        char *word;

        libxl_device_channel_init(channel.device);
        channel.device->devid = config->num_channels - 1;
        spec_open(&spec, fill, item);
        while ((word = spec_next(&spec)) != NULL)
            read_pair(&spec, &channel, word);
        finish(fill, item, &channel);
        free(channel.path);
    }
}

static void write_channel(struct write *write,
                          const libxl_device_channel *channel,
                          struct strbuf *list)
{
    struct write_spec spec = { .write = write, .key = "channel" };
    bool socket = channel->connection == LIBXL_CHANNEL_CONNECTION_SOCKET;

    write_spec_add(&spec, "connection", socket ? "socket" : "pty");
    write_spec_add(&spec, "name", channel->name);
    write_spec_add(&spec, "path", socket ? channel->u.socket.path : NULL);
    write_spec_add(&spec, "backend", channel->backend_domname);
    write_spec_backend(&spec, channel->backend_domname, channel->backend_domid);
    write_spec_end(&spec, list);
}

void write_channels(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };

    for (int i = 0; i < write->config->num_channels; i++)
        write_channel(write, &write->config->channels[i], &list);
    write_list(write, "channel", &list);
}
