/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of config_settings_make: what its steps share. Each step is the
 * inverse of the step of fill.h whose name it has, and stands in the same
 * file. It writes the keys whose fields differ from those of a fresh domain.
 */
#ifndef XENITH_CONFIG_WRITE_H
#define XENITH_CONFIG_WRITE_H

#include "config/settings.h"
#include "config/spec.h"

struct write {
    const struct domain_spec *spec;
    const struct domain_spec *fresh;   /* what name and type alone give */
    const libxl_domain_config *config; /* of spec */
    const libxl_domain_create_info *c_info;
    const libxl_domain_build_info *b_info;
    unsigned int guest; /* GUEST_PV, GUEST_PVH or GUEST_HVM */
    struct config_settings *out;
};

/* Settings; NULL and defaults write nothing. */
void write_text(struct write *write, const char *key, const char *text);
void write_number(struct write *write, const char *key, int64_t number);
void write_truth(struct write *write, const char *key, libxl_defbool truth);
void write_word(struct write *write, const char *key,
                const libxl_enum_string_table *words, int number);
void write_strings(struct write *write, const char *key,
                   const libxl_string_list strings);

/* Lists: "" is begun, items are added, then it is ended as a setting. */
void write_item(struct strbuf *list, const char *text);
void write_list(struct write *write, const char *key, struct strbuf *list);
/* The same for a list inside a list, which is ended as an item. */
void write_nested(struct strbuf *outer, struct strbuf *list);

/* What is in the domain, but no file can say. */
void write_note(struct write *write, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The word of a number, NULL if there is none. */
const char *write_find_word(const libxl_enum_string_table *words, int number);

/* The CPUs of a map as "0-3,7"; "all" for a full one. The caller's. */
char *write_cpu_list(const libxl_bitmap *map);

/* A string of a grammar of its own, `key=value,...`, on its way. */
struct write_spec {
    struct write *write;
    const char *key; /* the setting that it belongs to */
    struct strbuf text;
};

/* Adds `name=value`, or the value alone for no name; NULL adds nothing. */
void write_spec_add(struct write_spec *spec, const char *name,
                    const char *value);
/* Adds the fields in which the object differs from a fresh one. */
void write_spec_fields(struct write_spec *spec, const struct spec_field *fields,
                       size_t count, const void *object, const void *fresh);
/* Adds the domain of a backend, where it is not the one that is usual. */
void write_spec_backend(struct write_spec *spec, const char *domname,
                        libxl_domid domid);
/* Ends it as an item of a list. */
void write_spec_end(struct write_spec *spec, struct strbuf *list);

/* The steps, each beside its setter. */
void write_simple_keys(struct write *write);
void write_identity(struct write *write);
void write_vcpus(struct write *write);
void write_vnuma(struct write *write);
void write_affinity(struct write *write);
void write_actions(struct write *write);
void write_boot(struct write *write);
void write_platform(struct write *write);
void write_cpuid(struct write *write);
void write_disks(struct write *write);
void write_nics(struct write *write);
void write_pci(struct write *write);
void write_resources(struct write *write);
void write_usb(struct write *write);
void write_small_devices(struct write *write);
void write_channels(struct write *write);
void write_vdispls(struct write *write);
void write_vsnds(struct write *write);
void write_framebuffers(struct write *write);
void write_vkbs(struct write *write);
void write_display(struct write *write);
void write_own(struct write *write);

#endif
