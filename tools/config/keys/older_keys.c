/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of the table of keys: keys of older tools, which xl does not read. */
#include "config/keys/rows.h"

/* clang-format off */
static const struct config_key rows[] = {
    { IGNORED("bootargs", KEY_STRING, "'bootloader_args'"),
      .help = "Of older tools" },
    { IGNORED("cpu_cap", KEY_STRING, "'cap'"),
      .help = "Of older tools" },
    { IGNORED("vcpu_avail", KEY_STRING, "'vcpus' and 'maxvcpus'"),
      .help = "Of older tools" },
    { IGNORED("cpu", KEY_STRING, "'cpus'"),
      .help = "Of older tools" },
    { IGNORED("features", KEY_STRING, NULL),
      .help = "Of older tools" },
    { IGNORED("dhcp", KEY_STRING, NULL),
      .help = "Of older tools" },
    { IGNORED("netmask", KEY_STRING, NULL),
      .help = "Of older tools" },
    { IGNORED("gateway", KEY_STRING, NULL),
      .help = "Of older tools" },
    { IGNORED("guest_os_type", KEY_STRING, NULL),
      .help = "Of older tools" },
};
/* clang-format on */

KEY_TABLE(older);
