/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hook's arguments, and vifs: in a network namespace of the test's own,
 * where a veth pair stands for what netback makes.
 */
#include "hook_unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/proc.h"
#include "link.h"

#define BACKEND "backend/vif/7/0"
#define FRONTEND "/local/domain/7/device/vif/0"

struct fixture {
    struct memory_store memory;
    bool isolated; /* there is a network to play with */
};

/* Runs a program and returns what it said; the caller's. */
static char *run(const char *program, ...)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_proc_result struct proc_result result = { 0 };
    const char *argv[24] = { program };
    struct proc proc = { .argv = argv, .timeout_ms = 20000 };
    size_t count = 1;
    va_list args;

    va_start(args, program);
    while ((argv[count++] = va_arg(args, const char *)) != NULL)
        ;
    va_end(args);
    proc_run_ok(&proc, &result, &err);
    expect_no_error(&err);
    return steal(result.out.text);
}

#define RUN(...) free(run(__VA_ARGS__, NULL))

static int set_up(void **state)
{
    struct fixture *fixture = MEM_NEW(struct fixture);

    memory_begin(&fixture->memory);
    fixture->isolated = geteuid() == 0 && unshare(CLONE_NEWNET) == 0;
    if (fixture->isolated) {
        RUN("ip", "link", "add", "name", "br7", "type", "bridge");
        RUN("ip", "link", "set", "dev", "br7", "mtu", "1400", "up");
        RUN("ip", "link", "add", "name", "vif7.0", "type", "veth", "peer",
            "name", "guest7");
        RUN("ip", "link", "add", "name", "eth0", "type", "bridge");
        RUN("ip", "address", "add", "192.0.2.1/24", "dev", "eth0");
        RUN("ip", "link", "set", "dev", "eth0", "up");
    }
    memory_set(&fixture->memory, BACKEND, "bridge", "br7");
    memory_set(&fixture->memory, BACKEND, "mac", "00:16:3e:00:00:07");
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    memory_end(&fixture->memory);
    free(fixture);
    return 0;
}

/* The fixture of a test that cannot do without a network. */
static struct fixture *with_network(void **state)
{
    struct fixture *fixture = *state;

    if (!fixture->isolated) {
        print_message("needs root and network namespaces\n");
        skip();
    }
    return fixture;
}

static void set_environment(void)
{
    setenv("XENBUS_PATH", BACKEND, 1);
    setenv("vif", "vif7.0", 1);
    setenv("INTERFACE", "vif7.0-emu", 1);
    setenv("netdev", "", 1);
}

/* One execution as libxl does it: its result, and what it told xenstore. */
static int execute(struct fixture *fixture, const char *role,
                   const char *command, const char *type, struct error *err)
{
    cleanup_hook struct hook hook;
    char *argv[] = { (char *)role, (char *)command, (char *)type };
    bool runs;

    set_environment();
    if (hook_begin(&hook, 3, argv, &runs, err) < 0)
        return -1;
    if (!runs)
        return 0;
    hook.store = &fixture->memory.store;
    int rc = hook_run(&hook, err);
    assert_int_equal(hook_report(&hook, err, NULL), 0);
    return rc;
}

static void go(struct fixture *fixture, const char *role, const char *command)
{
    cleanup_error struct error err = ERROR_INIT;

    execute(fixture, role, command, "type_if=vif", &err);
    expect_no_error(&err);
}

static void expect_said(const char *said, const char *wanted)
{
    if (strstr(said, wanted) == NULL)
        fail_msg("expected \"%s\" in: %s", wanted, said);
}

static void expect_not_said(const char *said, const char *unwanted)
{
    if (strstr(said, unwanted) != NULL)
        fail_msg("did not expect \"%s\" in: %s", unwanted, said);
}

static void expect_stored(struct fixture *fixture, const char *folder,
                          const char *key, const char *value)
{
    const char *found = memory_value(&fixture->memory, folder, key);

    assert_non_null(found);
    assert_string_equal(found, value);
}

/* ---- arguments ---- */

static void the_role_is_the_name_it_is_started_under(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_hook struct hook hook;
    char *argv[] = { (char *)"/usr/libexec/xenith/scripts/vif-bridge",
                     (char *)"online", (char *)"type_if=vif" };
    bool runs;

    set_environment();
    assert_int_equal(hook_begin(&hook, 3, argv, &runs, &err), 0);
    assert_true(runs);
    assert_string_equal(hook.role, "vif-bridge");
    assert_true(hook.arrives);
    assert_string_equal(hook.path, BACKEND);
    assert_int_equal(hook.domid, 7);
    assert_int_equal(hook.devid, 0);
    assert_string_equal(hook.interface, "vif7.0");
}

