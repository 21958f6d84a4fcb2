/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vif: network interfaces, `bridge=xenbr0,mac=00:16:3e:..,rate=10Mb/s`. A
 * table of fields, the address and the rate; defaults come from xl.conf.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

/* Over which a rate is kept where none is given, microseconds. */
#define RATE_INTERVAL (50 * 1000)

/* Six hexadecimal numbers with one character between them. */
static void set_mac(struct spec *spec, void *object, const char *text)
{
    libxl_device_nic *nic = object;
    const char *p = text;

    for (int i = 0; i < 6; i++) {
        unsigned long number;
        char *end;

        number = isxdigit((unsigned char)*p) ? strtoul(p, &end, 16) : 256;
        /* xl: a short address runs into whatever is behind it. */
        if (number > 255 || (i < 5 && *end == '\0')) {
            spec_error(spec, text, "it is like 00:16:3e:01:02:03",
                       "'%s' is not a MAC address", text);
            return;
        }
        nic->mac[i] = (uint8_t)number;
        p = end + 1;
        if (i == 5 && *end != '\0')
            spec_warn(spec, text, NULL, "'%s' after the MAC address is ignored",
                      end);
    }
}

static void set_type(struct spec *spec, void *object, const char *text)
{
    libxl_device_nic *nic = object;

    if (strcmp(text, "vif") == 0)
        nic->nictype = LIBXL_NIC_TYPE_VIF;
    else if (strcmp(text, "ioemu") == 0)
        nic->nictype = LIBXL_NIC_TYPE_VIF_IOEMU;
    else
        spec_doubt(spec, text, "it is vif or ioemu",
                   "'%s' is not a type of interface", text);
}

static void set_netdev(struct spec *spec, void *object, const char *text)
{
    libxl_device_nic *nic = object;

    spec_warn(spec, text, "write gatewaydev=", "'netdev' is deprecated");
    fill_replace_text(&nic->gatewaydev, text);
}

static void set_accel(struct spec *spec, void *object, const char *text)
{
    spec_warn(spec, text, NULL, "'accel' has no effect");
}

static void set_vlan(struct spec *spec, void *object, const char *text)
{
    spec_warn(spec, text, NULL, "'vlan' needs Xen 4.19; it is ignored here");
}

/* Digits in C's bases, a leading 0 is octal; *text moves behind them all. xl
 * takes the unit from where the number ends, which in 018 is the 8. */
static bool read_rate_number(const char **text, uint64_t *number,
                             const char **unit)
{
    char *end;
    size_t digits = strspn(*text, "0123456789");

    errno = 0;
    *number = strtoull(*text, &end, 0);
    if (end > *text + digits) /* 0x is no number of this grammar */
        return false;
    *unit = end;
    *text += digits;
    return errno == 0 && *number > 0 && *number <= UINT32_MAX;
}

/* N[G|M|K](B|b)/s in bytes a second. */
static bool read_bytes(const char *text, uint64_t *bytes, bool *is_cut)
{
    const char *unit;

    if (!read_rate_number(&text, bytes, &unit))
        return false;
    *is_cut |= unit != text;
    if (*unit == 'G')
        *bytes *= 1000 * 1000 * 1000;
    else if (*unit == 'M')
        *bytes *= 1000 * 1000;
    else if (*unit == 'K')
        *bytes *= 1000;
    /* xl expects its b there or behind a G, M or K, and checks for none. */
    if (unit[0] == 'b' || (unit[0] != '\0' && unit[1] == 'b'))
        *bytes /= 8;
    text += *text == 'G' || *text == 'M' || *text == 'K';
    return (*text == 'b' || *text == 'B') && strcmp(text + 1, "/s") == 0;
}

/* N[s|ms|us], seconds without a unit, in microseconds. */
static bool read_interval(const char *text, uint64_t *usecs, bool *is_cut)
{
    const char *unit;

    if (!read_rate_number(&text, usecs, &unit))
        return false;
    *is_cut |= unit != text;
    if (*unit == 'm')
        *usecs *= 1000;
    else if (*unit == 's' || *unit == '\0')
        *usecs *= 1000 * 1000;
    text += *text == 'm' || *text == 'u';
    text += *text == 's';
    return *text == '\0' && *usecs <= UINT32_MAX;
}

static void set_rate(struct spec *spec, void *object, const char *text)
{
    libxl_device_nic *nic = object;
    cleanup_free char *rate = mem_strdup(text);
    char *at = strchr(rate, '@');
    uint64_t bytes = 0;
    uint64_t usecs = RATE_INTERVAL;
    bool is_cut = false;

    if (at != NULL)
        *at++ = '\0';
    if (!read_bytes(rate, &bytes, &is_cut) ||
        (at != NULL && !read_interval(at, &usecs, &is_cut)) ||
        bytes > UINT64_MAX / usecs) {
        spec_error(spec, text, "it is like 10Mb/s or 1MB/s@20ms",
                   "'%s' is not a rate", text);
        return;
    }
    if (is_cut)
        spec_warn(spec, text, "write the number without the leading 0",
                  "'%s' has an octal number, which ends at its first 8 or 9",
                  text);
    nic->rate_interval_usecs = (uint32_t)usecs;
    nic->rate_bytes_per_interval = bytes * usecs / 1000000;
}

