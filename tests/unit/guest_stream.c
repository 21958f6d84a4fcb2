/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest_stream.h"

#include <endian.h>
#include <string.h>

#include "base/mem.h"

#define PAGE 4096
#define BATCH 1024

struct maker {
    const struct guest_stream *guest;
    void (*take)(void *data, const char *bytes, size_t length);
    void *data;
    uint32_t *versions; /* of each page: how often it changed; owned */
};

/* Splitmix64: each page's contents follow from its number and version. */
static uint64_t mix(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t mix_of(uint64_t number)
{
    return mix(&number);
}

static void put(struct maker *maker, const void *bytes, size_t length)
{
    maker->take(maker->data, bytes, length);
}

static void put_le32(struct maker *maker, uint32_t value)
{
    value = htole32(value);
    put(maker, &value, sizeof(value));
}

static void put_be32(struct maker *maker, uint32_t value)
{
    value = htobe32(value);
    put(maker, &value, sizeof(value));
}

static void put_record(struct maker *maker, uint32_t type, const void *body,
                       uint32_t length)
{
    put_le32(maker, type);
    put_le32(maker, length);
    put(maker, body, length);
    put(maker, "\0\0\0\0\0\0\0", (8 - length % 8) % 8);
}

/* Words of a few thousand, as text and code have them. */
static void fill_text(uint64_t seed, uint64_t *words)
{
    for (size_t i = 0; i < PAGE / 8; i++) {
        uint64_t random = mix(&seed);
        words[i] = htole64(random % 3 == 0 ? mix_of(random >> 8 & 0xfff)
                                           : random >> 8 & 0xff);
    }
}

static void fill_contents(const struct guest_stream *guest, uint32_t pfn,
                          uint64_t *words)
{
    size_t pages = guest->contents_length / PAGE;

    memcpy(words, guest->contents + pfn % pages * PAGE, PAGE);
}

static void fill_page(const struct maker *maker, uint32_t pfn, uint64_t *words)
{
    uint32_t kind = (uint32_t)(mix_of(pfn) % 100);
    uint64_t seed = (uint64_t)pfn << 20;

    memset(words, 0, PAGE);
    if (kind >= maker->guest->zero &&
        kind < maker->guest->zero + maker->guest->random)
        for (size_t i = 0; i < PAGE / 8; i++)
            words[i] = mix(&seed);
    else if (kind >= maker->guest->zero && maker->guest->contents != NULL)
        fill_contents(maker->guest, pfn, words);
    else if (kind >= maker->guest->zero)
        fill_text(seed, words);
    /* Each change is one of a few words. */
    for (uint32_t i = 1; i <= maker->versions[pfn]; i++)
        words[mix_of(seed + i) % (PAGE / 8)] = htole64(mix_of(i));
}

static void put_pages(struct maker *maker, const uint32_t *pfns, uint32_t count)
{
    uint64_t words[PAGE / 8];

    put_le32(maker, 1);
    put_le32(maker, 8 + count * (8 + PAGE));
    put_le32(maker, count);
    put_le32(maker, 0);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t pfn = htole64(pfns[i]);
        put(maker, &pfn, sizeof(pfn));
    }
    for (uint32_t i = 0; i < count; i++) {
        fill_page(maker, pfns[i], words);
        put(maker, words, sizeof(words));
    }
}

/* Is the page sent in this round? Its version changes if so and meant. */
static bool is_sent(struct maker *maker, uint32_t pfn, unsigned int round)
{
    uint64_t drawn = maker->guest->hot ? 1 : round;
    uint64_t chance = mix_of(drawn << 40 | pfn);

    if (round == 0)
        return true;
    if (chance % 100 >= maker->guest->dirty)
        return false;
    if (chance / 100 % 100 >= maker->guest->constant)
        maker->versions[pfn]++;
    return true;
}