static void a_tap_is_told_from_the_vif(void **state)
{
    cleanup_error struct error err = ERROR_INIT;
    cleanup_hook struct hook hook;
    char *argv[] = { (char *)"vif-bridge", (char *)"add",
                     (char *)"type_if=tap" };
    bool runs;

    set_environment();
    unsetenv("XENBUS_PATH");
    assert_int_equal(hook_begin(&hook, 3, argv, &runs, &err), 0);
    assert_true(runs && hook.tap && hook.arrives);
    assert_string_equal(hook.path, BACKEND);
    assert_string_equal(hook.interface, "vif7.0-emu");
}

/* As udev may start it beside libxl: each kind has its own commands. */
static void the_other_kinds_commands_do_nothing(void **state)
{
    struct fixture *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;

    assert_int_equal(
        execute(fixture, "vif-bridge", "online", "type_if=tap", &err), 0);
    assert_int_equal(execute(fixture, "vif-bridge", "add", "type_if=vif", &err),
                     0);
    assert_null(memory_value(&fixture->memory, BACKEND, "hotplug-status"));
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct fixture *fixture = *state;
    cleanup_error struct error err = ERROR_INIT;
    cleanup_hook struct hook hook;
    char *argv[] = { (char *)"block", (char *)"add" };
    bool runs;

    assert_int_equal(
        execute(fixture, "vif-bridge", "restart", "type_if=vif", &err), -1);
    expect_error(&err, ERR_USAGE,
                 "'restart' is none of add, remove, online, offline");
    assert_int_equal(
        execute(fixture, "xn-hotplug", "online", "type_if=vif", &err), -1);
    error_dispose(&err);
    setenv("XENBUS_PATH", "backend/vif/x/0", 1);
    assert_int_equal(hook_begin(&hook, 2, argv, &runs, &err), -1);
    expect_error(&err, ERR_USAGE, "XENBUS_PATH=backend/vif/x/0: not a backend");
}

/* ---- bridges ---- */

static void a_vif_becomes_a_port_of_its_bridge(void **state)
{
    struct fixture *fixture = with_network(state);

    go(fixture, "vif-bridge", "online");
    cleanup_free char *link = run("ip", "link", "show", "vif7.0", NULL);
    expect_said(link, "master br7");
    expect_said(link, "mtu 1400");
    expect_said(link, "fe:ff:ff:ff:ff:ff");
    expect_said(link, ",UP");
    expect_stored(fixture, BACKEND, "hotplug-status", "connected");
    expect_stored(fixture, FRONTEND, "mtu", "1400");
}

static void a_port_leaves_its_bridge(void **state)
{
    struct fixture *fixture = with_network(state);

    go(fixture, "vif-bridge", "online");
    go(fixture, "vif-bridge", "offline");
    cleanup_free char *link = run("ip", "link", "show", "vif7.0", NULL);
    expect_not_said(link, "master br7");
    expect_not_said(link, ",UP");
}

static void what_is_gone_needs_no_leaving(void **state)
{
    struct fixture *fixture = with_network(state);

    RUN("ip", "link", "delete", "vif7.0");
    go(fixture, "vif-bridge", "offline");
}

static void an_mtu_of_its_own_counts(void **state)
{
    struct fixture *fixture = with_network(state);

    memory_set(&fixture->memory, BACKEND, "mtu", "1300");
    go(fixture, "vif-bridge", "online");
    cleanup_free char *link = run("ip", "link", "show", "vif7.0", NULL);
    expect_said(link, "mtu 1300");
    expect_stored(fixture, FRONTEND, "mtu", "1300");
}

/* In a driver domain the guest's nodes are not the hook's to write. */
static void a_frontend_that_cannot_be_told_is_no_failure(void **state)
{
    struct fixture *fixture = with_network(state);

    fixture->memory.read_only = FRONTEND;
    go(fixture, "vif-bridge", "online");
    expect_stored(fixture, BACKEND, "hotplug-status", "connected");
    assert_null(memory_value(&fixture->memory, FRONTEND, "mtu"));
}

