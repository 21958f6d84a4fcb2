/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A state for each thing that may come next. Those of fixed length wait until
 * they are whole; bodies are counted down and never held. Memory is that of one
 * record's page numbers, at most PAGES_MAX of them.
 */
#include "stream/scan.h"

#include "base/mem.h"
#include "stream/bytes.h"
#include "stream/frame.h"
#include "stream/xl.h"

#define LIBXL_IDENT "LibxlFmt"
#define LIBXL_HEADER_LENGTH 16
#define LIBXL_VERSION 2
#define OPTION_BIG_ENDIAN 1u
#define LIBXL_OPTIONS_UNREADABLE (OPTION_BIG_ENDIAN | 2u) /* 2: legacy */

static const uint8_t libxc_ident[12] = "\xff\xff\xff\xff\xff\xff\xff\xffXENF";
#define LIBXC_HEADER_LENGTH 24
#define LIBXC_DOMAIN_LENGTH 16
#define PAGE_SHIFT 12

#define RECORD_LENGTH 8
#define PAGE_DATA_LENGTH 8
#define PFN_MASK (((uint64_t)1 << 52) - 1)
#define PFN_TYPE_SHIFT 60
#define PFN_TYPE_BROKEN 0xd /* this and those above come without contents */

/* Xen's own writer has 1024 in a record. */
#define PAGES_MAX 65536

enum state {
    STATE_START,
    STATE_XL_HEADER,
    STATE_XL_CONFIG_LENGTH,
    STATE_XL_CONFIG,
    STATE_XL_REST,
    STATE_LIBXL_HEADER,
    STATE_LIBXL_RECORD,
    STATE_LIBXL_BODY,
    STATE_LIBXC_HEADER,
    STATE_LIBXC_DOMAIN,
    STATE_LIBXC_RECORD,
    STATE_LIBXC_BODY,
    STATE_PAGE_DATA,
    STATE_PFNS,
    STATE_PAGES,
    STATE_END,
    STATE_OPAQUE,
};

struct scan {
    enum state state;
    uint64_t offset;
    uint64_t left;    /* bytes of the body (or configuration) to come */
    uint32_t xl_rest; /* bytes of xl's optional data after the config */
    uint32_t type;    /* of the record */
    bool in_libxc;    /* the record is libxc's */
    bool within;      /* libxc's stream is within libxl's */
    struct scan_facts facts;
    const char *problem;
    uint64_t problem_offset;
    uint64_t *pfns; /* of this record's pages that have contents; owned */
    uint32_t pfn_count;
    uint32_t pfn_next;
    uint8_t rest[SCAN_AHEAD]; /* bytes of which only more can tell */
    size_t rest_length;
};

struct scan *scan_new(void)
{
    struct scan *scan = MEM_NEW(struct scan);

    scan->pfns = mem_zalloc(PAGES_MAX, sizeof(*scan->pfns));
    return scan;
}

void scan_free(struct scan *scan)
{
    if (scan == NULL)
        return;
    free(scan->pfns);
    free(scan);
}

static size_t give(struct scan *scan, struct scan_span *span,
                   enum scan_part part, size_t length)
{
    *span = (struct scan_span){ .part = part, .length = length };
    scan->offset += length;
    return length;
}

/* From here on nothing is told apart. */
static void give_up_here(struct scan *scan, const char *problem)
{
    scan->problem = problem;
    scan->problem_offset = scan->offset;
    scan->state = STATE_OPAQUE;
}

static size_t give_up(struct scan *scan, struct scan_span *span, size_t length,
                      const char *problem)
{
    give_up_here(scan, problem);
    return give(scan, span, SCAN_OPAQUE, length);
}

/* Could these bytes be the beginning of that? */
static bool may_begin(const uint8_t *bytes, size_t length, const void *magic,
                      size_t magic_length)
{
    return memcmp(bytes, magic,
                  length < magic_length ? length : magic_length) == 0;
}

/* -- headers -------------------------------------------------------------- */

