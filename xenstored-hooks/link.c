/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "base/mem.h"

#define ADDRESS_LENGTH 6

struct links {
    struct mnl_socket *socket;
    unsigned int port, sequence;
    char buffer[32768]; /* as large as any answer, netlink(7) */
};

int links_open(struct links **links, struct error *err)
{
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    int on = 1;

    *links = NULL;
    if (socket == NULL || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
        error_set_errno(err, ERR_FAILED, errno, "rtnetlink");
        if (socket != NULL)
            mnl_socket_close(socket);
        return -1;
    }
    /* Filters of dumps are then the kernel's to apply; old ones ignore it. */
    mnl_socket_setsockopt(socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
    *links = MEM_NEW(struct links);
    (*links)->socket = socket;
    (*links)->port = mnl_socket_get_portid(socket);
    return 0;
}

void links_close(struct links *links)
{
    if (links == NULL)
        return;
    mnl_socket_close(links->socket);
    free(links);
}

static struct nlmsghdr *begin(struct links *links, uint16_t type,
                              uint16_t flags)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(links->buffer);

    message->nlmsg_type = type;
    message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    message->nlmsg_seq = ++links->sequence;
    return message;
}

/* Sends it and takes what comes back. 0, or -1 with errno. */
static int talk(struct links *links, struct nlmsghdr *message, mnl_cb_t take,
                void *data)
{
    int rc = 1;

    if (mnl_socket_sendto(links->socket, message, message->nlmsg_len) < 0)
        return -1;
    while (rc > 0) {
        ssize_t got = mnl_socket_recvfrom(links->socket, links->buffer,
                                          sizeof(links->buffer));
        if (got < 0)
            return -1;
        rc = mnl_cb_run(links->buffer, (size_t)got, links->sequence,
                        links->port, take, data);
    }
    return rc;
}

/* ---- interfaces ---- */

static struct nlmsghdr *begin_link(struct links *links, uint16_t type,
                                   uint16_t flags, struct ifinfomsg **info)
{
    struct nlmsghdr *message = begin(links, type, flags);

    *info = mnl_nlmsg_put_extra_header(message, sizeof(**info));
    (*info)->ifi_family = AF_UNSPEC;
    return message;
}

