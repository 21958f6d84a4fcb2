/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xn/rounds.h"

bool rounds_given(const struct invocation *inv)
{
    return invocation_count(inv, "max-downtime") > 0 ||
           invocation_count(inv, "max-rounds") > 0 ||
           invocation_count(inv, "abort-if-busy") > 0;
}

int rounds_read(const struct invocation *inv, struct sending_request *request,
                struct error *err)
{
    struct precopy *precopy = &request->precopy;
    const char *downtime = invocation_value(inv, "max-downtime");
    const char *rounds = invocation_value(inv, "max-rounds");

    *request = (struct sending_request){
        .keep_domid = invocation_count(inv, "D") > 0,
        .precopy.abort_if_busy = invocation_count(inv, "abort-if-busy") > 0,
        .verbosity = inv->settings->verbosity,
    };
    if (downtime != NULL && precopy_parse_downtime(downtime, precopy, err) < 0)
        return -1;
    return rounds != NULL ? precopy_parse_rounds(rounds, precopy, err) : 0;
}
