/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of the table of keys: Arm hosts. */
#include "config/keys/rows.h"

/* clang-format off */
static const struct config_key rows[] = {
    { ENUM("gic_version", GUEST_ARM, libxl_gic_version_string_table),
      B(arch_arm.gic_version),
      .fallback = "default",
      .since = "4.6",
      .help = "The interrupt controller: default, v2 or v3",
      .example = "gic_version = \"v3\"" },
    { ENUM("vuart", GUEST_ARM, libxl_vuart_type_string_table),
      B(arch_arm.vuart),
      .fallback = "none",
      .since = "4.10",
      .help = "A virtual UART: sbsa_uart",
      .example = "vuart = \"sbsa_uart\"" },
    { ENUM("tee", GUEST_ARM, libxl_tee_type_string_table),
      B(tee),
      .fallback = "none",
      .since = "4.13",
      .help = "A trusted execution environment: none or optee",
      .example = "tee = \"optee\"" },
    { NEWER("nr_spis", GUEST_ARM, KEY_NUMBER, "4.19"),
      .help = "How many shared interrupts the guest has",
      .example = "nr_spis = 64" },
    { NEWER("trap_unmapped_accesses", GUEST_ARM, KEY_BOOL, "4.21"),
      .help = "Whether access to unmapped memory is a fault",
      .example = "trap_unmapped_accesses = 1" },
    { NEWER("arm_sci", GUEST_ARM, KEY_STRING, "4.21"),
      .help = "The system control interface",
      .example = "arm_sci = \"type=scmi_smc\"" },
};
/* clang-format on */

KEY_TABLE(arm);
