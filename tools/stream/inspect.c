/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/inspect.h"

#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "stream/bytes.h"
#include "stream/filter.h"
#include "stream/frame.h"
#include "stream/scan.h"

struct inspection {
    bool whole;
    bool ignore_rest;
    bool ended; /* a plain stream; what follows is none of it */
    bool seen_enough;
    bool xenith;
    struct scan *scan;
    struct decoder *decoder; /* NULL for a plain stream */
    struct strbuf config;
    struct strbuf cpuid; /* the body of libxc's record of that name */
    size_t cpuid_left;   /* bytes of it that are still to come */
    uint64_t carried;    /* bytes of the file that were read */
    uint64_t bytes;      /* of the stream, once it has ended */
};

/* The first thing that is not understood is an error, with its place. */
static int check_problem(const struct inspection *inspection, struct error *err)
{
    uint64_t offset;
    const char *problem = scan_problem(inspection->scan, &offset);

    if (problem == NULL)
        return 0;
    return error_set(err, ERR_CONFIG, "byte %llu of the saved guest: %s",
                     (unsigned long long)offset, problem);
}

/* 24 bytes for each of some dozens of leaves. */
#define CPUID_MAX ((size_t)64 << 10)

/* libxl has no record of that number. */
static void note_record(struct inspection *inspection, const uint8_t *header,
                        size_t length)
{
    size_t body = length >= 8 ? bytes_get_le32(header + 4) : 0;

    if (length >= 8 && bytes_get_le32(header) == LIBXC_X86_CPUID_POLICY &&
        body <= CPUID_MAX && inspection->cpuid.length == 0)
        inspection->cpuid_left = body;
}

/* The padding behind it is none of it. */
static void note_body(struct inspection *inspection, const uint8_t *bytes,
                      size_t length)
{
    size_t here =
        length < inspection->cpuid_left ? length : inspection->cpuid_left;

    strbuf_add(&inspection->cpuid, (const char *)bytes, here);
    inspection->cpuid_left -= here;
}

static int note_span(void *data, const uint8_t *bytes,
                     const struct scan_span *span, struct error *err)
{
    struct inspection *inspection = data;

    if (inspection->ended)
        return 0;
    if (span->part == SCAN_CONFIG &&
        scan_facts(inspection->scan)->config_length <= INSPECT_CONFIG_MAX)
        strbuf_add(&inspection->config, (const char *)bytes, span->length);
    if (span->part == SCAN_RECORD)
        note_record(inspection, bytes, span->length);
    if (span->part == SCAN_BODY && inspection->cpuid_left > 0)
        note_body(inspection, bytes, span->length);
    if (span->part == SCAN_PAGE && !inspection->whole)
        inspection->seen_enough = true;
    if (inspection->ignore_rest && inspection->decoder == NULL &&
        scan_facts(inspection->scan)->complete) {
        inspection->ended = true;
        inspection->bytes = scan_offset(inspection->scan);
    }
    return check_problem(inspection, err);
}

static int take_plain(struct inspection *inspection, const void *bytes,
                      size_t length, struct error *err)
{
    const struct scan_taker taker = { .take = note_span, .data = inspection };

    return scan_feed(inspection->scan, bytes, length, &taker, err);
}

/* The decoder's sink. */
static int take_parts(void *data, const struct iovec *parts, size_t count,
                      struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (take_plain(data, parts[i].iov_base, parts[i].iov_len, err) < 0)
            return -1;
    return 0;
}

static int take_input(struct inspection *inspection, const uint8_t *bytes,
                      size_t length, struct error *err)
{
    inspection->carried += length;
    if (inspection->decoder != NULL)
        return decoder_write(inspection->decoder, bytes, length, err);
    return take_plain(inspection, bytes, length, err);
}

static int begin(struct inspection *inspection,
                 const struct decode_options *options, const uint8_t *bytes,
                 size_t length, struct error *err)
{
    struct stream_sink sink = { .write = take_parts, .data = inspection };

    inspection->xenith = stream_header_is(bytes, length);
    if (!inspection->xenith)
        return 0;
    inspection->decoder = decoder_new(options, &sink, err);
    return inspection->decoder != NULL ? 0 : -1;
}

