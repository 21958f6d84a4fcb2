/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text format of Prometheus, whatever guests are called. */
#include "unit.h"

#include "show/metrics.h"

static void a_family_has_its_header_once(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };
    const struct metric_label web[] = { { "name", "web" }, { 0 } };
    const struct metric_label db[] = { { "name", "db" },
                                       { "device", "0" },
                                       { 0 } };

    metrics_family(&text, "a_total", METRIC_COUNTER, "What it is.");
    metrics_sample(&text, "a_total", web, 1.5);
    metrics_sample(&text, "a_total", db, 123456789012345);
    assert_string_equal(text.text, "# HELP a_total What it is.\n"
                                   "# TYPE a_total counter\n"
                                   "a_total{name=\"web\"} 1.5\n"
                                   "a_total{name=\"db\",device=\"0\"} "
                                   "123456789012345\n");
}

static void a_sample_may_have_no_label(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };

    metrics_family(&text, "b", METRIC_GAUGE, "B.");
    metrics_sample(&text, "b", NULL, 0);
    assert_string_equal(text.text, "# HELP b B.\n# TYPE b gauge\nb 0\n");
}

static void a_name_cannot_end_its_label(void **state)
{
    cleanup_strbuf struct strbuf text = { 0 };
    const struct metric_label labels[] = {
        { "name", "a\"} 1\nb\\c\xff\xc3\xa9" }, { "type", NULL }, { 0 }
    };

    metrics_sample(&text, "c", labels, 1);
    assert_string_equal(text.text, "c{name=\"a\\\"} 1\\nb\\\\c\xef\xbf\xbd\xc3"
                                   "\xa9\",type=\"\"} 1\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_family_has_its_header_once),
    cmocka_unit_test(a_sample_may_have_no_label),
    cmocka_unit_test(a_name_cannot_end_its_label),
};

UNIT_MAIN(tests)