/* After xl's configuration, or where it would be. */
static void end_config(struct scan *scan)
{
    scan->state = scan->xl_rest > 0 ? STATE_XL_REST : STATE_LIBXL_HEADER;
}

static size_t next_xl_header(struct scan *scan, const uint8_t *bytes,
                             size_t length, struct scan_span *span)
{
    if (!may_begin(bytes, length, XL_MAGIC, XL_MAGIC_LENGTH))
        return give_up(scan, span, length, "there is no header of xl's");
    if (length < XL_HEADER_LENGTH)
        return 0;
    if (bytes_get_le32(bytes + 32) != XL_BYTEORDER)
        return give_up(scan, span, length,
                       "xl's header has another byte order");
    uint32_t flags = bytes_get_le32(bytes + 36);
    if ((flags & ~XL_FLAGS_KNOWN) != 0)
        return give_up(scan, span, length, "xl's header has unknown flags");
    scan->facts.xl_header = true;
    scan->facts.xl_mandatory_flags = flags;
    scan->xl_rest = bytes_get_le32(bytes + 44);
    if (scan->xl_rest >= 4)
        scan->state = STATE_XL_CONFIG_LENGTH;
    else
        end_config(scan);
    return give(scan, span, SCAN_XL_HEADER, XL_HEADER_LENGTH);
}

static size_t next_xl_config_length(struct scan *scan, const uint8_t *bytes,
                                    size_t length, struct scan_span *span)
{
    if (length < 4)
        return 0;
    uint32_t config = bytes_get_le32(bytes);
    scan->xl_rest -= 4;
    if (config > scan->xl_rest)
        return give_up(scan, span, length,
                       "xl's header gives a wrong length of its configuration");
    scan->facts.config_length = config;
    scan->xl_rest -= config;
    scan->left = config;
    if (config > 0)
        scan->state = STATE_XL_CONFIG;
    else
        end_config(scan);
    return give(scan, span, SCAN_XL_HEADER, 4);
}

/* Yields as much of a counted part as is there. */
static size_t next_counted(struct scan *scan, size_t length,
                           struct scan_span *span, enum scan_part part)
{
    size_t here = length < scan->left ? length : (size_t)scan->left;

    scan->left -= here;
    return give(scan, span, part, here);
}

static size_t next_xl_config(struct scan *scan, size_t length,
                             struct scan_span *span)
{
    size_t here = next_counted(scan, length, span, SCAN_CONFIG);

    if (scan->left == 0)
        end_config(scan);
    return here;
}

static size_t next_xl_rest(struct scan *scan, size_t length,
                           struct scan_span *span)
{
    size_t here = length < scan->xl_rest ? length : scan->xl_rest;
    scan->xl_rest -= (uint32_t)here;
    end_config(scan);
    return give(scan, span, SCAN_XL_HEADER, here);
}

static size_t next_libxl_header(struct scan *scan, const uint8_t *bytes,
                                size_t length, struct scan_span *span)
{
    if (!may_begin(bytes, length, LIBXL_IDENT, 8))
        return give_up(scan, span, length, "there is no header of libxl's");
    if (length < LIBXL_HEADER_LENGTH)
        return 0;
    if (bytes_get_be32(bytes + 8) != LIBXL_VERSION)
        return give_up(scan, span, length,
                       "libxl's stream is of a version "
                       "that is not known");
    if ((bytes_get_be32(bytes + 12) & LIBXL_OPTIONS_UNREADABLE) != 0)
        return give_up(scan, span, length,
                       "libxl's stream is big-endian or of Xen before 4.6");
    scan->facts.libxl = true;
    scan->within = true;
    scan->state = STATE_LIBXL_RECORD;
    return give(scan, span, SCAN_HEADER, LIBXL_HEADER_LENGTH);
}

