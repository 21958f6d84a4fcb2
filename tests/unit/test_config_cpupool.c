/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration of a CPU pool: xlcpupool.cfg(5), and what is wrong. */
#include "config_unit.h"

#include "config/cpupool.h"

struct pool {
    struct cpupool_spec spec;
    struct error err;
    struct strbuf said;
    int rc;
};

static struct pool load(const char *text)
{
    struct pool pool = { .err = ERROR_INIT };
    cleanup_config_diags struct config_diags diags = CONFIG_DIAGS_INIT;
    struct config_source source = { .path = "p.cfg",
                                    .text = text,
                                    .length = strlen(text) };

    pool.rc =
        config_load_cpupool(&source, lab_host(), &pool.spec, &diags, &pool.err);
    config_diags_render(&diags, 0, &pool.said);
    if (pool.said.text == NULL)
        strbuf_puts(&pool.said, "");
    return pool;
}

static void dispose(struct pool *pool)
{
    cpupool_spec_dispose(&pool->spec);
    error_dispose(&pool->err);
    strbuf_dispose(&pool->said);
}

static void expect_cpus(const char *text, enum cpupool_choice choice,
                        uint8_t cpus)
{
    struct pool pool = load(text);

    assert_string_equal(pool.said.text, "");
    assert_int_equal(pool.rc, 0);
    assert_int_equal(pool.spec.choice, choice);
    assert_int_equal(pool.spec.cpus.map[0], cpus);
    dispose(&pool);
}

static void expect_refused(const char *text, const char *said)
{
    struct pool pool = load(text);

    if (strstr(pool.said.text, said) == NULL)
        fail_msg("expected: %s, got: %s", said, pool.said.text);
    assert_int_equal(pool.rc, -1);
    assert_int_equal(pool.err.kind, ERR_CONFIG);
    dispose(&pool);
}

static void name_and_scheduler(void **state)
{
    struct pool pool = load("name = 'fast'\nsched = \"null\"\n");

    assert_int_equal(pool.rc, 0);
    assert_string_equal(pool.spec.name, "fast");
    assert_int_equal(pool.spec.scheduler, LIBXL_SCHEDULER_NULL);
    assert_int_equal(pool.spec.choice, CPUPOOL_NO_CPUS);
    dispose(&pool);
}

static void nothing_is_set_by_default(void **state)
{
    struct pool pool = load("");

    assert_int_equal(pool.rc, 0);
    assert_null(pool.spec.name);
    assert_int_equal(pool.spec.scheduler, LIBXL_SCHEDULER_UNKNOWN);
    dispose(&pool);
}

static void cpus_as_list_and_as_string(void **state)
{
    expect_cpus("cpus = [ '1' ]", CPUPOOL_CPUS, 2);
    expect_cpus("cpus = [ 0, 1 ]", CPUPOOL_CPUS, 3);
    expect_cpus("cpus = '0-1,^0'", CPUPOOL_CPUS, 2);
    expect_cpus("cpus = 'node:0'", CPUPOOL_CPUS, 3);
    /* no such CPU, but it was asked for: the host refuses it */
    struct pool pool = load("cpus = '5'");
    assert_int_equal(pool.spec.cpus.map[0], 1 << 5);
    dispose(&pool);
}

static void nodes_stand_for_their_cpus(void **state)
{
    expect_cpus("nodes = [ 0 ]", CPUPOOL_NODES, 3);
    struct pool both = load("nodes = [ '0' ]\ncpus = '1'\n");
    assert_non_null(strstr(both.said.text, "'cpus' is ignored"));
    assert_int_equal(both.spec.choice, CPUPOOL_NODES);
    dispose(&both);
}

static void mistakes_have_a_place(void **state)
{
    expect_refused("sched = 'fair'", "p.cfg:1:9: error: 'fair' is not a");
    expect_refused("nodes = [ 1 ]", "'1' is no NUMA node of this host");
    expect_refused("cpus = 'all,^one'", "is not a CPU");
    struct pool pool = load("name='a'\nshed='null'\n");
    assert_non_null(strstr(pool.said.text, "did you mean 'sched'?"));
    assert_int_equal(pool.rc, 0);
    dispose(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_and_scheduler),
        cmocka_unit_test(nothing_is_set_by_default),
        cmocka_unit_test(cpus_as_list_and_as_string),
        cmocka_unit_test(nodes_stand_for_their_cpus),
        cmocka_unit_test(mistakes_have_a_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
