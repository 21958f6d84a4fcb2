/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is believed of a device's nodes, and what is removed. A small xenstore
 * is played here: `store` holds paths and values, `pruned` what was removed.
 */
#include "unit.h"

#include <errno.h>

#include "base/strbuf.h"
#include "device/traces.h"
#include "host/complaints.h"
#include "host/prune.h"
#include "host/xenstore.h"

#define RECORD "/libxl/1/device/vif/0"
#define BACKEND "/local/domain/0/backend/vif/1/0"
#define FRONTEND "/local/domain/1/device/vif/0"

static const char *store[16]; /* path, value, path, value, ... */
static struct strbuf pruned;

int xenstore_reads_run(struct xenstore_reads *reads, struct error *err)
{
    VEC_EACH (&reads->list, read) {
        for (size_t i = 0; store[i] != NULL; i += 2) {
            if (strcmp(store[i], read->path) != 0)
                continue;
            read->errnum = 0;
            read->value = mem_strdup(store[i + 1]);
            break;
        }
    }
    return 0;
}

int prune_node(const char *path, struct error *err)
{
    strbuf_printf(&pruned, "%s ", path);
    return 0;
}

/* The kinds of devices that there are complaints of. */
int prune_children(const char *path, struct prune_names *names,
                   struct error *err)
{
    if (strcmp(path, COMPLAINTS) == 0) {
        VEC_PUSH(&names->list, mem_strdup("vbd"));
        VEC_PUSH(&names->list, mem_strdup("vif"));
    }
    return 0;
}

void prune_names_dispose(struct prune_names *names)
{
    VEC_EACH (&names->list, name)
        free(*name);
    VEC_DISPOSE(&names->list);
}

static int zero(const struct device_owner *owner, const void *device)
{
    return 0;
}

static const struct device_kind vif = { .node = "vif", .number = zero };
static const struct device_owner web = { NULL, 1, "web" };

/* Fills the store with what stands in words, and reads. */
static void read_traces(struct device_traces *traces, const char *const *words)
{
    cleanup_error struct error err = ERROR_INIT;

    memset(store, 0, sizeof(store));
    for (size_t i = 0; words[i] != NULL; i++)
        store[i] = words[i];
    assert_int_equal(device_traces_read(traces, &vif, &web, NULL, &err), 0);
}
#define READ(traces, ...) \
    read_traces(traces, (const char *const[]){ __VA_ARGS__, NULL })

static void nodes_and_interface_are_noted(void **state)
{
    cleanup_device_traces struct device_traces traces = { 0 };

    READ(&traces, RECORD, "", RECORD "/backend", BACKEND, RECORD "/frontend",
         FRONTEND);
    assert_string_equal(traces.nodes[DEVICE_RECORD], RECORD);
    assert_string_equal(traces.nodes[DEVICE_BACKEND], BACKEND);
    assert_string_equal(traces.nodes[DEVICE_FRONTEND], FRONTEND);
    assert_string_equal(traces.nodes[DEVICE_COMPLAINTS],
                        "/local/domain/0/error/backend/vif/1/0");
    assert_string_equal(traces.interface, "vif1.0");
    assert_null(traces.loop);
}

static void an_interface_may_have_a_name(void **state)
{
    cleanup_device_traces struct device_traces traces = { 0 };

    READ(&traces, RECORD "/backend", BACKEND, BACKEND "/vifname", "web0");
    assert_string_equal(traces.interface, "web0");
    device_traces_dispose(&traces);
    READ(&traces, RECORD "/backend", BACKEND, BACKEND "/vifname", "../x");
    assert_string_equal(traces.interface, "vif1.0");
}

static void only_domains_have_front_and_back_ends(void **state)
{
    cleanup_device_traces struct device_traces traces = { 0 };

    READ(&traces, RECORD "/backend", "/libxl", RECORD "/frontend", "/vm");
    assert_null(traces.nodes[DEVICE_BACKEND]);
    assert_null(traces.nodes[DEVICE_FRONTEND]);
    assert_null(traces.interface);
}

/* What it has on its own host is not on this one. */
static void another_domains_backend_is_left_to_it(void **state)
{
    cleanup_device_traces struct device_traces traces = { 0 };
    const char *other = "/local/domain/3/backend/vif/1/0";

    READ(&traces, RECORD "/backend", other,
         "/local/domain/3/backend/vif/1/0/node", "/dev/loop0");
    assert_string_equal(traces.nodes[DEVICE_BACKEND], other);
    assert_null(traces.nodes[DEVICE_COMPLAINTS]);
    assert_null(traces.loop);
    assert_null(traces.interface);
}

static void only_a_loop_device_is_one(void **state)
{
    static const char *const others[] = { "/dev/loop",       "/dev/loop3x",
                                          "/dev/loop../sda", "/dev/sda",
                                          "loop3",           "" };
    cleanup_device_traces struct device_traces traces = { 0 };

    READ(&traces, RECORD "/backend", BACKEND, BACKEND "/node", "/dev/loop31");
    assert_string_equal(traces.loop, "loop31");
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        device_traces_dispose(&traces);
        READ(&traces, RECORD "/backend", BACKEND, BACKEND "/node", others[i]);
        assert_null(traces.loop);
    }
}

static void what_is_left_is_removed_and_nothing_else(void **state)
{
    cleanup_device_traces struct device_traces traces = { 0 };
    cleanup_error struct error err = ERROR_INIT;

    READ(&traces, RECORD, "", RECORD "/backend", BACKEND, RECORD "/frontend",
         FRONTEND);
    store[0] = NULL; /* all went */
    strbuf_puts(&pruned, "");
    assert_int_equal(device_traces_clear(&traces, &err), 0);
    assert_string_equal(pruned.text, "");
    store[0] = BACKEND;
    store[1] = "";
    store[2] = NULL;
    assert_int_equal(device_traces_clear(&traces, &err), 0);
    assert_string_equal(pruned.text, BACKEND " ");
    strbuf_dispose(&pruned);
}

static void an_interface_that_stays_is_named(void **state)
{
    cleanup_device_traces struct device_traces traces = { 0 };
    cleanup_error struct error err = ERROR_INIT;

    READ(&traces, RECORD "/backend", BACKEND, BACKEND "/vifname", "lo");
    store[0] = NULL;
    assert_int_equal(device_traces_clear(&traces, &err), -1);
    expect_error(&err, ERR_DEVICE, "the interface lo does not go");
}

/* A guest can have the kernel write as many as it has devices. */
static void complaints_go_with_their_guest(void **state)
{
    cleanup_error struct error err = ERROR_INIT;

    strbuf_dispose(&pruned);
    assert_int_equal(complaints_forget(7, &err), 0);
    assert_string_equal(pruned.text, COMPLAINTS "/vbd/7 " COMPLAINTS "/vif/7 ");
    strbuf_dispose(&pruned);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(nodes_and_interface_are_noted),
    cmocka_unit_test(an_interface_may_have_a_name),
    cmocka_unit_test(only_domains_have_front_and_back_ends),
    cmocka_unit_test(another_domains_backend_is_left_to_it),
    cmocka_unit_test(only_a_loop_device_is_one),
    cmocka_unit_test(what_is_left_is_removed_and_nothing_else),
    cmocka_unit_test(an_interface_that_stays_is_named),
    cmocka_unit_test(complaints_go_with_their_guest),
};

UNIT_MAIN(tests)
