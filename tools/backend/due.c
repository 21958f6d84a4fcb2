/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend/due.h"

#include <string.h>

enum due_way due_way(const char *kind)
{
    if (strcmp(kind, "vbd") == 0 || strcmp(kind, "vif") == 0)
        return DUE_BY_SCRIPT;
    return strcmp(kind, "qdisk") == 0 ? DUE_BY_QEMU : DUE_BY_OTHERS;
}

/*
 * The kernel's backend waits in InitWait for the script. A disk that has its
 * device was given it by a script that was killed just then: the script, run
 * again, sees that. A script that failed is tried once by each agent.
 */
static enum due decide_script(const struct due_facts *facts)
{
    const struct backend_seen *seen = &facts->seen;

    if (seen->state != BACKEND_INIT_WAIT || seen->status == BACKEND_READY ||
        (seen->status == BACKEND_FAILED && facts->tried))
        return DUE_NOTHING;
    if (facts->noted == DUE_NOT_NOTED || seen->has_device)
        return DUE_CONNECT;
    return DUE_RECONNECT;
}

static enum due decide_wanted(const struct due_facts *facts)
{
    switch (facts->way) {
    case DUE_BY_SCRIPT:
        return decide_script(facts);
    case DUE_BY_QEMU: /* it takes them from Initialising to InitWait */
        return facts->seen.state == BACKEND_INITIALISING ||
                       facts->seen.state == BACKEND_INIT_WAIT
                   ? DUE_SERVE
                   : DUE_NOTHING;
    default:
        return DUE_NOTHING;
    }
}

/*
 * The toolstack waits for Closed, which the kernel's backend writes, and then
 * for the end of the folder: in this order, or it tells of a failure.
 */
enum due due_decide(const struct due_facts *facts)
{
    const struct backend_seen *seen = &facts->seen;

    if (!seen->there)
        return facts->noted != DUE_NOT_NOTED ? DUE_UNDO_NOTED : DUE_FORGET;
    if (seen->online && seen->frontend)
        return decide_wanted(facts);
    if (seen->state == BACKEND_CLOSED || (!seen->frontend && facts->long_gone))
        return DUE_UNDO;
    return DUE_NOTHING;
}
