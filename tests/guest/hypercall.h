/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls through the page that Xen fills, as xen/arch-x86/xen-x86_64.h has it:
 * the result in rax, 32 bytes for each number. */
#ifndef XENITH_GUEST_HYPERCALL_H
#define XENITH_GUEST_HYPERCALL_H

#include <stdint.h>

extern uint8_t hypercall_page[4096];

static inline long hypercall(unsigned int number, uint64_t a, uint64_t b,
                             uint64_t c, uint64_t d)
{
    register uint64_t fourth __asm__("r10") = d;
    const uint8_t *entry = hypercall_page + 32 * (size_t)number;
    long result;

    __asm__ volatile("call *%[entry]"
                     : "=a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(fourth)
                     : [entry] "0"(entry)
                     : "rcx", "r8", "r9", "r11", "memory", "cc");
    return result;
}

#endif
