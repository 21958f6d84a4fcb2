/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pci: devices to pass through, `[DDDD:]BB:SS.F[@VSLOT],KEY=VALUE,...`, all
 * numbers hexadecimal; F may be *. Blanks are no part of it. The pci_* keys
 * give each device's defaults.
 */
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

/* A hexadecimal number up to max; *text moves behind it. */
static bool read_hex(const char **text, unsigned long max,
                     unsigned long *number)
{
    char *end;

    if (!isxdigit((unsigned char)**text))
        return false;
    *number = strtoul(*text, &end, 16);
    *text = end;
    return *number <= max;
}

static bool skip(const char **text, char c)
{
    if (**text != c)
        return false;
    ++*text;
    return true;
}

static bool read_function(const char **text, libxl_device_pci *pci)
{
    unsigned long function = 0;

    if (skip(text, '*')) {
        pci->vfunc_mask = LIBXL_PCI_FUNC_ALL;
    } else {
        if (!read_hex(text, 7, &function))
            return false;
        pci->vfunc_mask = 1;
    }
    pci->func = (uint8_t)function;
    return true;
}

/* [DDDD:]BB:SS.F; *text moves behind it. */
static bool read_bdf(const char **text, libxl_device_pci *pci)
{
    const char *p = *text;
    unsigned long domain = 0;
    unsigned long bus;
    unsigned long device;

    if (!read_hex(&p, 0xffff, &bus) || !skip(&p, ':') ||
        !read_hex(&p, 0xff, &device))
        return false;
    if (skip(&p, ':')) {
        domain = bus;
        bus = device;
        if (!read_hex(&p, 0x1f, &device))
            return false;
    }
    if (bus > 0xff || device > 0x1f || !skip(&p, '.') ||
        !read_function(&p, pci))
        return false;
    pci->domain = (int)domain;
    pci->bus = (uint8_t)bus;
    pci->dev = (uint8_t)device;
    *text = p;
    return true;
}

static bool read_slot(const char **text, libxl_device_pci *pci)
{
    unsigned long slot;

    if (!read_hex(text, 0x1f, &slot))
        return false;
    pci->vdevfn = (uint32_t)slot << 3;
    return true;
}

struct pci_item {
    libxl_device_pci *pci;
    bool by_address;
    bool by_name;
};

static void set_bdf(struct spec *spec, void *object, const char *text)
{
    struct pci_item *item = object;
    const char *p = text;

    if (!read_bdf(&p, item->pci))
        spec_error(spec, text, "it is like 0000:02:00.0",
                   "'%s' is not a PCI address", text);
    item->by_address = true;
}

static void set_slot(struct spec *spec, void *object, const char *text)
{
    struct pci_item *item = object;
    const char *p = text;

    if (!read_slot(&p, item->pci))
        spec_error(spec, text, NULL, "'%s' is not a slot (0 to 1f)", text);
}

static void set_name(struct spec *spec, void *object, const char *text)
{
    struct pci_item *item = object;

    fill_replace_text(&item->pci->name, text);
    item->by_name = true;
}

static const struct spec_field address_fields[] = {
    { "bdf", SPEC_FUNCTION, 0, NULL, set_bdf },
    { "vslot", SPEC_FUNCTION, 0, NULL, set_slot },
    { "name", SPEC_FUNCTION, 0, NULL, set_name },
};

static const struct spec_field device_fields[] = {
    { "permissive", SPEC_BOOL, offsetof(libxl_device_pci, permissive) },
    { "msitranslate", SPEC_BOOL, offsetof(libxl_device_pci, msitranslate) },
    { "seize", SPEC_BOOL, offsetof(libxl_device_pci, seize) },
    { "power_mgmt", SPEC_BOOL, offsetof(libxl_device_pci, power_mgmt) },
    { "rdm_policy", SPEC_ENUM, offsetof(libxl_device_pci, rdm_policy),
      libxl_rdm_reserve_policy_string_table },
};

const struct spec_grammar pci_grammars[] = {
    SPEC_FIELDS("pci", address_fields),
    SPEC_FIELDS("pci", device_fields),
    { NULL },
};

