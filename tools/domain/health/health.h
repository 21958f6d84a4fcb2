/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What may be wrong with a host, and what to do. health_examine (examine.c)
 * looks and changes nothing; health_judge (judge.c) is pure.
 */
#ifndef XENITH_DOMAIN_HEALTH_HEALTH_H
#define XENITH_DOMAIN_HEALTH_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "config/xlconf.h"
#include "domain/console_log.h"
#include "host/host.h"

/* A folder that guests need room in. */
struct health_space {
    const char *path;
    bool found;
    uint64_t free_bytes; /* for root */
    uint64_t free_files; /* UINT64_MAX: the file system does not count them */
};

struct health_module {
    const char *name; /* as modprobe takes it */
    bool loaded;
};

struct health_domain {
    uint32_t domid;
    char *name; /* NULL: it has none; owned */
    bool dying;
    uint64_t memory; /* bytes */
    bool marked;     /* xnd looks after it, or will */
    bool of_xl;      /* a process of xl does */
};

#define HEALTH_SPACES 5u
#define HEALTH_MODULES 4u

/* What was seen. Text is owned and NULL where it could not be read. */
struct health {
    bool is_dom0;          /* the kernel says so */
    char *why_no_host;     /* why Xen cannot be used; NULL: it can */
    char *what_to_do;      /* then; or NULL */
    uint32_t hw_caps[4];   /* CPUID: 1.edx, 1.ecx, 0x80000001.edx and .ecx */
    bool xen_hvm, xen_hap; /* what Xen made of them */
    bool xen_pci;          /* it uses an IOMMU for them */
    int xen_major, xen_minor;
    char *library;        /* libxl's file: "/usr/lib/libxenlight.so.4.17.0" */
    uint64_t memory_free; /* bytes */
    char *bridge;         /* that vifs join by default */
    bool has_bridge;
    char *device_model; /* an emulator for HVM guests */
    char *firmware;     /* the hvmloader */
    struct health_space spaces[HEALTH_SPACES];
    struct health_module modules[HEALTH_MODULES];
    VEC(struct health_domain) domains; /* without domain 0 */
    bool supervised;                   /* xnd runs */
    struct console_daemon consoles;
    unsigned int interrupted; /* creates that were killed */
};

enum finding_level {
    FINDING_OK,
    FINDING_NOTE,    /* something is not possible, or not as usual */
    FINDING_WARNING, /* it will be missed */
    FINDING_PROBLEM, /* guests do not run, or not as promised */
};

struct finding {
    enum finding_level level;
    const char *about; /* "cpu", "bridge", ... */
    char *text;        /* owned */
    char *advice;      /* owned; NULL for FINDING_OK */
};

struct findings {
    VEC(struct finding) list;
};

/* "ok", "note", "warning", "problem". */
const char *finding_level_name(enum finding_level level);

/*
 * Looks at the host. host is NULL where Xen cannot be used, which why, then
 * set, tells. health is zeroed.
 */
void health_examine(struct host *host, const struct error *why,
                    const struct xlconf *defaults, struct health *health);
void health_dispose(struct health *health);

/* Adds a finding for each thing that was looked at, or several. */
void health_judge(const struct health *health, struct findings *findings);
void findings_dispose(struct findings *findings);

#endif