static void put_round(struct maker *maker, unsigned int round)
{
    uint32_t batch = maker->guest->batch > 0 ? maker->guest->batch : BATCH;
    cleanup_free uint32_t *pfns = mem_zalloc(batch, sizeof(*pfns));
    uint32_t count = 0;

    for (uint32_t pfn = 0; pfn < maker->guest->pages; pfn++) {
        if (is_sent(maker, pfn, round))
            pfns[count++] = pfn;
        if (count == batch) {
            put_pages(maker, pfns, count);
            count = 0;
        }
    }
    if (count > 0)
        put_pages(maker, pfns, count);
}

static void put_xl_header(struct maker *maker)
{
    static const char magic[32] = "Xen saved domain, xl format\n \0 \r";
    uint32_t length = sizeof(GUEST_STREAM_CONFIG);

    put(maker, magic, sizeof(magic));
    put_le32(maker, 0x01020304);
    put_le32(maker, 3);
    put_le32(maker, 0);
    put_le32(maker, 4 + length);
    put_le32(maker, length);
    put(maker, GUEST_STREAM_CONFIG, length);
}

static void put_libxc_headers(struct maker *maker)
{
    put(maker, "\xff\xff\xff\xff\xff\xff\xff\xffXENF", 12);
    put_be32(maker, 3);
    put(maker, "\0\0\0\0\0\0\0\0", 8);
    put_le32(maker, 2);  /* HVM */
    put_le32(maker, 12); /* page shift, and reserved */
    put_le32(maker, 4);
    put_le32(maker, 17);
}

/* Ends libxc's part: TSC info, HVM parameters and context, END. */
static void put_machine(struct maker *maker)
{
    static const char tsc[24];
    static const uint8_t params[24] = { 1, [8] = 1, [16] = 7 };
    char context[1001];

    memset(context, 'c', sizeof(context));
    put_record(maker, 0x8, tsc, sizeof(tsc));
    put_record(maker, 0xa, params, sizeof(params));
    put_record(maker, 0x9, context, sizeof(context));
    put_record(maker, 0, NULL, 0);
}

static void put_emulator(struct maker *maker)
{
    /* Xen 4.17's verify-stream-v2 refuses any text in it under Python 3. */
    static const char store[8] = { 2 };
    char state[5013] = "\2\0\0\0\0\0\0\0QEVM";

    memset(state + 12, 'q', sizeof(state) - 12);
    put_record(maker, 2, store, sizeof(store));
    put_record(maker, 3, state, sizeof(state));
}

/* A xen_cpuid_leaf_t: leaf 0 of one of AMD's CPUs. */
static const char leaf[] = "\0\0\0\0\xff\xff\xff\xff\1\0\0\0"
                           "AuthcAMDenti";

void guest_stream_feed(const struct guest_stream *guest,
                       void (*take)(void *data, const char *bytes,
                                    size_t length),
                       void *data)
{
    static const char policy[16] = "policy";
    struct maker maker = { .guest = guest, .take = take, .data = data };

    maker.versions = mem_zalloc(guest->pages + 1, sizeof(*maker.versions));
    if (!guest->bare)
        put_xl_header(&maker);
    put(&maker, "LibxlFmt", 8);
    put_be32(&maker, 2);
    put_be32(&maker, 0);
    put_record(&maker, 1, NULL, 0);
    put_libxc_headers(&maker);
    put_record(&maker, 0x11, leaf, sizeof(leaf) - 1);
    put_record(&maker, 0x12, policy, 16);
    put_record(&maker, 0x10, NULL, 0);
    for (unsigned int round = 0; round <= guest->rounds; round++)
        put_round(&maker, round);
    put_machine(&maker);
    put_emulator(&maker);
    put_record(&maker, 0, NULL, 0);
    free(maker.versions);
}

static void append(void *data, const char *bytes, size_t length)
{
    strbuf_add(data, bytes, length);
}

void guest_stream_make(const struct guest_stream *guest, struct strbuf *out)
{
    guest_stream_feed(guest, append, out);
}
