/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of lists of domains takes libxl: names that users give, and labels. */
#include "host/domains.h"
#include "host/lookup.h"

int domain_list_select(struct host *host, struct domain_list *list,
                       char *const *words, int word_count, unsigned int details,
                       struct error *err)
{
    if (word_count == 0)
        return domain_list_read(list, details, err);
    for (int i = 0; i < word_count; i++) {
        uint32_t domid;
        if (lookup_domain(host, words[i], &domid, err) < 0 ||
            domain_list_add(list, domid, details, err) < 0)
            return -1;
    }
    return 0;
}

char *domain_label(struct host *host, const struct domain_info *info)
{
    char *label = NULL;
    size_t size;

    if (libxl_flask_sid_to_context(host->ctx, info->ssidref, &label, &size) < 0)
        return NULL;
    return label;
}
