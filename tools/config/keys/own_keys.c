/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of the table of keys: Xenith's own keys, which xl ignores. */
#include "config/keys/rows.h"

/* clang-format off */
static const struct config_key rows[] = {
    { BOOL("autostart", GUEST_ANY),
      O(autostart), .state = KEY_OWN, .fatal = true,
      .fallback = "0",
      .help = "Starts the domain when the host starts",
      .example = "autostart = 1" },
    { OWN("start_after", KEY_LIST | KEY_STRING),
      .fallback = "none",
      .help = "Domains that are started first",
      .example = "start_after = [ \"db1\" ]" },
    { OWN("start_delay", KEY_NUMBER),
      .min = 0, .max = 86400,
      .fallback = "0",
      .help = "Seconds to wait before the domain is started with the host",
      .example = "start_delay = 10" },
    { OWN("stop_action", KEY_STRING),
      .fallback = "shutdown",
      .help = "When the host stops: shutdown, save, leave or migrate:HOST",
      .example = "stop_action = \"shutdown\"" },
    { OWN("restart_limit", KEY_NUMBER),
      .min = 0, .max = 1000000,
      .fallback = "10",
      .help = "Restarts in a row, after lives of less than a minute",
      .example = "restart_limit = 5" },
    { OWN("console_log", KEY_STRING | KEY_NUMBER),
      .fallback = "of the host",
      .help = "The largest size of the console log; 0 keeps none",
      .example = "console_log = \"4m\"" },
    { OWN("log_level", KEY_STRING),
      .fallback = "of the host",
      .help = "How much is logged of what is done to the domain: error, warn, "
              "info or debug",
      .example = "log_level = \"debug\"" },
    { OWN("log_outputs", KEY_LIST | KEY_STRING),
      .fallback = "of the host, or the domain's file in /var/log/xenith",
      .help = "Where that is logged to: file, stderr, syslog, journal",
      .example = "log_outputs = [ \"file\", \"journal\" ]" },
    { OWN("hooks", KEY_LIST | KEY_STRING),
      .fallback = "none",
      .help = "Programs that are told of the domain's events",
      .example = "hooks = [ \"announce\" ]" },
    { OWN("include", KEY_LIST | KEY_STRING),
      .lost = "what is in the files stands in its place",
      .fallback = "none",
      .help = "Files read in place of this line, relative to the file it is in",
      .example = "include = [ \"common.cfg\" ]" },
};
/* clang-format on */

KEY_TABLE(own);
