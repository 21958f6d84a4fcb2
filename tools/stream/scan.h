/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells apart what a saved guest's bytes are, as they come: xl's header with
 * its configuration, libxl's records (Xen's docs/specs/
 * libxl-migration-stream.pandoc, version 2), within them libxc's (docs/specs/
 * libxc-migration-stream.pandoc, version 3 and 2), and in these the pages. It
 * never changes, keeps or loses a byte. What it does not understand it passes
 * on as plain bytes from there to the end, and says why.
 */
#ifndef XENITH_STREAM_SCAN_H
#define XENITH_STREAM_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* libxc's record types that others ask for. */
enum scan_libxc_type {
    LIBXC_END = 0,
    LIBXC_PAGE_DATA = 1,
    LIBXC_CHECKPOINT = 0xe,
    LIBXC_X86_CPUID_POLICY = 0x11,
    LIBXC_X86_MSR_POLICY = 0x12,
};

enum scan_libxl_type {
    LIBXL_END = 0,
    LIBXL_LIBXC_CONTEXT = 1,
    LIBXL_EMULATOR_XENSTORE_DATA = 2,
    LIBXL_EMULATOR_CONTEXT = 3,
    LIBXL_CHECKPOINT_END = 4,
};

enum scan_part {
    SCAN_OPAQUE,    /* not understood */
    SCAN_XL_HEADER, /* fixed part, and optional data that is no config */
    SCAN_CONFIG,    /* xl's configuration */
    SCAN_HEADER,    /* of libxl's or libxc's stream */
    SCAN_RECORD,    /* the type and length of a record */
    SCAN_BODY,      /* of a record, padding included */
    SCAN_PAGE,      /* the contents of one page, whole */
};

/* Some bytes that belong together; those of a body come in pieces. */
struct scan_span {
    enum scan_part part;
    size_t length;
    uint64_t pfn; /* for SCAN_PAGE */
};

/* What was learnt so far. */
struct scan_facts {
    bool xl_header;
    bool libxl; /* libxl's header was there, in a version that we know */
    bool libxc;
    bool complete; /* the last record was the end of the outermost stream */
    uint32_t xl_mandatory_flags;
    uint32_t config_length; /* bytes; 0: none is in it */
    uint32_t libxc_version;
    uint32_t domain_type; /* libxc's: 1 PV, 2 HVM (PVH too) */
    uint32_t xen_major, xen_minor;
    uint64_t records;       /* of both levels */
    uint64_t page_entries;  /* in all PAGE_DATA records */
    uint64_t pages;         /* those with contents */
    uint64_t emulator_data; /* bytes of the device model's state */
};

struct scan;

struct scan *scan_new(void);
void scan_free(struct scan *scan);

/*
 * What do the first of these bytes, which follow those of the calls before,
 * belong to? Yields the span's length; 0 if only more bytes can tell. Never
 * more than SCAN_AHEAD - 1 bytes are not enough.
 */
size_t scan_next(struct scan *scan, const uint8_t *bytes, size_t length,
                 struct scan_span *span);
#define SCAN_AHEAD 4096

/* Is given each span with its bytes; -1 with an error ends it. */
struct scan_taker {
    int (*take)(void *data, const uint8_t *bytes, const struct scan_span *span,
                struct error *err);
    void *data;
};

/*
 * As scan_next over and over, for input that comes in any pieces: bytes of
 * which only more can tell what they are are kept for the next call.
 */
int scan_feed(struct scan *scan, const uint8_t *bytes, size_t length,
              const struct scan_taker *taker, struct error *err);

/* No more comes: what was kept is given as SCAN_OPAQUE. */
int scan_finish(struct scan *scan, const struct scan_taker *taker,
                struct error *err);

/*
 * Is the reader of the stream able to act on what it was given so far? False
 * within a record, and after pages, which another record always follows.
 */
bool scan_at_boundary(const struct scan *scan);

/* Bytes that were told apart so far. */
uint64_t scan_offset(const struct scan *scan);

const struct scan_facts *scan_facts(const struct scan *scan);

/* Why the rest is opaque, and where that began; NULL if it is not. */
const char *scan_problem(const struct scan *scan, uint64_t *offset);

#endif
