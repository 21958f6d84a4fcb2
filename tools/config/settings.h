/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way back: a domain as the settings of a file that makes it again. What
 * config_fill would set by itself is left out, so that the settings of two
 * domains can be compared.
 */
#ifndef XENITH_CONFIG_SETTINGS_H
#define XENITH_CONFIG_SETTINGS_H

#include "base/strbuf.h"
#include "base/vec.h"
#include "config/config.h"
#include "config/keys.h"

struct config_setting {
    const struct config_key *key;
    char *value; /* as it stands in a file; owned */
};

struct config_settings {
    VEC(struct config_setting) list; /* in the order of the table of keys */
    VEC(char *) notes;               /* what no file can say; owned */
};

/*
 * The settings of a domain; defaults as for config_fill. They are added to an
 * empty (zeroed) object.
 */
void config_settings_make(struct config_settings *settings,
                          const struct domain_spec *spec,
                          const struct xlconf *defaults);
void config_settings_dispose(struct config_settings *settings);
#define cleanup_config_settings \
    __attribute__((cleanup(config_settings_dispose)))

/* The value of a key, or NULL if it is not among them. */
const char *config_settings_find(const struct config_settings *settings,
                                 const struct config_key *key);

/* One as the lines of a file, in their layout (layout.h). */
void config_setting_render(const struct config_key *key, const char *value,
                           struct strbuf *out);

/* All as the text of a file, the notes first as comments. */
void config_settings_render(const struct config_settings *settings,
                            struct strbuf *out);

#endif
