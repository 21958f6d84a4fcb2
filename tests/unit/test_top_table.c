/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of top: to the byte what xentop -b prints of the same numbers. */
#include "unit.h"

#include <libxl.h>

#include "xn/top_view.h"

static const struct top_shown plain, full = { .full_names = true };

static const char heading[] =
    "      NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%)"
    " VCPUS NETS NETTX(k) NETRX(k) VBDS   VBD_OO   VBD_RD   VBD_WR  VBD_RSECT"
    "  VBD_WSECT SSID\n";

static void add_domain(struct top_sample *sample, uint32_t domid,
                       const char *name, uint64_t cpu_ns)
{
    struct domain_info info = {
        .domid = domid,
        .name = mem_strdup(name),
        .blocked = true,
        .cpu_ns = cpu_ns,
        .memory = (uint64_t)128 << 20,
        .memory_max = domid == 0 ? UINT64_MAX : (uint64_t)129 << 20,
        .vcpus = 2,
    };

    VEC_PUSH(&sample->domains.items, info);
}

static struct top_sample sample_at(int64_t time_ms)
{
    return (struct top_sample){ .host_memory = (uint64_t)1 << 30,
                                .time_ms = time_ms };
}

static void dispose(struct top_sample *sample)
{
    top_sample_dispose(sample);
}

static void the_columns_are_xentops(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };
    struct top_sample now = sample_at(0);

    add_domain(&now, 0, "Domain-0", 41000000000);
    add_domain(&now, 5, "web-frontend", 3000000000);
    VEC_PUSH(&now.traffic.vifs,
             ((struct traffic_vif){
                 .domid = 5, .received_bytes = 2048, .sent_bytes = 1024 }));
    VEC_PUSH(&now.traffic.vbds, ((struct traffic_vbd){ .domid = 5,
                                                       .reads = 10,
                                                       .writes = 20,
                                                       .read_sectors = 80,
                                                       .written_sectors = 160,
                                                       .out_of_requests = 1 }));
    top_table_add(&text, &now, NULL, &plain, 0);
    cleanup_free char *wanted = mem_printf(
        "%s%s%s", heading,
        "  Domain-0 --b---         41    0.0     131072   12.5   no limit"
        "       n/a     2    0        0        0    0        0        0"
        "        0          0          0    0\n",
        "web-fronte --b---          3    0.0     131072   12.5     132096"
        "      12.6     2    1        2        1    1        1       10"
        "       20         80        160    0\n");
    assert_string_equal(text.text, wanted);
    dispose(&now);
}

static void time_is_compared_with_the_sample_before(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };
    struct top_sample before = sample_at(1000), now = sample_at(3000);

    add_domain(&before, 5, "web", 1000000000);
    add_domain(&now, 5, "web", 2000000000);
    top_table_add(&text, &now, &before, &plain, 0);
    assert_non_null(strstr(text.text, "       web --b---          2   50.0 "));
    dispose(&before);
    dispose(&now);
}

static void wide_numbers_and_names_widen_their_columns(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };
    struct top_sample now = sample_at(0);

    add_domain(&now, 5, "a-rather-long-name", 0);
    VEC_PUSH(&now.traffic.vbds,
             ((struct traffic_vbd){ .domid = 5, .reads = 12345678901 }));
    top_table_add(&text, &now, NULL, &full, 0);
    assert_non_null(strstr(text.text, "              NAME  STATE"));
    assert_non_null(strstr(text.text, "\na-rather-long-name --b---"));
    assert_non_null(strstr(text.text, "      VBD_RD   VBD_WR"));
    dispose(&now);
}

static void a_crashed_guest_is_shut_down_too(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };
    struct top_sample now = sample_at(0);

    add_domain(&now, 5, "web", 0);
    struct domain_info *info = &now.domains.items.items[0];
    info->blocked = false;
    info->shutdown = true;
    info->shutdown_reason = LIBXL_SHUTDOWN_REASON_CRASH;
    top_table_add(&text, &now, NULL, &plain, 0);
    assert_non_null(strstr(text.text, " -s-c-- "));
    dispose(&now);
}

