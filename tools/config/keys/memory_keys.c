/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of the table of keys: memory. */
#include "config/keys/rows.h"

/* clang-format off */
static const struct config_key rows[] = {
    { MIB("memory", GUEST_ANY),
      B(target_memkb),
      .fallback = "32",
      .help = "Memory of the guest in MiB",
      .example = "memory = 512" },
    { MIB("maxmem", GUEST_ANY),
      B(max_memkb),
      .fallback = "memory",
      .help = "The most memory that the guest can be given, in MiB",
      .example = "maxmem = 512" },
    { MIB("shadow_memory", GUEST_HVM | GUEST_PVH),
      B(shadow_memkb),
      .fallback = "by memory and vcpus",
      .help = "Memory for shadow or nested page tables in MiB",
      .example = "shadow_memory = 8" },
    { MIB("videoram", GUEST_PV | GUEST_HVM),
      B(video_memkb),
      .fallback = "by vga",
      .help = "Memory of the graphics card in MiB",
      .example = "videoram = 16" },
    { .name = "mmio_hole", .guests = GUEST_HVM, .types = KEY_NUMBER,
      .set = SET_MIB, .min = 256, .max = 3840,
      H(mmio_hole_memkb),
      .fallback = "auto",
      .since = "4.5",
      .help = "Address space below 4 GiB for devices, in MiB",
      .example = "mmio_hole = 1024" },
    { STEP("rdm", GUEST_HVM, KEY_STRING),
      .fallback = "none",
      .since = "4.6",
      .help = "Reserved device memory: strategy=host",
      .example = "rdm = \"strategy=host\"" },
    { MIB("rdm_mem_boundary", GUEST_HVM),
      H(rdm_mem_boundary_memkb),
      .fallback = "2048",
      .since = "4.6",
      .help = "Above it, conflicts with reserved device memory move "
              "RAM, in MiB",
      .example = "rdm_mem_boundary = 2048" },
    { BOOL("hap", GUEST_HVM | GUEST_PVH),
      C(hap),
      .fallback = "1 where the CPU can",
      .help = "Nested paging (hardware assisted)",
      .example = "hap = 1" },
    { BOOL("oos", GUEST_HVM | GUEST_PVH),
      C(oos),
      .fallback = "1",
      .help = "Out-of-sync shadow page tables",
      .example = "oos = 0" },
};
/* clang-format on */

KEY_TABLE(memory);