static void a_vif_is_renamed(void **state)
{
    struct fixture *fixture = with_network(state);

    memory_set(&fixture->memory, BACKEND, "vifname", "web0");
    RUN("ip", "link", "set", "dev", "vif7.0", "up");
    go(fixture, "vif-bridge", "online");
    cleanup_free char *link = run("ip", "link", "show", "web0", NULL);
    expect_said(link, "master br7");
    go(fixture, "vif-bridge", "offline");
    cleanup_free char *left = run("ip", "link", "show", "web0", NULL);
    expect_not_said(left, "master br7");
}

static void expect_failure(struct fixture *fixture, const char *role,
                           const char *message)
{
    cleanup_error struct error err = ERROR_INIT;

    assert_int_equal(execute(fixture, role, "online", "type_if=vif", &err), -1);
    assert_string_equal(err.message, message);
    expect_stored(fixture, BACKEND, "hotplug-error", message);
    expect_stored(fixture, BACKEND, "hotplug-status", "error");
}

static void a_name_that_is_taken_is_not_taken_again(void **state)
{
    struct fixture *fixture = with_network(state);

    memory_set(&fixture->memory, BACKEND, "vifname", "eth0");
    expect_failure(fixture, "vif-bridge",
                   "vif7.0 cannot be called eth0: there is such an interface");
}

static void a_missing_bridge_or_vif_is_named(void **state)
{
    struct fixture *fixture = with_network(state);

    memory_set(&fixture->memory, BACKEND, "bridge", "br8");
    expect_failure(fixture, "vif-bridge", "there is no bridge br8");
    memory_set(&fixture->memory, BACKEND, "bridge", "guest7");
    expect_failure(fixture, "vif-bridge", "guest7 is not a bridge");
    RUN("ip", "link", "delete", "vif7.0");
    expect_failure(fixture, "vif-bridge", "there is no interface vif7.0");
}

static void a_tap_becomes_a_port_too(void **state)
{
    struct fixture *fixture = with_network(state);
    cleanup_error struct error err = ERROR_INIT;

    memory_set(&fixture->memory, BACKEND, "vifname", "web0");
    RUN("ip", "link", "set", "dev", "vif7.0", "name", "vif7.0-emu");
    execute(fixture, "vif-bridge", "add", "type_if=tap", &err);
    expect_no_error(&err);
    cleanup_free char *link = run("ip", "link", "show", "web0-emu", NULL);
    expect_said(link, "master br7");
    /* The vif's part alone tells the toolstack and the frontend. */
    assert_null(memory_value(&fixture->memory, BACKEND, "hotplug-status"));
    assert_null(memory_value(&fixture->memory, FRONTEND, "mtu"));
}

static void an_old_name_finds_the_bridge_that_took_the_cards_name(void **state)
{
    struct fixture *fixture = with_network(state);

    memory_set(&fixture->memory, BACKEND, "bridge", "xenbr0");
    go(fixture, "vif-bridge", "online");
    cleanup_free char *link = run("ip", "link", "show", "vif7.0", NULL);
    expect_said(link, "master eth0");
    memory_set(&fixture->memory, BACKEND, "bridge", "xenbr1");
    expect_failure(fixture, "vif-bridge", "there is no bridge xenbr1");
}

/* ---- addresses ---- */

/* A frame of the guest, as it is made. */
struct frame {
    uint8_t bytes[160];
    size_t length;
};

static void put(struct frame *frame, const void *bytes, size_t length)
{
    memcpy(frame->bytes + frame->length, bytes, length);
    frame->length += length;
}