static void what_belongs_to_a_domain_is_below_it(void **state)
{
    static const struct top_shown all = {
        .networks = true, .vbds = true, .vcpus = true, .repeat_header = true
    };
    cleanup_strbuf struct strbuf text = { 0 };
    struct top_sample now = sample_at(0);

    add_domain(&now, 0, "Domain-0", 0);
    add_domain(&now, 5, "web", 0);
    for (uint32_t i = 0; i < 6; i++)
        VEC_PUSH(&now.vcpus, ((struct top_vcpu){ 5, i, 7000000000 }));
    VEC_PUSH(&now.traffic.vifs,
             ((struct traffic_vif){
                 .domid = 5, .received_bytes = 2048, .sent_packets = 3 }));
    VEC_PUSH(&now.traffic.vbds,
             ((struct traffic_vbd){ .domid = 5, .number = 51712, .reads = 9 }));
    top_table_add(&text, &now, NULL, &all, 1);
    assert_null(strstr(text.text, "Domain-0"));
    assert_non_null(strstr(
        text.text,
        "VCPUs(sec):   0:          7s  1:          7s  2:          7s  3:"
        "          7s  4:          7s\n          5:          7s\n"
        "Net0 RX:        0bytes        3pkts        0err        0drop  "
        "TX:     2048bytes        0pkts        0err        0drop\n"
        "VBD BlkBack 51712 [ca: 0]  OO:        0   RD:        9   WR: "));
    dispose(&now);
}

static void expect_order(struct top_sample *now, enum top_field field,
                         bool dom0_first, const char *expected)
{
    cleanup_strbuf struct strbuf text = { 0 };

    top_table_sort(now, NULL, field, dom0_first);
    VEC_EACH (&now->domains.items, info)
        strbuf_printf(&text, "%s ", info->name);
    assert_string_equal(text.text, expected);
}

static void domains_are_sorted_as_asked(void **state)
{
    struct top_sample now = sample_at(0);

    add_domain(&now, 0, "Domain-0", 5);
    add_domain(&now, 5, "web", 1);
    add_domain(&now, 6, "db", 9);
    expect_order(&now, TOP_NAME, false, "Domain-0 db web ");
    expect_order(&now, TOP_CPU_SECONDS, false, "db Domain-0 web ");
    expect_order(&now, TOP_CPU_SECONDS, true, "Domain-0 db web ");
    expect_order(&now, TOP_VCPUS, false, "Domain-0 web db ");
    expect_order(&now, TOP_DOMID, false, "Domain-0 web db ");
    dispose(&now);
}

static void press(struct top_view *view, const char *keys)
{
    for (; *keys != '\0'; keys++)
        assert_true(top_view_key(view, *keys));
}

static void keys_are_xentops(void **state)
{
    struct top_view view = { .seconds = 3 };

    press(&view, "nBvrt");
    assert_true(view.shown.networks && view.shown.vbds && view.shown.vcpus &&
                view.shown.repeat_header);
    press(&view, "Nx");
    assert_false(view.shown.networks || view.shown.vbds);
    press(&view, "ss");
    assert_int_equal(view.sort, TOP_STATE);
    press(&view, "SSS");
    assert_int_equal(view.sort, TOP_FIELDS - 1);
    press(&view, "s");
    assert_int_equal(view.sort, TOP_DOMID);
    assert_true(top_view_key(&view, TOP_KEY_UP));
    assert_true(top_view_key(&view, TOP_KEY_DOWN));
    assert_int_equal(view.first, 1);
    assert_false(top_view_key(&view, 'q'));
    assert_false(top_view_key(&view, 27));
    assert_false(top_view_key(&view, 3));
}

static void the_delay_is_asked_for(void **state)
{
    struct top_view view = { .seconds = 3 };

    press(&view, "d1q2\x7f");
    cleanup_free char *menu = top_view_menu(&view);
    assert_string_equal(menu, "Delay(sec): 1");
    press(&view, "\r");
    assert_int_equal(view.seconds, 1);
    press(&view, "d\r"); /* nothing */
    press(&view, "d0\r");
    press(&view, "d99999999999999999\r");
    press(&view, "d5\033"); /* given up */
    assert_int_equal(view.seconds, 1);
    assert_false(view.asks);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_belongs_to_a_domain_is_below_it),
    cmocka_unit_test(domains_are_sorted_as_asked),
    cmocka_unit_test(keys_are_xentops),
    cmocka_unit_test(the_delay_is_asked_for),
    cmocka_unit_test(the_columns_are_xentops),
    cmocka_unit_test(time_is_compared_with_the_sample_before),
    cmocka_unit_test(wide_numbers_and_names_widen_their_columns),
    cmocka_unit_test(a_crashed_guest_is_shut_down_too),
};

UNIT_MAIN(tests)
