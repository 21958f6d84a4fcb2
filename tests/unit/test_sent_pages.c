/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is left of a guest's memory, while libxenguest counts frames with and
 * without pages (xg_sr_save.c, send_dirty_pages: a word for every 1024).
 */
#include "unit.h"

#include "domain/transfer/sent_pages.h"
#include "stream/frame.h"

#define STEP 1024      /* frames of a batch, each a PAGE_DATA record */
#define RECORD 16      /* bytes of such a record before the list of frames */
#define LISTED 8       /* and for each frame in it */
#define GUEST 16384    /* pages: 64 MiB */
#define FRAMES 0xff000 /* up to a PVH guest's special pages */

struct played {
    struct stream_figures figures;
    struct sent_pages pages;
};

static void begin(struct played *played, uint64_t guest)
{
    *played = (struct played){ .pages.guest = guest };
    played->pages.figures = &played->figures;
    figures_add(&played->figures.bytes, 5000); /* headers, configuration */
}

static uint64_t left(const struct played *played)
{
    uint64_t pages = figures_get(&played->figures.pages);
    uint64_t sent = figures_get(&played->figures.sent);

    assert_true(sent <= pages);
    return pages - sent;
}

/* So many more frames of the round go, those below ram with their pages. */
static void send_frames(struct played *played, const char *round,
                        unsigned long from, unsigned long to, unsigned long ram,
                        unsigned long total)
{
    for (unsigned long at = from; at < to; at += STEP) {
        unsigned long count = to - at < STEP ? to - at : STEP;
        unsigned long pages = at >= ram ? 0 : count;

        figures_add(&played->figures.bytes,
                    RECORD + count * LISTED + pages * STREAM_PAGE);
        sent_pages_note(&played->pages, round, at + count, total);
    }
}

static void holes_are_no_memory(void **state)
{
    static const char round[] = "Frames iteration 0";
    struct played played;

    begin(&played, GUEST);
    sent_pages_note(&played.pages, round, 0, FRAMES);
    assert_int_equal(figures_get(&played.figures.round), 1);
    assert_int_equal(figures_get(&played.figures.pages), GUEST);
    assert_int_equal(left(&played), GUEST);
    send_frames(&played, round, 0, GUEST / 2, GUEST, FRAMES);
    assert_int_equal(left(&played), GUEST / 2);
    send_frames(&played, round, GUEST / 2, GUEST - STEP, GUEST, FRAMES);
    assert_int_equal(left(&played), STEP);
    send_frames(&played, round, GUEST - STEP, FRAMES, GUEST, FRAMES);
    assert_int_equal(left(&played), 0);
}

/* Some memory that the guest has is at the end, beyond the holes. */
static void what_is_beyond_the_holes_is_left_until_it_goes(void **state)
{
    static const char round[] = "Frames iteration 0";
    struct played played;

    begin(&played, GUEST + 16);
    sent_pages_note(&played.pages, round, 0, FRAMES);
    send_frames(&played, round, 0, FRAMES - STEP, GUEST, FRAMES);
    assert_in_range(left(&played), 12, 16); /* the records' own bytes: 3 */
    sent_pages_note(&played.pages, round, FRAMES, FRAMES);
    assert_int_equal(left(&played), 0);
}

static void a_later_round_has_what_changed(void **state)
{
    struct played played;

    begin(&played, GUEST);
    sent_pages_note(&played.pages, "Frames iteration 0", 0, FRAMES);
    send_frames(&played, "Frames iteration 0", 0, FRAMES, GUEST, FRAMES);
    sent_pages_note(&played.pages, "Frames iteration 1", 0, 4000);
    assert_int_equal(figures_get(&played.figures.round), 2);
    assert_int_equal(left(&played), 4000);
    send_frames(&played, "Frames iteration 1", 0, 3072, 4000, 4000);
    assert_int_equal(left(&played), 928);
    sent_pages_note(&played.pages, "Frames iteration 1", 4000, 4000);
    assert_int_equal(left(&played), 0);
}

/* A plain image: nobody counts its bytes. */
static void without_a_codec_it_is_no_more_than_the_guest_has(void **state)
{
    struct played played;

    begin(&played, GUEST);
    sent_pages_note(&played.pages, "Frames", 0, FRAMES);
    assert_int_equal(left(&played), GUEST);
    sent_pages_note(&played.pages, "Frames", FRAMES - 100, FRAMES);
    assert_int_equal(left(&played), 100);
    sent_pages_note(&played.pages, "Frames", FRAMES, FRAMES);
    assert_int_equal(left(&played), 0);
}

static void a_guest_of_unknown_size_has_what_libxc_says(void **state)
{
    struct played played;

    begin(&played, 0);
    sent_pages_note(&played.pages, "Frames iteration 0", 0, 32768);
    assert_int_equal(left(&played), 32768);
    sent_pages_note(&played.pages, "Frames iteration 0", 1024, 32768);
    assert_int_equal(left(&played), 31744);
}

static void other_words_change_nothing(void **state)
{
    struct played played;

    begin(&played, GUEST);
    sent_pages_note(&played.pages, "Frames iteration 0", 0, 0);
    sent_pages_note(&played.pages, "Start of stream", 5, 10);
    assert_int_equal(figures_get(&played.figures.round), 0);
    assert_int_equal(figures_get(&played.figures.pages), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(holes_are_no_memory),
    cmocka_unit_test(what_is_beyond_the_holes_is_left_until_it_goes),
    cmocka_unit_test(a_later_round_has_what_changed),
    cmocka_unit_test(without_a_codec_it_is_no_more_than_the_guest_has),
    cmocka_unit_test(a_guest_of_unknown_size_has_what_libxc_says),
    cmocka_unit_test(other_words_change_nothing),
};

UNIT_MAIN(tests)
