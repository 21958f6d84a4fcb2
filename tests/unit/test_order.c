/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who begins when, if some wait for others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "domain/life/order.h"

/* "web<db,dns" waits for db and dns; ends with NULL. */
static void fill(struct order *order, const char *const *rows)
{
    for (; *rows != NULL; rows++) {
        char text[64];
        char *rest;
        strcpy(text, *rows);
        size_t place = order_add(order, strtok_r(text, "<", &rest));
        for (char *name; (name = strtok_r(NULL, ",", &rest)) != NULL;)
            order_add_before(order, place, name);
    }
}

#define FILL(order, ...) fill(order, (const char *const[]){ __VA_ARGS__, NULL })

/* All that may begin now: "db dns". */
static char *begin_all(struct order *order, int64_t now_ms)
{
    struct strbuf names = { 0 };
    int64_t wake;
    size_t place;

    while ((place = order_next(order, now_ms, &wake)) != ORDER_NONE)
        strbuf_printf(&names, "%s%s", names.length > 0 ? " " : "",
                      order->items.items[place].name);
    return strbuf_take(&names);
}

static void expect_begin(struct order *order, int64_t now_ms,
                         const char *wanted)
{
    cleanup_free char *got = begin_all(order, now_ms);

    assert_string_equal(got, wanted);
}

static void end(struct order *order, const char *name)
{
    for (size_t i = 0; i < order->items.count; i++)
        if (strcmp(order->items.items[i].name, name) == 0)
            order_end(order, i);
}

static void those_that_wait_for_nobody_begin_together(void **state)
{
    cleanup_order struct order order = { 0 };

    FILL(&order, "web<db,dns", "db", "dns", "mail<web");
    assert_int_equal(order_resolve(&order, NULL), 0);
    expect_begin(&order, 0, "db dns");
    expect_begin(&order, 0, "");
    end(&order, "db");
    expect_begin(&order, 0, "");
    end(&order, "dns");
    expect_begin(&order, 0, "web");
    end(&order, "web");
    assert_int_equal(order_left(&order), 1);
    expect_begin(&order, 0, "mail");
    end(&order, "mail");
    assert_int_equal(order_left(&order), 0);
}

static void a_stranger_is_not_waited_for(void **state)
{
    cleanup_order struct order order = { 0 };

    FILL(&order, "web<elsewhere");
    assert_int_equal(order_resolve(&order, NULL), 0);
    expect_begin(&order, 0, "web");
}

static void a_loop_is_an_error_with_its_names(void **state)
{
    cleanup_order struct order order = { 0 };
    cleanup_error struct error err = ERROR_INIT;

    FILL(&order, "mail<web", "web<db", "db<dns", "dns<web");
    assert_int_equal(order_resolve(&order, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_string_equal(err.message,
                        "start_after goes round: web waits for db waits for "
                        "dns waits for web");
}

static void one_that_waits_for_itself_is_a_loop(void **state)
{
    cleanup_order struct order order = { 0 };

    FILL(&order, "web<web");
    assert_int_equal(order_resolve(&order, NULL), -1);
}

static void two_ways_to_one_are_no_loop(void **state)
{
    cleanup_order struct order order = { 0 };

    FILL(&order, "a<b,c", "b<d", "c<d", "d");
    assert_int_equal(order_resolve(&order, NULL), 0);
}

static void backwards_the_last_goes_first(void **state)
{
    cleanup_order struct order order = { 0 };

    FILL(&order, "web<db", "db", "mail<db");
    assert_int_equal(order_resolve(&order, NULL), 0);
    order_reverse(&order);
    expect_begin(&order, 0, "web mail");
    end(&order, "web");
    expect_begin(&order, 0, "");
    end(&order, "mail");
    expect_begin(&order, 0, "db");
}

static void a_delay_begins_when_the_others_ended(void **state)
{
    cleanup_order struct order order = { 0 };
    int64_t wake;

    FILL(&order, "web<db", "db");
    order.items.items[0].delay_ms = 5000;
    assert_int_equal(order_resolve(&order, NULL), 0);
    expect_begin(&order, 100, "db");
    assert_true(order_next(&order, 200, &wake) == ORDER_NONE);
    assert_int_equal(wake, CLOCK_NEVER);
    end(&order, "db");
    assert_true(order_next(&order, 1000, &wake) == ORDER_NONE);
    assert_int_equal(wake, 6000);
    expect_begin(&order, 5999, "");
    expect_begin(&order, 6000, "web");
}

static void one_that_is_tried_again_keeps_the_others_waiting(void **state)
{
    cleanup_order struct order order = { 0 };

    FILL(&order, "web<db", "db");
    assert_int_equal(order_resolve(&order, NULL), 0);
    order_reverse(&order);
    expect_begin(&order, 0, "web");
    order_again(&order, 0);
    assert_int_equal(order_left(&order), 2);
    expect_begin(&order, 0, "web");
    expect_begin(&order, 0, "");
    end(&order, "web");
    expect_begin(&order, 0, "db");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_that_wait_for_nobody_begin_together),
        cmocka_unit_test(a_stranger_is_not_waited_for),
        cmocka_unit_test(a_loop_is_an_error_with_its_names),
        cmocka_unit_test(one_that_waits_for_itself_is_a_loop),
        cmocka_unit_test(two_ways_to_one_are_no_loop),
        cmocka_unit_test(backwards_the_last_goes_first),
        cmocka_unit_test(a_delay_begins_when_the_others_ended),
        cmocka_unit_test(one_that_is_tried_again_keeps_the_others_waiting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