/* Where something may follow that is none of it. */
static bool has_ended(const struct inspection *inspection)
{
    return inspection->ended ||
           (inspection->ignore_rest && inspection->decoder != NULL &&
            decoder_is_complete(inspection->decoder));
}

static int read_input(struct inspection *inspection,
                      const struct decode_options *options, int in,
                      struct error *err)
{
    cleanup_free uint8_t *bytes = mem_zalloc(1, FILTER_INPUT);
    const struct inlet inlet = { .fd = in };
    ssize_t got = filter_read_head(&inlet, bytes, FILTER_INPUT, err);

    if (got < 0 || begin(inspection, options, bytes, (size_t)got, err) < 0)
        return -1;
    while (got > 0) {
        if (take_input(inspection, bytes, (size_t)got, err) < 0)
            return -1;
        if (inspection->seen_enough || has_ended(inspection))
            return 0;
        got = inlet_read(&inlet, bytes, FILTER_INPUT, err);
    }
    return (int)got;
}

static int check_end(struct inspection *inspection, struct error *err)
{
    struct stream_stats stats;

    if (inspection->ended)
        inspection->carried = inspection->bytes;
    if (inspection->seen_enough || inspection->ended)
        return 0;
    if (inspection->decoder != NULL) {
        if (decoder_finish(inspection->decoder, &stats, err) < 0)
            return -1;
        inspection->carried = stats.carried;
    }
    inspection->bytes = scan_offset(inspection->scan);
    if (scan_facts(inspection->scan)->complete)
        return check_problem(inspection, err);
    return error_set(err, ERR_CONFIG,
                     "byte %llu of the saved guest: it is cut short",
                     (unsigned long long)scan_offset(inspection->scan));
}

static void add_cpuid(const struct inspection *inspection,
                      struct json_writer *json)
{
    cleanup_strbuf struct strbuf hex = { 0 };

    for (size_t i = 0; i < inspection->cpuid.length; i++)
        strbuf_printf(&hex, "%02x",
                      (unsigned int)(uint8_t)inspection->cpuid.text[i]);
    json_add_string(json, "cpuid", hex.text);
}

static void add_facts(const struct inspection *inspection,
                      struct json_writer *json)
{
    const struct scan_facts *facts = scan_facts(inspection->scan);

    json_add_string(json, "format", inspection->xenith ? "xenith" : "plain");
    json_add_bool(json, "complete", inspection->ended || facts->complete);
    json_add_string(json, "config", inspection->config.text);
    add_cpuid(inspection, json);
    json_add_uint(json, "domain_type", facts->domain_type);
    json_add_uint(json, "xen_major", facts->xen_major);
    json_add_uint(json, "xen_minor", facts->xen_minor);
    json_add_uint(json, "libxc_version", facts->libxc_version);
    json_add_uint(json, "pages", facts->pages);
    json_add_uint(json, "emulator_bytes", facts->emulator_data);
    json_add_uint(json, "bytes",
                  inspection->bytes > 0 ? inspection->bytes
                                        : scan_offset(inspection->scan));
    json_add_uint(json, "carried", inspection->carried);
}

int inspect(const struct decode_options *options, bool whole, int in,
            struct json_writer *json, struct error *err)
{
    struct inspection inspection = { .whole = whole,
                                     .ignore_rest = options->ignore_rest,
                                     .scan = scan_new() };
    struct decode_options reading = *options;

    /* To stop early the sink must be called by this thread. */
    if (!whole)
        reading.threads = 0;
    int rc = read_input(&inspection, &reading, in, err);
    if (rc == 0)
        rc = check_end(&inspection, err);
    decoder_free(inspection.decoder);
    if (rc == 0)
        add_facts(&inspection, json);
    scan_free(inspection.scan);
    strbuf_dispose(&inspection.config);
    strbuf_dispose(&inspection.cpuid);
    return rc;
}
