/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain's line in xl's text, as list and claims begin it. */
#ifndef XENITH_XN_ROW_H
#define XENITH_XN_ROW_H

#include "host/domains.h"

/* The headings of what row_show_facts prints; no newline. */
void row_show_headings(void);

/* Name, id, MiB, virtual CPUs, state, seconds of CPU time; no newline. */
void row_show_facts(const struct domain_info *info);

/* What a domain has and will get, in MiB, as xl counts it. */
uint64_t row_memory_mib(const struct domain_info *info);

#endif