static size_t next_libxc_header(struct scan *scan, const uint8_t *bytes,
                                size_t length, struct scan_span *span)
{
    if (!may_begin(bytes, length, libxc_ident, sizeof(libxc_ident)))
        return give_up(scan, span, length, "there is no header of libxc's");
    if (length < LIBXC_HEADER_LENGTH)
        return 0;
    uint32_t version = bytes_get_be32(bytes + 12);
    if (version != 2 && version != 3)
        return give_up(scan, span, length,
                       "libxc's stream is of a version "
                       "that is not known");
    if ((bytes_get_be16(bytes + 16) & OPTION_BIG_ENDIAN) != 0)
        return give_up(scan, span, length, "libxc's stream is big-endian");
    scan->facts.libxc_version = version;
    scan->state = STATE_LIBXC_DOMAIN;
    return give(scan, span, SCAN_HEADER, LIBXC_HEADER_LENGTH);
}

static size_t next_libxc_domain(struct scan *scan, const uint8_t *bytes,
                                size_t length, struct scan_span *span)
{
    if (length < LIBXC_DOMAIN_LENGTH)
        return 0;
    if (bytes_get_le16(bytes + 4) != PAGE_SHIFT)
        return give_up(scan, span, length,
                       "the guest's pages are not of 4 KiB");
    scan->facts.libxc = true;
    scan->facts.domain_type = bytes_get_le32(bytes);
    scan->facts.xen_major = bytes_get_le32(bytes + 8);
    scan->facts.xen_minor = bytes_get_le32(bytes + 12);
    scan->state = STATE_LIBXC_RECORD;
    return give(scan, span, SCAN_HEADER, LIBXC_DOMAIN_LENGTH);
}

static size_t next_start(struct scan *scan, const uint8_t *bytes, size_t length,
                         struct scan_span *span)
{
    if (may_begin(bytes, length, XL_MAGIC, XL_MAGIC_LENGTH))
        scan->state = STATE_XL_HEADER;
    else if (may_begin(bytes, length, libxc_ident, sizeof(libxc_ident)))
        scan->state = STATE_LIBXC_HEADER;
    else
        scan->state = STATE_LIBXL_HEADER;
    return scan_next(scan, bytes, length, span);
}

/* -- records ------------------------------------------------------------ */

/* After a record's last byte. */
static void end_record(struct scan *scan)
{
    if (!scan->in_libxc) {
        if (scan->type == LIBXL_END)
            scan->state = STATE_END;
        else if (scan->type == LIBXL_LIBXC_CONTEXT)
            scan->state = STATE_LIBXC_HEADER;
        else if (scan->type == LIBXL_CHECKPOINT_END)
            scan->state = STATE_LIBXC_RECORD;
        else
            scan->state = STATE_LIBXL_RECORD;
    } else if (scan->type == LIBXC_END) {
        scan->state = scan->within ? STATE_LIBXL_RECORD : STATE_END;
    } else if (scan->type == LIBXC_CHECKPOINT && scan->within) {
        scan->state = STATE_LIBXL_RECORD;
    } else {
        scan->state = STATE_LIBXC_RECORD;
    }
    scan->facts.complete = scan->state == STATE_END;
}

static size_t next_record(struct scan *scan, const uint8_t *bytes,
                          size_t length, struct scan_span *span)
{
    if (length < RECORD_LENGTH)
        return 0;
    scan->in_libxc = scan->state == STATE_LIBXC_RECORD;
    scan->type = bytes_get_le32(bytes);
    uint32_t body = bytes_get_le32(bytes + 4);
    scan->left = ((uint64_t)body + 7) & ~(uint64_t)7;
    scan->facts.records++;
    if (!scan->in_libxc && scan->type == LIBXL_EMULATOR_CONTEXT)
        scan->facts.emulator_data += body;
    if (scan->in_libxc && scan->type == LIBXC_PAGE_DATA &&
        body >= PAGE_DATA_LENGTH)
        scan->state = STATE_PAGE_DATA;
    else if (scan->left == 0)
        end_record(scan);
    else
        scan->state = scan->in_libxc ? STATE_LIBXC_BODY : STATE_LIBXL_BODY;
    return give(scan, span, SCAN_RECORD, RECORD_LENGTH);
}

