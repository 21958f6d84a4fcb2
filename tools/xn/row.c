/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/row.h"

#include <inttypes.h>

#include "base/mem.h"
#include "show/show.h"
#include "xn/format.h"

void row_show_headings(void)
{
    show_printf("Name                                        ID   Mem VCPUs"
                "\tState\tTime(s)");
}

uint64_t row_memory_mib(const struct domain_info *info)
{
    return (info->memory + info->memory_outstanding) >> 20;
}

void row_show_facts(const struct domain_info *info)
{
    cleanup_free char *name = format_name(info->name);
    char letters[FORMAT_STATE_SIZE];

    format_state_letters(info, letters);
    show_printf("%-40s %5u %5" PRIu64 " %5u     %s  %8.1f", name, info->domid,
                row_memory_mib(info), info->vcpus_online, letters,
                (double)((float)info->cpu_ns / 1e9));
}
