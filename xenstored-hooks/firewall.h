/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a bridged vif's configuration says of addresses, put into force.
 *
 * With `ip`, rules of nftables on the bridge drop what the guest sends from
 * other IPv4 addresses, in IP and in ARP, and, if `ip` has IPv6 networks, from
 * others than those and its link's, in IPv6 and as a neighbour; DHCP requests
 * pass. A VLAN tag makes no difference, two do not pass. And where
 * the host sends bridged packets through iptables (br_netfilter with
 * bridge-nf-call-iptables=1), its FORWARD chain gets the rules that Xen's
 * vif-bridge puts there, so that a chain that drops by default lets the guest
 * through.
 */
#ifndef XENITH_HOOKS_FIREWALL_H
#define XENITH_HOOKS_FIREWALL_H

#include "hook.h"

/* Before the interface comes up. Without `ip` and br_netfilter it does and
 * costs nothing. */
int firewall_add(struct hook *hook, const char *interface, struct error *err);

/* Removes what was added; what is missing is fine. */
void firewall_remove(struct hook *hook, const char *interface);

#endif