static void read_address_word(struct spec *spec, struct pci_item *item,
                              const char *word)
{
    const char *p = word;

    item->by_address = read_bdf(&p, item->pci);
    if (item->by_address && *p == '@') {
        p++;
        if (!read_slot(&p, item->pci))
            spec_error(spec, p, NULL, "'%s' is not a slot (0 to 1f)", p);
    }
    if (!item->by_address || *p != '\0')
        spec_error(spec, word, "it is like 0000:02:00.0 or 02:00.0@5",
                   "'%s' is not a PCI address", word);
    item->by_address = true; /* or meant to be */
}

void fill_pci_words(struct fill *fill, struct fill_words words,
                    libxl_device_pci *pci)
{
    struct pci_item item = { .pci = pci };
    struct spec cleanup_spec spec;
    bool first = true;
    char *word;

    spec_open(&spec, fill, words.first);
    while ((word = spec_next_exact(&spec)) != NULL) {
        if (first && strchr(word, '=') == NULL)
            read_address_word(&spec, &item, word);
        else if (!spec_store(&spec, device_fields, SPEC_COUNT(device_fields),
                             pci, word) &&
                 !spec_store(&spec, address_fields, SPEC_COUNT(address_fields),
                             &item, word))
            spec_unknown(&spec, device_fields, SPEC_COUNT(device_fields), word,
                         true, "a PCI device");
        first = false;
    }
    if (item.by_address == item.by_name)
        fill_error(fill, words.first, NULL,
                   "a PCI device needs either an address or a name");
}

static bool default_of(struct fill *fill, const char *key)
{
    long number;

    return fill_number(fill, key, &number) && number != 0;
}

/* xl reads the HVM field for every type; elsewhere it is 0. */
static libxl_rdm_reserve_policy
usual_policy(unsigned int guest, const libxl_domain_build_info *b_info)
{
    return guest == GUEST_HVM ? b_info->u.hvm.rdm.policy
                              : LIBXL_RDM_RESERVE_POLICY_STRICT;
}

void fill_pci(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    bool msitranslate = default_of(fill, "pci_msitranslate");
    bool power_mgmt = default_of(fill, "pci_power_mgmt");
    bool permissive = default_of(fill, "pci_permissive");
    bool seize = default_of(fill, "pci_seize");
    const struct config_value *list = fill_devices(fill, "pci");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "pci", list, item)) != NULL) {
        libxl_device_pci *pci =
            FILL_EXTEND(config->pcidevs, config->num_pcidevs);

        libxl_device_pci_init(pci);
        pci->msitranslate = msitranslate;
        pci->power_mgmt = power_mgmt;
        pci->permissive = permissive;
        pci->seize = seize;
        pci->rdm_policy = usual_policy(fill->guest, fill->b_info);
        fill_pci_words(fill, fill_one_word(item), pci);
    }
    if (config->num_pcidevs > 0 && fill->guest == GUEST_PV)
        libxl_defbool_set(&fill->b_info->u.pv.e820_host, true);
}

/* "0000:02:00.0" or "0000:02:00.*". */
static char *make_address(const libxl_device_pci *pci)
{
    char function =
        pci->vfunc_mask == LIBXL_PCI_FUNC_ALL ? '*' : (char)('0' + pci->func);

    return mem_printf("%04x:%02x:%02x.%c", (unsigned int)pci->domain, pci->bus,
                      pci->dev, function);
}

static void write_device(struct write *write, const libxl_device_pci *pci,
                         struct strbuf *list)
{
    struct write_spec spec = { .write = write, .key = "pci" };
    cleanup_free char *address = make_address(pci);
    cleanup_free char *slot = mem_printf("%x", pci->vdevfn >> 3);
    libxl_device_pci fresh;

    libxl_device_pci_init(&fresh);
    fresh.rdm_policy = usual_policy(write->guest, write->b_info);
    if (pci->name != NULL)
        write_spec_add(&spec, "name", pci->name);
    else
        write_spec_add(&spec, NULL, address);
    write_spec_add(&spec, "vslot", pci->vdevfn != 0 ? slot : NULL);
    write_spec_fields(&spec, device_fields, SPEC_COUNT(device_fields), pci,
                      &fresh);
    write_spec_end(&spec, list);
}

void write_pci(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };

    for (int i = 0; i < write->config->num_pcidevs; i++)
        write_device(write, &write->config->pcidevs[i], &list);
    write_list(write, "pci", &list);
}
