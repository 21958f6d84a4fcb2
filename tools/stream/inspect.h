/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is in a saved guest: a Xenith stream, or what xl or libxl wrote, read
 * once from a descriptor. Nothing of it is kept but the facts.
 */
#ifndef XENITH_STREAM_INSPECT_H
#define XENITH_STREAM_INSPECT_H

#include <stdbool.h>

#include "base/json.h"
#include "stream/decode.h"

/* A configuration that is longer is none; xl's are of a few KiB. */
#define INSPECT_CONFIG_MAX ((uint32_t)16 << 20)

/*
 * Adds keys to the object that json is in: format ("xenith" or "plain"),
 * complete, and what is known of config (a string), cpuid (hexadecimal digits:
 * the leaves that the guest was given, as libxc has them), domain_type (libxc's
 * number), xen_major, xen_minor, libxc_version, pages, emulator_bytes, bytes
 * (of the plain stream), carried (of the file). Unless whole, it stops at the
 * first page. ERR_CONFIG for an image that is damaged or not understood, with
 * the place.
 */
int inspect(const struct decode_options *options, bool whole, int in,
            struct json_writer *json, struct error *err);

#endif