static size_t next_body(struct scan *scan, size_t length,
                        struct scan_span *span)
{
    size_t here = next_counted(scan, length, span, SCAN_BODY);

    if (scan->left == 0)
        end_record(scan);
    return here;
}

/* -- pages -------------------------------------------------------------- */

static size_t next_page_data(struct scan *scan, const uint8_t *bytes,
                             size_t length, struct scan_span *span)
{
    if (length < PAGE_DATA_LENGTH)
        return 0;
    uint32_t count = bytes_get_le32(bytes);
    uint64_t room = scan->left - PAGE_DATA_LENGTH;
    scan->pfn_count = 0;
    scan->pfn_next = count;
    if (count == 0 || count > PAGES_MAX ||
        (uint64_t)count * sizeof(uint64_t) > room)
        return give_up(scan, span, length,
                       "a record has a wrong number of pages");
    scan->facts.page_entries += count;
    scan->left = room;
    scan->state = STATE_PFNS;
    return give(scan, span, SCAN_BODY, PAGE_DATA_LENGTH);
}

/* Of all numbers: is what is left of the record just their pages? */
static bool pages_fit(const struct scan *scan)
{
    return scan->left == (uint64_t)scan->pfn_count * STREAM_PAGE;
}

/* After the last number: where the numbers were cut has no say in it. */
static void end_pfns(struct scan *scan)
{
    if (!pages_fit(scan)) {
        give_up_here(scan, "a record of pages has the wrong length");
        return;
    }
    scan->facts.pages += scan->pfn_count;
    scan->state = STATE_PAGES;
    if (scan->pfn_count == 0)
        end_record(scan);
}

static size_t next_pfns(struct scan *scan, const uint8_t *bytes, size_t length,
                        struct scan_span *span)
{
    size_t numbers = length / sizeof(uint64_t);

    if (numbers > scan->pfn_next)
        numbers = scan->pfn_next;
    if (numbers == 0)
        return 0;
    for (size_t i = 0; i < numbers; i++) {
        uint64_t number = bytes_get_le64(bytes + i * sizeof(number));
        if (number >> PFN_TYPE_SHIFT < PFN_TYPE_BROKEN)
            scan->pfns[scan->pfn_count++] = number & PFN_MASK;
    }
    scan->pfn_next -= (uint32_t)numbers;
    scan->left -= numbers * sizeof(uint64_t);
    give(scan, span, SCAN_BODY, numbers * sizeof(uint64_t));
    if (scan->pfn_next == 0)
        end_pfns(scan);
    return span->length;
}

static size_t next_page(struct scan *scan, size_t length,
                        struct scan_span *span)
{
    if (length < STREAM_PAGE)
        return 0;
    uint64_t pfn = scan->pfns[scan->pfn_next++];
    scan->left -= STREAM_PAGE;
    if (scan->left == 0)
        end_record(scan);
    give(scan, span, SCAN_PAGE, STREAM_PAGE);
    span->pfn = pfn;
    return STREAM_PAGE;
}

/* -- all ---------------------------------------------------------------- */

size_t scan_next(struct scan *scan, const uint8_t *bytes, size_t length,
                 struct scan_span *span)
{
    if (length == 0)
        return 0;
    switch (scan->state) {
    case STATE_START:
        return next_start(scan, bytes, length, span);
    case STATE_XL_HEADER:
        return next_xl_header(scan, bytes, length, span);
    case STATE_XL_CONFIG_LENGTH:
        return next_xl_config_length(scan, bytes, length, span);
    case STATE_XL_CONFIG:
        return next_xl_config(scan, length, span);
    case STATE_XL_REST:
        return next_xl_rest(scan, length, span);
    case STATE_LIBXL_HEADER:
        return next_libxl_header(scan, bytes, length, span);
    case STATE_LIBXC_HEADER:
        return next_libxc_header(scan, bytes, length, span);
    case STATE_LIBXC_DOMAIN:
        return next_libxc_domain(scan, bytes, length, span);
    case STATE_LIBXL_RECORD:
    case STATE_LIBXC_RECORD:
        return next_record(scan, bytes, length, span);
    case STATE_LIBXL_BODY:
    case STATE_LIBXC_BODY:
        return next_body(scan, length, span);
    case STATE_PAGE_DATA:
        return next_page_data(scan, bytes, length, span);
    case STATE_PFNS:
        return next_pfns(scan, bytes, length, span);
    case STATE_PAGES:
        return next_page(scan, length, span);
    case STATE_END:
        return give_up(scan, span, length, "there are bytes after the end");
    case STATE_OPAQUE:
        break;
    }
    return give(scan, span, SCAN_OPAQUE, length);
}

