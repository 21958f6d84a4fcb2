/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What xn create did, for programs. */
#ifndef XENITH_XN_CREATE_JSON_H
#define XENITH_XN_CREATE_JSON_H

#include "base/json.h"
#include "config/config.h"
#include "xn/command.h"

/*
 * Makes the domain of one file and adds an object about it: file, name,
 * diagnostics, seconds; created, then domid, uuid and state; with --plan the
 * steps; after a failure the error, which err has, too.
 */
int create_json(struct invocation *inv, const struct config_source *source,
                const struct xlconf *defaults, struct json_writer *json,
                struct error *err);

#endif
