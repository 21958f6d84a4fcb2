/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/proc.h"
#include "base/strbuf.h"
#include "vif.h"

#define SENT_TO_IPTABLES "/proc/sys/net/bridge/bridge-nf-call-iptables"
#define TABLE "bridge xenith"

/* ---- programs ---- */

/* The administrator's programs, whatever PATH we were given; NULL if it is not
 * installed. The caller's. */
static char *find_program(const char *name)
{
    static const char *const folders[] = { "/usr/sbin", "/sbin" };

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        cleanup_free char *path = mem_printf("%s/%s", folders[i], name);
        if (access(path, X_OK) == 0)
            return steal(path);
    }
    return NULL;
}

static int run_program(const char *const *argv, int input, struct error *err)
{
    struct proc proc = { .argv = argv,
                         .input_fd = input,
                         .timeout_ms = hook_patience_ms() };

    return proc_run_ok(&proc, NULL, err);
}

/* All rules at once: nftables takes all of them or none. */
static int run_nft(const char *nft, const struct strbuf *rules,
                   struct error *err)
{
    const char *const argv[] = { nft, "-f", "-", NULL };
    cleanup_close int input = memfd_create("rules", MFD_CLOEXEC);

    if (input < 0 || io_write_all(input, rules->text, rules->length) < 0 ||
        lseek(input, 0, SEEK_SET) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "rules for nft");
    return run_program(argv, input, err);
}

/* ---- the addresses that a guest may send from ---- */

/* What a name of an interface can be in a rule; others nft would misread. */
static bool is_plain(const char *name)
{
    return name[0] != '\0' && strpbrk(name, "\"\\ \t\n*") == NULL;
}

static char *chain_name(const struct hook *hook)
{
    return mem_printf("vif%u_%u%s", hook->domid, hook->devid,
                      hook->tap ? "_emu" : "");
}

static bool is_restricted(const struct vif_networks *networks)
{
    return networks->v4_count > 0 || networks->v6_count > 0;
}

/* A list for nft, from first on. */
static void list_networks(const struct vif_networks *networks,
                          const char *first, struct strbuf *list)
{
    char address[INET_ADDRSTRLEN];

    strbuf_puts(list, first);
    for (size_t i = 0; i < networks->v4_count; i++) {
        inet_ntop(AF_INET, &networks->v4[i].to, address, sizeof(address));
        strbuf_printf(list, "%s%s/%u", list->length > 0 ? ", " : "", address,
                      networks->v4[i].prefix);
    }
}

/* With its own ones a guest has those of its link, and asks from :: whether
 * one is taken. */
static void list_networks6(const struct vif_networks *networks,
                           struct strbuf *list)
{
    char address[INET6_ADDRSTRLEN];

    strbuf_puts(list, "::, fe80::/10");
    for (size_t i = 0; i < networks->v6_count; i++) {
        inet_ntop(AF_INET6, &networks->v6[i].to, address, sizeof(address));
        strbuf_printf(list, ", %s/%u", address, networks->v6[i].prefix);
    }
}

/* From the first to the last address as numbers, which is how nft 1.0.6 takes
 * what it has no name for. */
static void list_targets6(const struct vif_networks *networks,
                          struct strbuf *list)
{
    strbuf_puts(list, "0xfe800000000000000000000000000000-"
                      "0xfebfffffffffffffffffffffffffffff");
    for (size_t i = 0; i < networks->v6_count; i++) {
        const struct vif_network6 *network = &networks->v6[i];
        strbuf_puts(list, ", 0x");
        for (unsigned int at = 0; at < 16; at++)
            strbuf_printf(list, "%02x", network->to.s6_addr[at]);
        strbuf_puts(list, "-0x");
        for (unsigned int at = 0; at < 16; at++) {
            unsigned int fixed =
                network->prefix > at * 8 ? network->prefix - at * 8 : 0;
            strbuf_printf(list, "%02x",
                          network->to.s6_addr[at] |
                              (fixed >= 8 ? 0 : 0xffU >> fixed));
        }
    }
}

__attribute__((format(printf, 3, 4))) static void
add_rule(struct strbuf *rules, const char *chain, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    cleanup_free char *rule = mem_vprintf(format, args);
    va_end(args);
    strbuf_printf(rules, "add rule " TABLE " %s %s\n", chain, rule);
}

/*
 * What counts is the frame behind one VLAN tag, which the kernel has taken off
 * by then; ones with more tags hide it and do not pass.
 */
static void add_ipv4_rules(const struct vif_networks *networks,
                           const char *chain, struct strbuf *rules)
{
    cleanup_strbuf struct strbuf own = { 0 }, asking = { 0 };

    list_networks(networks, "", &own);
    list_networks(networks, "0.0.0.0", &asking);
    add_rule(rules, chain,
             "meta protocol ip ip saddr 0.0.0.0 udp sport 68 udp dport 67 "
             "accept");
    if (networks->v4_count > 0)
        add_rule(rules, chain, "meta protocol ip ip saddr != { %s } drop",
                 own.text);
    else
        add_rule(rules, chain, "meta protocol ip drop");
    add_rule(rules, chain, "meta protocol arp arp saddr ip != { %s } drop",
             asking.text);
}

static void add_ipv6_rules(const struct vif_networks *networks,
                           const char *chain, struct strbuf *rules)
{
    cleanup_strbuf struct strbuf own = { 0 }, targets = { 0 };

    list_networks6(networks, &own);
    list_targets6(networks, &targets);
    add_rule(rules, chain, "meta protocol ip6 ip6 saddr != { %s } drop",
             own.text);
    add_rule(rules, chain,
             "meta protocol ip6 icmpv6 type nd-neighbor-advert "
             "@th,64,128 != { %s } drop",
             targets.text);
}

