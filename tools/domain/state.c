/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/state.h"

int subject_check_alive(const struct subject *subject, struct error *err)
{
    cleanup_domain_list struct domain_list list = { 0 };

    if (domain_list_add(&list, subject->domid, 0, err) < 0)
        return -1;
    if (!list.items.items[0].dying)
        return 0;
    error_set(err, ERR_STATE, "'%s' is being torn down", subject->label);
    error_hint(err, "what still holds its memory: a backend, a console, "
                    "a dump that runs");
    return -1;
}