static char *write_mac(const void *object)
{
    static const libxl_mac none;
    const libxl_device_nic *nic = object;
    const uint8_t *mac = nic->mac;

    if (memcmp(nic->mac, none, sizeof(none)) == 0)
        return NULL;
    return mem_printf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                      mac[3], mac[4], mac[5]);
}

static char *write_type(const void *object)
{
    const libxl_device_nic *nic = object;

    if (nic->nictype == LIBXL_NIC_TYPE_UNKNOWN)
        return NULL;
    return mem_strdup(nic->nictype == LIBXL_NIC_TYPE_VIF ? "vif" : "ioemu");
}

/*
 * The bytes a second that give this many in an interval: every number from
 * *low to *high does, as the setter cuts.
 */
static void rate_bounds(const libxl_device_nic *nic, uint64_t *low,
                        uint64_t *high)
{
    uint64_t usecs = nic->rate_interval_usecs;
    uint64_t product = nic->rate_bytes_per_interval * 1000000;
    uint64_t most = UINT64_MAX - product > 999999 ? product + 999999 : product;

    *low = product / usecs + (product % usecs != 0);
    if (*low == 0)
        *low = 1; /* none at all cannot be asked for */
    *high = most / usecs;
}

/* "20ms", "3s", "7us". */
static void add_interval(struct strbuf *text, uint32_t usecs)
{
    if (usecs % 1000000 == 0)
        strbuf_printf(text, "@%us", usecs / 1000000);
    else if (usecs % 1000 == 0)
        strbuf_printf(text, "@%ums", usecs / 1000);
    else
        strbuf_printf(text, "@%uus", usecs);
}

/* In the largest unit that is exact; numbers are of 32 bits. */
static char *write_rate(const void *object)
{
    static const struct {
        uint64_t bytes;
        const char *name;
    } units[] = {
        { 1000000000, "GB" }, { 125000000, "Gb" }, { 125000, "Mb" },
        { 1000000, "MB" },    { 125, "Kb" },       { 1000, "KB" },
        { 1, "B" },
    };
    const libxl_device_nic *nic = object;
    struct strbuf text = { 0 };
    uint64_t low, high;

    if (nic->rate_interval_usecs == 0)
        return NULL;
    rate_bounds(nic, &low, &high);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        uint64_t unit = units[i].bytes;
        uint64_t number = low / unit + (low % unit != 0);

        if (number > UINT32_MAX || number * unit > high)
            continue;
        strbuf_printf(&text, "%" PRIu64 "%s/s", number, units[i].name);
        if (nic->rate_interval_usecs != RATE_INTERVAL)
            add_interval(&text, nic->rate_interval_usecs);
        return strbuf_take(&text);
    }
    return NULL;
}

