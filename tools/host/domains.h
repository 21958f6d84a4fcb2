/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The domains of this host as Xen and xenstore know them now. One hypercall
 * for any thousand of them and one round trip for all names, where libxl takes
 * two hypercalls and a round trip for each.
 */
#ifndef XENITH_HOST_DOMAINS_H
#define XENITH_HOST_DOMAINS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "host/host.h"

struct domain_info {
    uint32_t domid;
    uint8_t uuid[16];
    bool running; /* on a CPU right now */
    bool blocked; /* all its vCPUs wait */
    bool paused;
    bool shutdown;
    bool dying;
    bool never_stop;              /* xenstored's own domain */
    unsigned int shutdown_reason; /* while shutdown; LIBXL_SHUTDOWN_REASON_* */
    bool hvm_guest;               /* HVM or PVH */
    uint64_t memory;              /* bytes it has now */
    uint64_t memory_outstanding;  /* bytes claimed for it */
    uint64_t memory_max;          /* bytes; UINT64_MAX: no limit */
    uint64_t memory_shared;       /* bytes */
    uint64_t memory_paged;        /* bytes */
    uint64_t cpu_ns;
    uint32_t vcpus_online;
    uint32_t vcpus; /* that it could have online */
    uint32_t cpupool;
    uint32_t ssidref;
    char *name;    /* NULL if it has none (being built or torn down) */
    char *type;    /* "pv", "pvh", "hvm"; NULL if not known */
    char *vm_path; /* "/vm/UUID" in xenstore, or NULL */
};

struct domain_list {
    VEC(struct domain_info) items;
};

enum domain_details {
    DOMAIN_NAMES = 1,
    DOMAIN_TYPES = 2,
    DOMAIN_VM_PATHS = 4,
    DOMAIN_BY_SOCKET = 8, /* no detail: see xenstore.h */
};

/* All domains in the order of their ids; with the details asked for. */
int domain_list_read(struct domain_list *list, unsigned int details,
                     struct error *err);

/*
 * Adds one domain to the list (zeroed or filled before). ERR_NODOMAIN if Xen
 * has none of this id.
 */
int domain_list_add(struct domain_list *list, uint32_t domid,
                    unsigned int details, struct error *err);

/*
 * What the words of a command name: all domains when there are none. The
 * order is that of the words.
 */
int domain_list_select(struct host *host, struct domain_list *list,
                       char *const *words, int word_count, unsigned int details,
                       struct error *err);

/* Frees what one domain of a list owns. */
void domain_info_dispose(struct domain_info *info);
void domain_list_dispose(struct domain_list *list);
#define cleanup_domain_list __attribute__((cleanup(domain_list_dispose)))

/*
 * Times at which domains started, seconds since the epoch, 0 where xenstore
 * has none; one for each of the list, which was read with DOMAIN_VM_PATHS.
 * The caller's.
 */
int domain_list_start_times(const struct domain_list *list, uint64_t **times,
                            struct error *err);

/* The names of CPU pools of the domains; NULL where a pool has none. */
int domain_list_pool_names(const struct domain_list *list, char ***names,
                           struct error *err);

/* The domain's XSM label, NULL where Xen runs without; the caller's. */
char *domain_label(struct host *host, const struct domain_info *info);

/* A stub domain runs the device model of another one. */
int domain_list_drop_stubs(struct domain_list *list, struct error *err);

#endif
