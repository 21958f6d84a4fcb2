/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames that a guest does not have, found with few looks. */
#include "unit.h"

#include <errno.h>

#include "savehelper/holes.h"

/* A PVH guest of 128 MiB: memory, ACPI tables and special pages below 4 GiB. */
#define FRAMES 0xff000
#define MEMORY 0x8000
#define TABLES 0xfc000
#define TABLE_PAGES 9
#define SPECIAL 0xfeff8
#define PAGES (MEMORY + TABLE_PAGES + (FRAMES - SPECIAL))

struct guest {
    unsigned int looks;
    uint64_t without; /* a frame of the memory that it gave back; 0: none */
    uint64_t extra;   /* a frame where none would look for it; 0: none */
    bool unreadable;
};

static bool has(const struct guest *guest, uint64_t frame)
{
    if (frame == guest->extra && frame != 0)
        return true;
    if (frame == guest->without && frame != 0)
        return false;
    return frame < MEMORY ||
           (frame >= TABLES && frame < TABLES + TABLE_PAGES) ||
           frame >= SPECIAL;
}

static int look(void *data, uint64_t first, size_t count, bool *there)
{
    struct guest *guest = data;

    assert_true(count > 0 && count <= HOLES_BATCH);
    assert_true(first + count <= FRAMES);
    guest->looks++;
    if (guest->unreadable) {
        errno = ESRCH;
        return -1;
    }
    for (size_t i = 0; i < count; i++)
        there[i] = has(guest, first + i);
    return 0;
}

struct bits {
    uint8_t bytes[(FRAMES + 7) / 8];
};

static struct bits *all_set(void)
{
    struct bits *bits = MEM_NEW(struct bits);

    memset(bits, 0xff, sizeof(*bits));
    return bits;
}

static bool is_set(const struct bits *bits, uint64_t frame)
{
    return bits->bytes[frame / 8] >> frame % 8 & 1;
}

static void expect_exactly_its_frames(const struct guest *guest,
                                      const struct bits *bits)
{
    for (uint64_t frame = 0; frame < FRAMES; frame++)
        if (is_set(bits, frame) != has(guest, frame))
            fail_msg("frame %#llx", (unsigned long long)frame);
}

static void clear(struct guest *guest, uint64_t pages, struct bits *bits,
                  uint64_t wanted)
{
    struct holes_view view = { .look = look, .data = guest };
    uint64_t cleared;

    assert_int_equal(holes_clear(&view, FRAMES, pages, bits->bytes, &cleared),
                     0);
    assert_int_equal(cleared, wanted);
}

static void its_frames_are_found_from_both_ends(void **state)
{
    struct guest guest = { 0 };
    cleanup_free struct bits *bits = all_set();

    clear(&guest, PAGES, bits, FRAMES - PAGES);
    expect_exactly_its_frames(&guest, bits);
    assert_true(guest.looks < 100); /* of about 1,000 */
}

static void what_it_gave_back_is_a_hole_too(void **state)
{
    struct guest guest = { .without = 0x1234 };
    cleanup_free struct bits *bits = all_set();

    clear(&guest, PAGES - 1, bits, FRAMES - PAGES + 1);
    expect_exactly_its_frames(&guest, bits);
}

static void a_frame_in_the_middle_is_found_as_it_is_missing(void **state)
{
    struct guest guest = { .extra = 0x80000 };
    cleanup_free struct bits *bits = all_set();

    clear(&guest, PAGES + 1, bits, FRAMES - PAGES - 1);
    expect_exactly_its_frames(&guest, bits);
}

/* Pages that are nowhere: everything is looked at. */
static void a_count_that_is_never_reached_costs_time_alone(void **state)
{
    struct guest guest = { 0 };
    cleanup_free struct bits *bits = all_set();

    clear(&guest, PAGES + 1000, bits, FRAMES - PAGES);
    expect_exactly_its_frames(&guest, bits);
}

static void one_that_cannot_be_looked_at_is_sent_whole(void **state)
{
    struct guest guest = { .unreadable = true };
    struct holes_view view = { .look = look, .data = &guest };
    cleanup_free struct bits *bits = all_set();
    cleanup_free struct bits *whole = all_set();
    uint64_t cleared;

    assert_int_equal(holes_clear(&view, FRAMES, PAGES, bits->bytes, &cleared),
                     -1);
    assert_int_equal(errno, ESRCH);
    assert_memory_equal(bits, whole, sizeof(*bits));
}

static void what_it_got_since_is_sent_at_the_end(void **state)
{
    struct guest guest = { .without = 0x1234 };
    struct holes_view view = { .look = look, .data = &guest };
    cleanup_free struct bits *sent = all_set();
    cleanup_free struct bits *dirty = MEM_NEW(struct bits);

    clear(&guest, PAGES - 1, sent, FRAMES - PAGES + 1);
    guest = (struct guest){ .extra = 0x80000 };
    dirty->bytes[0] = 0x02; /* frame 1 changed */
    assert_int_equal(holes_add_new(&view, FRAMES, sent->bytes, dirty->bytes),
                     0);
    for (uint64_t frame = 0; frame < FRAMES; frame++)
        assert_int_equal(is_set(dirty, frame),
                         frame == 1 || frame == 0x1234 || frame == 0x80000);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(its_frames_are_found_from_both_ends),
    cmocka_unit_test(what_it_gave_back_is_a_hole_too),
    cmocka_unit_test(a_frame_in_the_middle_is_found_as_it_is_missing),
    cmocka_unit_test(a_count_that_is_never_reached_costs_time_alone),
    cmocka_unit_test(one_that_cannot_be_looked_at_is_sent_whole),
    cmocka_unit_test(what_it_got_since_is_sent_at_the_end),
};

UNIT_MAIN(tests)
