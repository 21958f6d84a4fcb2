/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of top: to the byte what xentop -b prints of the same numbers. */
#include "unit.h"

#include <libxl.h>

#include "xn/top_table.h"

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
    domain_list_dispose(&sample->domains);
    traffic_dispose(&sample->traffic);
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
    top_table_add(&text, &now, NULL, false);
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
    top_table_add(&text, &now, &before, false);
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
    top_table_add(&text, &now, NULL, true);
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
    top_table_add(&text, &now, NULL, false);
    assert_non_null(strstr(text.text, " -s-c-- "));
    dispose(&now);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_columns_are_xentops),
    cmocka_unit_test(time_is_compared_with_the_sample_before),
    cmocka_unit_test(wide_numbers_and_names_widen_their_columns),
    cmocka_unit_test(a_crashed_guest_is_shut_down_too),
};

UNIT_MAIN(tests)
