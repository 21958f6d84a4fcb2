/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters of backends, from a sysfs of a few files. */
#include "unit.h"

#include "host/traffic.h"

static const char *const vif_files[] = {
    "tx_bytes", "tx_packets", "tx_dropped", "tx_errors",
    "rx_bytes", "rx_packets", "rx_dropped", "rx_errors",
};
static const char *const vbd_files[] = { "rd_req", "wr_req", "oo_req",
                                         "rd_sect", "wr_sect" };

static int set_up(void **state)
{
    char folder[] = "traffic-XXXXXX";

    assert_non_null(mkdtemp(folder));
    *state = mem_strdup(folder);
    return 0;
}

static int tear_down(void **state)
{
    cleanup_free char *folder = *state;
    cleanup_free char *command = mem_printf("rm -r %s", folder);

    return system(command);
}

/* Counters 1, 2, 3, ... in the order of the names. */
static void add(const char *sys, const char *below, const char *device,
                const char *const *files, size_t count)
{
    cleanup_free char *folder =
        mem_printf("%s/%s/%s/statistics", sys, below, device);

    assert_int_equal(io_make_dirs(folder, 0755, NULL), 0);
    for (size_t i = 0; i < count; i++) {
        cleanup_free char *path = mem_printf("%s/%s", folder, files[i]);
        cleanup_free char *text = mem_printf("%zu\n", i + 1);
        assert_int_equal(io_replace_file(path, 0644, text, strlen(text), NULL),
                         0);
    }
}

static void counters_are_the_guests(void **state)
{
    cleanup_traffic struct traffic traffic = { 0 };
    const char *sys = *state;

    add(sys, "class/net", "vif5.1", vif_files, 8);
    add(sys, "bus/xen-backend/devices", "vbd-7-51712", vbd_files, 5);
    assert_int_equal(traffic_read(sys, sys, &traffic, NULL), 0);
    assert_int_equal(traffic.vifs.count, 1);
    assert_int_equal(traffic.vbds.count, 1);
    const struct traffic_vif *vif = &traffic.vifs.items[0];
    assert_int_equal(vif->domid, 5);
    assert_int_equal(vif->number, 1);
    assert_int_equal(vif->received_bytes, 1);
    assert_int_equal(vif->received_packets, 2);
    assert_int_equal(vif->received_drops, 3);
    assert_int_equal(vif->received_errors, 4);
    assert_int_equal(vif->sent_bytes, 5);
    assert_int_equal(vif->sent_errors, 8);
    const struct traffic_vbd *vbd = &traffic.vbds.items[0];
    assert_int_equal(vbd->domid, 7);
    assert_int_equal(vbd->number, 51712);
    assert_int_equal(vbd->reads, 1);
    assert_int_equal(vbd->writes, 2);
    assert_int_equal(vbd->out_of_requests, 3);
    assert_int_equal(vbd->read_sectors, 4);
    assert_int_equal(vbd->written_sectors, 5);
}

static void other_devices_are_left_out(void **state)
{
    cleanup_traffic struct traffic traffic = { 0 };
    const char *sys = *state;

    add(sys, "class/net", "eth0", vif_files, 8);
    add(sys, "class/net", "vif5", vif_files, 8);
    add(sys, "class/net", "vif5.0-emu", vif_files, 8);
    add(sys, "class/net", "vif5.x", vif_files, 8);
    add(sys, "class/net", "xvif5.0", vif_files, 8);
    add(sys, "bus/xen-backend/devices", "vif-5-0", vif_files, 8);
    add(sys, "bus/xen-backend/devices", "vbd-5", vbd_files, 5);
    assert_int_equal(traffic_read(sys, sys, &traffic, NULL), 0);
    assert_int_equal(traffic.vifs.count, 0);
    assert_int_equal(traffic.vbds.count, 0);
}

static void a_backend_that_ends_meanwhile_is_left_out(void **state)
{
    cleanup_traffic struct traffic traffic = { 0 };
    const char *sys = *state;

    add(sys, "class/net", "vif5.0", vif_files, 3);
    assert_int_equal(traffic_read(sys, sys, &traffic, NULL), 0);
    assert_int_equal(traffic.vifs.count, 0);
}

static void a_host_without_backends_has_none(void **state)
{
    cleanup_traffic struct traffic traffic = { 0 };

    assert_int_equal(traffic_read(*state, *state, &traffic, NULL), 0);
    assert_int_equal(traffic.vifs.count + traffic.vbds.count, 0);
}

static void a_disk_counted_twice_is_added_up(void **state)
{
    cleanup_traffic struct traffic traffic = { 0 };
    struct traffic_vbd rows[] = {
        { .domid = 7, .number = 768, .reads = 1, .written_sectors = 8 },
        { .domid = 7, .number = 832, .reads = 2 },
        { .domid = 7, .number = 768, .reads = 4, .written_sectors = 16 },
        { .domid = 8, .number = 768, .reads = 16 },
    };

    for (size_t i = 0; i < 4; i++)
        VEC_PUSH(&traffic.vbds, rows[i]);
    traffic_merge_disks(&traffic);
    assert_int_equal(traffic.vbds.count, 3);
    assert_int_equal(traffic.vbds.items[0].reads, 5);
    assert_int_equal(traffic.vbds.items[0].written_sectors, 24);
    assert_int_equal(traffic.vbds.items[1].reads, 2);
    assert_int_equal(traffic.vbds.items[2].domid, 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(counters_are_the_guests),
    TEST(other_devices_are_left_out),
    TEST(a_backend_that_ends_meanwhile_is_left_out),
    TEST(a_host_without_backends_has_none),
    TEST(a_disk_counted_twice_is_added_up),
};

UNIT_MAIN(tests)