/* -- input in pieces ------------------------------------------------------- */

/* Gives what can be told apart; *used says how much that was. */
static int give_spans(struct scan *scan, const uint8_t *bytes, size_t length,
                      size_t *used, const struct scan_taker *taker,
                      struct error *err)
{
    struct scan_span span;
    size_t here;

    *used = 0;
    while ((here = scan_next(scan, bytes + *used, length - *used, &span)) > 0) {
        if (taker->take(taker->data, bytes + *used, &span, err) < 0)
            return -1;
        *used += here;
    }
    return 0;
}

/* Adds to the rest until it can be told what it is, or nothing is left. */
static int feed_rest(struct scan *scan, const uint8_t **bytes, size_t *length,
                     const struct scan_taker *taker, struct error *err)
{
    while (scan->rest_length > 0 && *length > 0) {
        size_t used, more = SCAN_AHEAD - scan->rest_length;
        if (more > *length)
            more = *length;
        memcpy(scan->rest + scan->rest_length, *bytes, more);
        if (give_spans(scan, scan->rest, scan->rest_length + more, &used, taker,
                       err) < 0)
            return -1;
        /* What came first was not enough alone, so it is used all or not. */
        if (used > 0)
            more = used - scan->rest_length;
        scan->rest_length = used > 0 ? 0 : scan->rest_length + more;
        *bytes += more;
        *length -= more;
    }
    return 0;
}

int scan_feed(struct scan *scan, const uint8_t *bytes, size_t length,
              const struct scan_taker *taker, struct error *err)
{
    size_t used;

    if (feed_rest(scan, &bytes, &length, taker, err) < 0 ||
        give_spans(scan, bytes, length, &used, taker, err) < 0)
        return -1;
    if (used < length) {
        memcpy(scan->rest, bytes + used, length - used);
        scan->rest_length = length - used;
    }
    return 0;
}

int scan_finish(struct scan *scan, const struct scan_taker *taker,
                struct error *err)
{
    const struct scan_span span = { .part = SCAN_OPAQUE,
                                    .length = scan->rest_length };

    scan->rest_length = 0;
    if (span.length == 0)
        return 0;
    return taker->take(taker->data, scan->rest, &span, err);
}

/* -- what is known --------------------------------------------------------- */

static bool after_pages(const struct scan *scan)
{
    return scan->state == STATE_LIBXC_RECORD && scan->in_libxc &&
           scan->type == LIBXC_PAGE_DATA;
}

bool scan_at_boundary(const struct scan *scan)
{
    if (after_pages(scan))
        return false;
    return scan->state == STATE_LIBXL_RECORD ||
           scan->state == STATE_LIBXC_RECORD || scan->state == STATE_END ||
           scan->state == STATE_OPAQUE || scan->state == STATE_LIBXL_HEADER ||
           scan->state == STATE_LIBXC_HEADER;
}

uint64_t scan_offset(const struct scan *scan)
{
    return scan->offset;
}

const struct scan_facts *scan_facts(const struct scan *scan)
{
    return &scan->facts;
}

const char *scan_problem(const struct scan *scan, uint64_t *offset)
{
    *offset = scan->problem_offset;
    return scan->problem;
}
