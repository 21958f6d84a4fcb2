/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration in a saved domain: libxl's JSON and in it, under "xenith",
 * the own keys (config/own_json.h). libxl and xl pass over a member that they
 * do not know.
 */
#ifndef XENITH_DOMAIN_TRANSFER_SAVED_CONFIG_H
#define XENITH_DOMAIN_TRANSFER_SAVED_CONFIG_H

#include "base/error.h"
#include "config/config.h"

/*
 * libxl_json is an object, as libxl writes it. Where no own key was set it is
 * all there is. The caller's.
 */
char *saved_config_make(const char *libxl_json, const struct domain_own *own);

/* Adds the own keys to own, which domain_spec_init made; xl's images have none.
 */
int saved_config_read_own(const char *json, struct domain_own *own,
                          struct error *err);

/*
 * What was changed from before to after, done to saved; all three as
 * saved_config_make makes them. What a file cannot say, and what libxl filled
 * in, stays so as it was saved; of lists the items that differ are after's, and
 * all of them where their number does. The caller's.
 */
char *saved_config_change(const char *saved, const char *before,
                          const char *after, struct error *err);

#endif