/* The chain of one interface, entered from the common one by its name. */
static void write_rules(const struct vif_networks *networks, const char *chain,
                        const char *interface, struct strbuf *rules)
{
    strbuf_puts(rules, "add table " TABLE "\n"
                       "add map " TABLE " ports { type ifname : verdict ; }\n"
                       "add chain " TABLE " sent { type filter hook "
                       "prerouting priority -200 ; }\n"
                       "flush chain " TABLE " sent\n"
                       "add rule " TABLE " sent iifname vmap @ports\n");
    strbuf_printf(rules,
                  "add chain " TABLE " %s\n"
                  "flush chain " TABLE " %s\n",
                  chain, chain);
    add_rule(rules, chain, "meta protocol { 8021q, 8021ad, 0x9100 } drop");
    add_ipv4_rules(networks, chain, rules);
    if (networks->v6_count > 0)
        add_ipv6_rules(networks, chain, rules);
    strbuf_printf(rules, "add element " TABLE " ports { \"%s\" : goto %s }\n",
                  interface, chain);
}

static int restrict_sources(const struct hook *hook, const char *interface,
                            const struct vif_networks *networks,
                            struct error *err)
{
    cleanup_strbuf struct strbuf rules = { 0 };
    cleanup_free char *nft = find_program("nft");
    cleanup_free char *chain = chain_name(hook);

    if (!is_plain(interface))
        return error_set(err, ERR_CONFIG, "ip: not with a vif called '%s'",
                         interface);
    if (nft == NULL) {
        log_warn("%s: ip= is not enforced: install the Debian package nftables",
                 interface);
        return 0;
    }
    write_rules(networks, chain, interface, &rules);
    return run_nft(nft, &rules, err) == 0 ? 0 : error_context(err, "ip");
}

static void lift_restriction(const struct hook *hook, const char *interface)
{
    cleanup_strbuf struct strbuf rules = { 0 };
    cleanup_free char *nft = find_program("nft");
    cleanup_free char *chain = chain_name(hook);

    if (nft == NULL || !is_plain(interface))
        return;
    strbuf_printf(&rules,
                  "delete element " TABLE " ports { \"%s\" }\n"
                  "delete chain " TABLE " %s\n",
                  interface, chain);
    run_nft(nft, &rules, NULL);
}

/* ---- the chain that bridged packets may go through ---- */

static bool reaches_iptables(void)
{
    cleanup_close int fd = open(SENT_TO_IPTABLES, O_RDONLY | O_CLOEXEC);
    char digit = '0';

    return fd >= 0 && read(fd, &digit, 1) == 1 && digit == '1';
}

/* One rule as Xen's script puts it: -I or -D, what more it says, ACCEPT. */
static int change_forward(const char *iptables, const char *how,
                          const char *direction, const char *interface,
                          const char *const *more, struct error *err)
{
    const char *argv[24] = { iptables,
                             "-w",
                             how,
                             "FORWARD",
                             "-m",
                             "physdev",
                             "--physdev-is-bridged",
                             direction,
                             interface };
    size_t count = 9;

    for (; more != NULL && *more != NULL; more++)
        argv[count++] = *more;
    argv[count++] = "-j";
    argv[count++] = "ACCEPT";
    return run_program(argv, 0, err);
}

static int change_iptables(const char *iptables, const char *how,
                           const char *interface,
                           const struct vif_networks *networks,
                           struct error *err)
{
    const char *const dhcp[] = { "-p",      "udp", "--sport", "68",
                                 "--dport", "67",  NULL };
    char address[INET_ADDRSTRLEN];

    for (size_t i = 0; i < networks->v4_count; i++) {
        inet_ntop(AF_INET, &networks->v4[i].to, address, sizeof(address));
        cleanup_free char *from =
            mem_printf("%s/%u", address, networks->v4[i].prefix);
        const char *const source[] = { "-s", from, NULL };
        if (change_forward(iptables, how, "--physdev-in", interface, source,
                           err) < 0)
            return -1;
    }
    if (change_forward(iptables, how, "--physdev-in", interface,
                       is_restricted(networks) ? dhcp : NULL, err) < 0)
        return -1;
    return change_forward(iptables, how, "--physdev-out", interface, NULL, err);
}

/* As with Xen's script, a chain that does not take them stops nothing. */
static void open_iptables(const char *how, const char *interface,
                          const struct vif_networks *networks)
{
    cleanup_free char *iptables =
        reaches_iptables() ? find_program("iptables") : NULL;
    cleanup_error struct error err = ERROR_INIT;

    if (iptables != NULL &&
        change_iptables(iptables, how, interface, networks, &err) < 0)
        log_warn("%s: %s", interface, err.message);
}

/* ---- both ---- */

int firewall_add(struct hook *hook, const char *interface, struct error *err)
{
    struct vif_networks networks;

    if (vif_read_networks(hook, &networks, err) < 0)
        return -1;
    if (is_restricted(&networks) &&
        restrict_sources(hook, interface, &networks, err) < 0)
        return -1;
    open_iptables("-I", interface, &networks);
    return 0;
}

void firewall_remove(struct hook *hook, const char *interface)
{
    struct vif_networks networks;

    if (vif_read_networks(hook, &networks, NULL) < 0)
        return;
    if (is_restricted(&networks))
        lift_restriction(hook, interface);
    open_iptables("-D", interface, &networks);
}
