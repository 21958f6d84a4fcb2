/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is due for a device, from what is seen of it now: no history beside the
 * agent's note, so that an agent that was away comes to the same as one that
 * was there. Pure.
 */
#ifndef XENITH_BACKEND_DUE_H
#define XENITH_BACKEND_DUE_H

#include "host/backends.h"

enum due {
    DUE_NOTHING,
    DUE_CONNECT,    /* run its script */
    DUE_RECONNECT,  /* undo what a script did for an earlier one, then that */
    DUE_SERVE,      /* see that the guest's QEMU runs */
    DUE_UNDO,       /* run its script the other way, remove the folder */
    DUE_UNDO_NOTED, /* the same for a device whose folder is gone */
    DUE_FORGET,     /* nothing of it is left */
};

/* Who connects devices of a kind. */
enum due_way {
    DUE_BY_SCRIPT, /* vbd, vif */
    DUE_BY_QEMU,   /* qdisk */
    DUE_BY_OTHERS, /* all others: their own programs; we clear up */
};

enum due_way due_way(const char *kind);

/* How far a script of ours came. */
enum due_noted {
    DUE_NOT_NOTED,
    DUE_NOTED_BEGUN,
    DUE_NOTED_DONE,
};

struct due_facts {
    enum due_way way;
    struct backend_seen seen;
    enum due_noted noted;
    bool tried;     /* by this agent; it failed */
    bool long_gone; /* the frontend is, and the kernel had time to see it */
};

enum due due_decide(const struct due_facts *facts);

#endif