#define PUT(frame, ...)                          \
    put(frame, (const uint8_t[]){ __VA_ARGS__ }, \
        sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void put_address(struct frame *frame, const char *text)
{
    uint8_t address[16];
    int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;

    assert_int_equal(inet_pton(family, text, address), 1);
    put(frame, address, family == AF_INET6 ? 16 : 4);
}

/* To all, from the guest's card, behind so many VLAN tags. */
static struct frame ethernet(unsigned int tags, uint16_t type)
{
    struct frame frame = { .length = 0 };

    PUT(&frame, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    PUT(&frame, 0x00, 0x16, 0x3e, 0x00, 0x00, 0x07);
    for (; tags > 0; tags--)
        PUT(&frame, 0x81, 0x00, 0x00, 0x05);
    PUT(&frame, (uint8_t)(type >> 8), (uint8_t)type);
    return frame;
}

/* RFC 1071, of the header at this place; hosts with br_netfilter look at it. */
static void put_checksum(struct frame *frame, size_t header)
{
    uint32_t sum = 0;

    for (size_t i = header; i < header + 20; i += 2)
        sum += (uint32_t)(frame->bytes[i] << 8 | frame->bytes[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~((sum & 0xffff) + (sum >> 16));
    frame->bytes[header + 10] = (uint8_t)(sum >> 8);
    frame->bytes[header + 11] = (uint8_t)sum;
}

static struct frame udp(unsigned int tags, const char *source, uint8_t from,
                        uint8_t to)
{
    struct frame frame = ethernet(tags, ETH_P_IP);
    size_t header = frame.length;

    PUT(&frame, 0x45, 0, 0, 36, 0, 0, 0, 0, 64, 17, 0, 0);
    put_address(&frame, source);
    put_address(&frame, "255.255.255.255");
    put_checksum(&frame, header);
    PUT(&frame, 0, from, 0, to, 0, 16, 0, 0);
    return frame;
}

static struct frame arp(unsigned int tags, const char *source)
{
    struct frame frame = ethernet(tags, ETH_P_ARP);

    PUT(&frame, 0, 1, 8, 0, 6, 4, 0, 1, 0x00, 0x16, 0x3e, 0x00, 0x00, 0x07);
    put_address(&frame, source);
    PUT(&frame, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1);
    return frame;
}

/* Says that the target is at the guest's card. */
static struct frame neighbour(unsigned int tags, const char *source,
                              const char *target)
{
    struct frame frame = ethernet(tags, ETH_P_IPV6);

    PUT(&frame, 0x60, 0, 0, 0, 0, 40, 58, 255);
    put_address(&frame, source);
    put_address(&frame, "ff02::1");
    PUT(&frame, 136, 0, 0, 0, 0x20, 0, 0, 0);
    put_address(&frame, target);
    PUT(&frame, 2, 1, 0x00, 0x16, 0x3e, 0x00, 0x00, 0x07);
    return frame;
}

static int open_port(const char *interface)
{
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = (int)if_nametoindex(interface),
    };
    struct timeval patience = { .tv_sec = 10 };
    int port = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

    assert_true(port >= 0);
    assert_int_equal(
        setsockopt(port, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)),
        0);
    assert_int_equal(
        bind(port, (const struct sockaddr *)&address, sizeof(address)), 0);
    return port;
}

static void send_marked(int port, struct frame frame, const char *mark)
{
    put(&frame, mark, 8);
    assert_int_equal(send(port, frame.bytes, frame.length, 0), frame.length);
}

/* Whether the guest's neighbour gets it: before the one sent after it, of which
 * no rule speaks. */
static bool passes(struct frame frame)
{
    cleanup_close int from = open_port("guest7"), to = open_port("guest8");
    uint8_t bytes[2048];
    bool passed = false;
    ssize_t got;

    send_marked(from, frame, "question");
    send_marked(from, ethernet(0, 0x88b5), "last one");
    while ((got = recv(to, bytes, sizeof(bytes), 0)) >= 8) {
        passed |= memcmp(bytes + got - 8, "question", 8) == 0;
        if (memcmp(bytes + got - 8, "last one", 8) == 0)
            return passed;
    }
    fail_msg("no frame comes through at all");
    return false;
}

/* A vif with these addresses, on a bridge with a neighbour. */
static struct fixture *with_neighbour(void **state, const char *ip)
{
    struct fixture *fixture = with_network(state);

    if (access("/usr/sbin/nft", X_OK) < 0) {
        print_message("needs nft\n");
        skip();
    }
    RUN("ip", "link", "add", "name", "vif8.0", "type", "veth", "peer", "name",
        "guest8");
    RUN("ip", "link", "set", "dev", "vif8.0", "master", "br7", "up");
    RUN("ip", "link", "set", "dev", "guest8", "up");
    RUN("ip", "link", "set", "dev", "guest7", "up");
    memory_set(&fixture->memory, BACKEND, "ip", ip);
    go(fixture, "vif-bridge", "online");
    return fixture;
}

static void only_its_own_addresses_pass(void **state)
{
    struct fixture *fixture =
        with_neighbour(state, "192.0.2.7 198.51.100.0/24");

    go(fixture, "vif-bridge", "online"); /* again changes nothing */
    assert_true(passes(udp(0, "192.0.2.7", 53, 53)));
    assert_true(passes(udp(0, "198.51.100.200", 53, 53)));
    assert_false(passes(udp(0, "192.0.2.8", 53, 53)));
    assert_false(passes(udp(0, "0.0.0.0", 53, 53)));
    assert_true(passes(arp(0, "192.0.2.7")));
    assert_true(passes(arp(0, "0.0.0.0")));
    assert_false(passes(arp(0, "192.0.2.1")));
    /* It may ask for an address, and IPv6 is not spoken of. */
    assert_true(passes(udp(0, "0.0.0.0", 68, 67)));
    assert_true(passes(neighbour(0, "2001:db8::8", "2001:db8::8")));
    go(fixture, "vif-bridge", "offline");
    cleanup_free char *after =
        run("nft", "list", "table", "bridge", "xenith", NULL);
    expect_not_said(after, "vif7");
}

static void a_vlan_tag_hides_no_address(void **state)
{
    with_neighbour(state, "192.0.2.7, 2001:db8::7");
    for (unsigned int tags = 1; tags <= 3; tags++) {
        assert_false(passes(udp(tags, "192.0.2.8", 53, 53)));
        assert_false(passes(arp(tags, "192.0.2.1")));
        assert_false(passes(neighbour(tags, "2001:db8::8", "2001:db8::8")));
    }
    assert_true(passes(udp(1, "192.0.2.7", 53, 53)));
    assert_true(passes(arp(1, "192.0.2.7")));
    assert_true(passes(neighbour(1, "2001:db8::7", "2001:db8::7")));
}

static void ipv6_addresses_are_enforced_too(void **state)
{
    with_neighbour(state, "2001:db8::7 2001:db8:1::/60");
    assert_true(passes(neighbour(0, "2001:db8::7", "2001:db8::7")));
    assert_true(passes(neighbour(0, "2001:db8:1:f::1", "2001:db8:1:f::2")));
    assert_true(passes(neighbour(0, "fe80::7", "2001:db8::7")));
    assert_true(passes(neighbour(0, "fe80::7", "fe80::7")));
    assert_false(passes(neighbour(0, "2001:db8::8", "2001:db8::7")));
    assert_false(passes(neighbour(0, "2001:db8:1:10::1", "fe80::7")));
    assert_false(passes(neighbour(0, "fe80::7", "2001:db8::1")));
    assert_false(passes(neighbour(0, "fe80::7", "2001:db8:1:10::1")));
    /* It has no IPv4 address. */
    assert_false(passes(udp(0, "192.0.2.7", 53, 53)));
    assert_false(passes(arp(0, "192.0.2.7")));
    assert_true(passes(udp(0, "0.0.0.0", 68, 67)));
}

static void an_address_that_is_none_is_refused(void **state)
{
    struct fixture *fixture = with_network(state);

    memory_set(&fixture->memory, BACKEND, "ip", "192.0.2.7; rm -rf /");
    expect_failure(fixture, "vif-bridge",
                   "ip: '192.0.2.7;' is no IPv4 network");
    memory_set(&fixture->memory, BACKEND, "ip", "2001:db8::7/129");
    expect_failure(fixture, "vif-bridge",
                   "ip: '2001:db8::7/129' is no IPv6 network");
}

/* ---- routes ---- */

static void a_routed_vif_has_routes_and_answers_arp(void **state)
{
    struct fixture *fixture = with_network(state);

    memory_set(&fixture->memory, BACKEND, "ip", "198.51.100.7 203.0.113.9/28");
    go(fixture, "vif-route", "online");
    cleanup_free char *routes = run("ip", "route", NULL);
    expect_said(routes,
                "198.51.100.7 dev vif7.0 scope link src 192.0.2.1 metric 2");
    expect_said(routes, "203.0.113.0/28 dev vif7.0");
    cleanup_free char *arp =
        run("cat", "/proc/sys/net/ipv4/conf/vif7.0/proxy_arp", NULL);
    assert_string_equal(arp, "1\n");
    go(fixture, "vif-route", "offline");
    cleanup_free char *after = run("ip", "route", NULL);
    expect_not_said(after, "vif7.0");
}

static void a_route_needs_an_address_to_come_from(void **state)
{
    struct fixture *fixture = with_network(state);

    RUN("ip", "address", "flush", "dev", "eth0");
    expect_failure(fixture, "vif-route",
                   "eth0 has no IPv4 address to route from");
}

static void a_translated_vif_has_a_network_of_its_own(void **state)
{
    struct fixture *fixture = with_network(state);

    go(fixture, "vif-nat", "online");
    cleanup_free char *routes = run("ip", "route", NULL);
    expect_said(routes, "10.0.7.1 dev vif7.0 scope link src 10.0.7.128");
    cleanup_free char *addresses = run("ip", "address", "show", "vif7.0", NULL);
    expect_said(addresses, "inet 10.0.7.128/32");
}

/* ---- Open vSwitch ---- */

#define FAKE_VSCTL \
    "#!/bin/sh\nprintf '<%s>' \"$@\" >>\"$(dirname \"$0\")/said\"\n"

static void open_vswitch_gets_a_port_with_its_vlans(void **state)
{
    struct fixture *fixture = with_network(state);
    cleanup_free char *program = scratch_path("ovs-vsctl");
    cleanup_free char *folder = mem_strndup(program, strlen(program) - 10);
    cleanup_free char *said_path = mem_printf("%s/said", folder);
    cleanup_free char *old = mem_strdup(getenv("PATH"));
    cleanup_free char *path = mem_printf("%s:%s", folder, old);
    cleanup_free char *said = NULL;
    size_t length;

    io_replace_file(program, 0755, FAKE_VSCTL, strlen(FAKE_VSCTL), NULL);
    setenv("PATH", path, 1);
    memory_set(&fixture->memory, BACKEND, "bridge", "ovs0.5:6:7");
    memory_set(&fixture->memory, "/local/domain/7", "vm", "/vm/u");
    memory_set(&fixture->memory, "/vm/u", "name", "a \"b\"");
    go(fixture, "vif-openvswitch", "online");
    setenv("PATH", old, 1);
    assert_int_equal(io_read_file(said_path, 4096, &said, &length, NULL), 0);
    expect_said(said, "<--if-exists><del-port><vif7.0><--><add-port><ovs0>"
                      "<vif7.0><tag=5><trunk=6,7>");
    expect_said(said, "<external-ids:\"xen-vm-name\"=\"a \\\"b\\\"\">");
    expect_said(said, "<external-ids:\"attached-mac\"=\"00:16:3e:00:00:07\">");
    unlink(said_path);
    scratch_remove(program);
}

static void a_bad_vlan_is_refused(void **state)
{
    struct fixture *fixture = with_network(state);

    memory_set(&fixture->memory, BACKEND, "bridge", "ovs0.5000");
    expect_failure(fixture, "vif-openvswitch",
                   "'ovs0.5000' is no NAME[.VLAN][:TRUNK[:TRUNK...]]");
}

#define VIF_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VIF_TEST(the_role_is_the_name_it_is_started_under),
        VIF_TEST(a_tap_is_told_from_the_vif),
        VIF_TEST(the_other_kinds_commands_do_nothing),
        VIF_TEST(what_makes_no_sense_is_refused),
        VIF_TEST(a_vif_becomes_a_port_of_its_bridge),
        VIF_TEST(a_port_leaves_its_bridge),
        VIF_TEST(what_is_gone_needs_no_leaving),
        VIF_TEST(an_mtu_of_its_own_counts),
        VIF_TEST(a_frontend_that_cannot_be_told_is_no_failure),
        VIF_TEST(a_vif_is_renamed),
        VIF_TEST(a_name_that_is_taken_is_not_taken_again),
        VIF_TEST(a_missing_bridge_or_vif_is_named),
        VIF_TEST(a_tap_becomes_a_port_too),
        VIF_TEST(an_old_name_finds_the_bridge_that_took_the_cards_name),
        VIF_TEST(only_its_own_addresses_pass),
        VIF_TEST(a_vlan_tag_hides_no_address),
        VIF_TEST(ipv6_addresses_are_enforced_too),
        VIF_TEST(an_address_that_is_none_is_refused),
        VIF_TEST(a_routed_vif_has_routes_and_answers_arp),
        VIF_TEST(a_route_needs_an_address_to_come_from),
        VIF_TEST(a_translated_vif_has_a_network_of_its_own),
        VIF_TEST(open_vswitch_gets_a_port_with_its_vlans),
        VIF_TEST(a_bad_vlan_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
