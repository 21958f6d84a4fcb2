/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of the table of keys: what happens when the guest ends. */
#include "config/keys/rows.h"

/* clang-format off */
static const struct config_key rows[] = {
    { STEP("on_poweroff", GUEST_ANY, KEY_STRING),
      .words = config_action_words,
      .fallback = "destroy",
      .help = "What is done when the guest powers off",
      .example = "on_poweroff = \"preserve\"" },
    { STEP("on_reboot", GUEST_ANY, KEY_STRING),
      .words = config_action_words,
      .fallback = "restart",
      .help = "What is done when the guest reboots",
      .example = "on_reboot = \"destroy\"" },
    { STEP("on_watchdog", GUEST_ANY, KEY_STRING),
      .words = config_action_words,
      .fallback = "destroy",
      .help = "What is done when the guest is ended by its watchdog",
      .example = "on_watchdog = \"restart\"" },
    { STEP("on_crash", GUEST_ANY, KEY_STRING),
      .words = config_action_words,
      .fallback = "destroy",
      .help = "What is done when the guest crashes",
      .example = "on_crash = \"coredump-restart\"" },
    { STEP("on_soft_reset", GUEST_ANY, KEY_STRING),
      .words = config_action_words,
      .fallback = "soft-reset",
      .since = "4.7",
      .help = "What is done when the guest resets itself softly",
      .example = "on_soft_reset = \"preserve\"" },
};
/* clang-format on */

KEY_TABLE(end);
