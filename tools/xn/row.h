/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What several lists of domains have in common. */
#ifndef XENITH_XN_ROW_H
#define XENITH_XN_ROW_H

#include "host/domains.h"

/* The headings of what row_show_facts prints: xl's; no newline. */
void row_show_headings(void);

/* Name, id, MiB, virtual CPUs, state, seconds of CPU time; no newline. */
void row_show_facts(const struct domain_info *info);

/* What a domain has and will get, in MiB, as xl counts it. */
uint64_t row_memory_mib(const struct domain_info *info);

/*
 * A JSON document of domains with their ids, names, memory and one more
 * amount of bytes, under that key.
 */
void row_show_amounts(const char *document, const struct domain_list *list,
                      const char *key,
                      uint64_t (*amount)(const struct domain_info *info));

#endif