static bool says_bridge(const struct nlattr *linkinfo)
{
    const struct nlattr *attr;

    mnl_attr_for_each_nested(attr, linkinfo)
    {
        if (mnl_attr_get_type(attr) == IFLA_INFO_KIND &&
            mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
            return strcmp(mnl_attr_get_str(attr), "bridge") == 0;
    }
    return false;
}

static int take_link(const struct nlmsghdr *message, void *data)
{
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
    struct link *link = data;
    const struct nlattr *attr;

    link->index = info->ifi_index;
    link->up = info->ifi_flags & IFF_UP;
    mnl_attr_for_each(attr, message, sizeof(*info))
    {
        switch (mnl_attr_get_type(attr)) {
        case IFLA_MTU:
            link->mtu = mnl_attr_get_u32(attr);
            break;
        case IFLA_MASTER:
            link->master = (int)mnl_attr_get_u32(attr);
            break;
        case IFLA_LINKINFO:
            link->is_bridge = says_bridge(attr);
            break;
        default:
            break;
        }
    }
    return MNL_CB_STOP;
}

int link_find(struct links *links, const char *name, struct link *link,
              struct error *err)
{
    struct ifinfomsg *info;

    *link = (struct link){ 0 };
    if (name[0] == '\0' || strlen(name) >= IF_NAMESIZE)
        return 0;
    struct nlmsghdr *message = begin_link(links, RTM_GETLINK, 0, &info);
    mnl_attr_put_strz(message, IFLA_IFNAME, name);
    if (talk(links, message, take_link, link) == 0)
        return 1;
    if (errno == ENODEV)
        return 0;
    return error_set_errno(err, ERR_FAILED, errno, "interface %s", name);
}

int link_change(struct links *links, int index,
                const struct link_change *change, struct error *err)
{
    struct ifinfomsg *info;
    struct nlmsghdr *message = begin_link(links, RTM_NEWLINK, NLM_F_ACK, &info);

    info->ifi_index = index;
    if (change->up || change->down)
        info->ifi_change = IFF_UP;
    if (change->up)
        info->ifi_flags = IFF_UP;
    if (change->address != NULL)
        mnl_attr_put(message, IFLA_ADDRESS, ADDRESS_LENGTH, change->address);
    if (change->mtu != 0)
        mnl_attr_put_u32(message, IFLA_MTU, change->mtu);
    if (change->name != NULL)
        mnl_attr_put_strz(message, IFLA_IFNAME, change->name);
    if (change->master != 0 || change->leave_master)
        mnl_attr_put_u32(message, IFLA_MASTER, (uint32_t)change->master);
    if (talk(links, message, NULL, NULL) == 0)
        return 0;
    return error_set_errno(err, ERR_FAILED, errno, "change of interface %d",
                           index);
}

/* ---- addresses and routes ---- */

struct first_address {
    int index;
    struct in_addr address;
    bool found;
};

static int take_address(const struct nlmsghdr *message, void *data)
{
    const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
    struct first_address *first = data;
    const struct nlattr *attr;

    if (first->found || (int)info->ifa_index != first->index)
        return MNL_CB_OK;
    mnl_attr_for_each(attr, message, sizeof(*info))
    {
        if (mnl_attr_get_type(attr) != IFA_LOCAL ||
            mnl_attr_get_payload_len(attr) != sizeof(first->address))
            continue;
        memcpy(&first->address, mnl_attr_get_payload(attr),
               sizeof(first->address));
        first->found = true;
    }
    return MNL_CB_OK;
}

int link_address(struct links *links, int index, struct in_addr *address,
                 struct error *err)
{
    struct nlmsghdr *message = begin(links, RTM_GETADDR, NLM_F_DUMP);
    struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));
    struct first_address first = { .index = index };

    info->ifa_family = AF_INET;
    info->ifa_index = (uint32_t)index;
    if (talk(links, message, take_address, &first) < 0)
        return error_set_errno(err, ERR_FAILED, errno,
                               "addresses of interface %d", index);
    *address = first.address;
    return first.found;
}

/* Sends what makes something; that it is there already is fine. */
static int make(struct links *links, struct nlmsghdr *message, const char *what,
                struct in_addr address, struct error *err)
{
    char text[INET_ADDRSTRLEN];

    if (talk(links, message, NULL, NULL) == 0 || errno == EEXIST)
        return 0;
    int cause = errno;
    inet_ntop(AF_INET, &address, text, sizeof(text));
    return error_set_errno(err, ERR_FAILED, cause, "%s %s", what, text);
}

int link_add_address(struct links *links, int index, struct in_addr address,
                     struct error *err)
{
    struct nlmsghdr *message =
        begin(links, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

    info->ifa_family = AF_INET;
    info->ifa_prefixlen = 32;
    info->ifa_index = (uint32_t)index;
    mnl_attr_put(message, IFA_LOCAL, sizeof(address), &address);
    return make(links, message, "address", address, err);
}

int link_add_route(struct links *links, int index,
                   const struct link_route *route, struct error *err)
{
    struct nlmsghdr *message =
        begin(links, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    struct rtmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

    info->rtm_family = AF_INET;
    info->rtm_dst_len = route->prefix;
    info->rtm_table = RT_TABLE_MAIN;
    info->rtm_protocol = RTPROT_BOOT;
    info->rtm_scope = RT_SCOPE_LINK;
    info->rtm_type = RTN_UNICAST;
    mnl_attr_put(message, RTA_DST, sizeof(route->to), &route->to);
    mnl_attr_put(message, RTA_PREFSRC, sizeof(route->source), &route->source);
    mnl_attr_put_u32(message, RTA_OIF, (uint32_t)index);
    if (route->metric != 0)
        mnl_attr_put_u32(message, RTA_PRIORITY, route->metric);
    return make(links, message, "route to", route->to, err);
}
