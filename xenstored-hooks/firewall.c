/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "firewall.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

static void list_networks(const struct link_route *networks, size_t count,
                          struct strbuf *list)
{
    char address[INET_ADDRSTRLEN];

    for (size_t i = 0; i < count; i++) {
        inet_ntop(AF_INET, &networks[i].to, address, sizeof(address));
        strbuf_printf(list, "%s%s/%u", i > 0 ? ", " : "", address,
                      networks[i].prefix);
    }
}

/* The chain of one interface, entered from the common one by its name. */
static void write_rules(const char *chain, const char *interface,
                        const char *allowed, struct strbuf *rules)
{
    strbuf_puts(rules, "add table " TABLE "\n"
                       "add map " TABLE " ports { type ifname : verdict ; }\n"
                       "add chain " TABLE " sent { type filter hook "
                       "prerouting priority -200 ; }\n"
                       "flush chain " TABLE " sent\n"
                       "add rule " TABLE " sent iifname vmap @ports\n");
    strbuf_printf(rules,
                  "add chain " TABLE " %s\n"
                  "flush chain " TABLE " %s\n"
                  "add rule " TABLE " %s ip saddr 0.0.0.0 udp sport 68 "
                  "udp dport 67 accept\n"
                  "add rule " TABLE " %s ip saddr != { %s } drop\n"
                  "add rule " TABLE " %s arp saddr ip != { 0.0.0.0, %s } "
                  "drop\n"
                  "add element " TABLE " ports { \"%s\" : goto %s }\n",
                  chain, chain, chain, chain, allowed, chain, allowed,
                  interface, chain);
}

static int restrict_sources(const struct hook *hook, const char *interface,
                            const struct link_route *networks, size_t count,
                            struct error *err)
{
    cleanup_strbuf struct strbuf allowed = { 0 }, rules = { 0 };
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
    list_networks(networks, count, &allowed);
    write_rules(chain, interface, allowed.text, &rules);
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
                           const struct link_route *networks, size_t count,
                           struct error *err)
{
    const char *const dhcp[] = { "-p",      "udp", "--sport", "68",
                                 "--dport", "67",  NULL };
    char address[INET_ADDRSTRLEN];

    for (size_t i = 0; i < count; i++) {
        inet_ntop(AF_INET, &networks[i].to, address, sizeof(address));
        cleanup_free char *from =
            mem_printf("%s/%u", address, networks[i].prefix);
        const char *const source[] = { "-s", from, NULL };
        if (change_forward(iptables, how, "--physdev-in", interface, source,
                           err) < 0)
            return -1;
    }
    if (change_forward(iptables, how, "--physdev-in", interface,
                       count > 0 ? dhcp : NULL, err) < 0)
        return -1;
    return change_forward(iptables, how, "--physdev-out", interface, NULL, err);
}

/* As with Xen's script, a chain that does not take them stops nothing. */
static void open_iptables(const char *how, const char *interface,
                          const struct link_route *networks, size_t count)
{
    cleanup_free char *iptables =
        reaches_iptables() ? find_program("iptables") : NULL;
    cleanup_error struct error err = ERROR_INIT;

    if (iptables != NULL &&
        change_iptables(iptables, how, interface, networks, count, &err) < 0)
        log_warn("%s: %s", interface, err.message);
}

/* ---- both ---- */

int firewall_add(struct hook *hook, const char *interface, struct error *err)
{
    struct link_route networks[VIF_MAX_ROUTES];
    size_t count;

    if (vif_read_networks(hook, networks, &count, err) < 0)
        return -1;
    if (count > 0 &&
        restrict_sources(hook, interface, networks, count, err) < 0)
        return -1;
    open_iptables("-I", interface, networks, count);
    return 0;
}

void firewall_remove(struct hook *hook, const char *interface)
{
    struct link_route networks[VIF_MAX_ROUTES];
    size_t count;

    if (vif_read_networks(hook, networks, &count, NULL) < 0)
        return;
    if (count > 0)
        lift_restriction(hook, interface);
    open_iptables("-D", interface, networks, count);
}