static const struct spec_field nic_fields[] = {
    { "type", SPEC_FUNCTION, 0, NULL, set_type, write_type },
    { "mac", SPEC_FUNCTION, 0, NULL, set_mac, write_mac },
    { "rate", SPEC_FUNCTION, 0, NULL, set_rate, write_rate },
    { "bridge", SPEC_TEXT, offsetof(libxl_device_nic, bridge) },
    { "netdev", SPEC_FUNCTION, 0, NULL, set_netdev },
    { "gatewaydev", SPEC_TEXT, offsetof(libxl_device_nic, gatewaydev) },
    { "ip", SPEC_TEXT, offsetof(libxl_device_nic, ip) },
    { "script", SPEC_TEXT, offsetof(libxl_device_nic, script) },
    { "backend", SPEC_TEXT, offsetof(libxl_device_nic, backend_domname) },
    { "vifname", SPEC_TEXT, offsetof(libxl_device_nic, ifname) },
    { "model", SPEC_TEXT, offsetof(libxl_device_nic, model) },
    { "forwarddev", SPEC_TEXT, offsetof(libxl_device_nic, coloft_forwarddev) },
    { "accel", SPEC_FUNCTION, 0, NULL, set_accel },
    { "vlan", SPEC_FUNCTION, 0, NULL, set_vlan },
    { "devid", SPEC_NUMBER, offsetof(libxl_device_nic, devid) },
    { "mtu", SPEC_NUMBER, offsetof(libxl_device_nic, mtu) },
    { "trusted", SPEC_SET, offsetof(libxl_device_nic, trusted) },
    { "untrusted", SPEC_CLEAR, offsetof(libxl_device_nic, trusted) },
/* COLO: experimental in Xen, one text each. */
#define COLO(field)                                          \
    {                                                        \
#field, SPEC_TEXT, offsetof(libxl_device_nic, field) \
    }
    COLO(colo_sock_mirror_id),
    COLO(colo_sock_mirror_ip),
    COLO(colo_sock_mirror_port),
    COLO(colo_sock_compare_pri_in_id),
    COLO(colo_sock_compare_pri_in_ip),
    COLO(colo_sock_compare_pri_in_port),
    COLO(colo_sock_compare_sec_in_id),
    COLO(colo_sock_compare_sec_in_ip),
    COLO(colo_sock_compare_sec_in_port),
    COLO(colo_sock_compare_notify_id),
    COLO(colo_sock_compare_notify_ip),
    COLO(colo_sock_compare_notify_port),
    COLO(colo_sock_redirector0_id),
    COLO(colo_sock_redirector0_ip),
    COLO(colo_sock_redirector0_port),
    COLO(colo_sock_redirector1_id),
    COLO(colo_sock_redirector1_ip),
    COLO(colo_sock_redirector1_port),
    COLO(colo_sock_redirector2_id),
    COLO(colo_sock_redirector2_ip),
    COLO(colo_sock_redirector2_port),
    COLO(colo_filter_mirror_queue),
    COLO(colo_filter_mirror_outdev),
    COLO(colo_filter_redirector0_queue),
    COLO(colo_filter_redirector0_indev),
    COLO(colo_filter_redirector0_outdev),
    COLO(colo_filter_redirector1_queue),
    COLO(colo_filter_redirector1_indev),
    COLO(colo_filter_redirector1_outdev),
    COLO(colo_compare_pri_in),
    COLO(colo_compare_sec_in),
    COLO(colo_compare_out),
    COLO(colo_compare_notify_dev),
    COLO(colo_sock_sec_redirector0_id),
    COLO(colo_sock_sec_redirector0_ip),
    COLO(colo_sock_sec_redirector0_port),
    COLO(colo_sock_sec_redirector1_id),
    COLO(colo_sock_sec_redirector1_ip),
    COLO(colo_sock_sec_redirector1_port),
    COLO(colo_filter_sec_redirector0_queue),
    COLO(colo_filter_sec_redirector0_indev),
    COLO(colo_filter_sec_redirector0_outdev),
    COLO(colo_filter_sec_redirector1_queue),
    COLO(colo_filter_sec_redirector1_indev),
    COLO(colo_filter_sec_redirector1_outdev),
    COLO(colo_filter_sec_rewriter0_queue),
    COLO(colo_checkpoint_host),
    COLO(colo_checkpoint_port),
#undef COLO
};

const struct spec_grammar nic_grammars[] = {
    SPEC_FIELDS("vif", nic_fields),
    { NULL },
};

static void set_defaults(struct fill *fill, libxl_device_nic *nic)
{
    const struct xlconf *defaults = fill->defaults;

    if (defaults->vif_script != NULL)
        fill_replace_text(&nic->script, defaults->vif_script);
    if (defaults->vif_bridge != NULL)
        fill_replace_text(&nic->bridge, defaults->vif_bridge);
    if (defaults->vif_gatewaydev != NULL)
        fill_replace_text(&nic->gatewaydev, defaults->vif_gatewaydev);
    if (defaults->vif_backend != NULL)
        fill_replace_text(&nic->backend_domname, defaults->vif_backend);
}

void fill_nic_words(struct fill *fill, struct fill_words words,
                    libxl_device_nic *nic)
{
    set_defaults(fill, nic);
    spec_read(fill, words, nic_fields, SPEC_COUNT(nic_fields), nic, false,
              "a network interface");
}

void fill_nics(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_devices(fill, "vif");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    FILL_RESERVE(config->nics, list);
    while ((item = fill_item(fill, "vif", list, item)) != NULL) {
        libxl_device_nic *nic = &config->nics[config->num_nics];

        libxl_device_nic_init(nic);
        nic->devid = config->num_nics++;
        fill_nic_words(fill, fill_one_word(item), nic);
    }
}

static void write_nic(struct write *write, int index, struct strbuf *list)
{
    const libxl_device_nic *nic = &write->config->nics[index];
    struct write_spec spec = { .write = write, .key = "vif" };
    libxl_device_nic fresh;

    libxl_device_nic_init(&fresh);
    fresh.devid = index;
    write_spec_backend(&spec, nic->backend_domname, nic->backend_domid);
    write_spec_fields(&spec, nic_fields, SPEC_COUNT(nic_fields), nic, &fresh);
    write_spec_end(&spec, list);
}

void write_nics(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };

    for (int i = 0; i < write->config->num_nics; i++)
        write_nic(write, i, &list);
    write_list(write, "vif", &list);
}
