/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of config_fill: what its steps share. Every step reads keys of the
 * tree and writes fields of the domain; all of them only add diagnostics and
 * go on, so that one run shows every mistake.
 *
 * Severity follows xl 4.17's verdict: what xl refuses is an error, what it
 * ignores or only mumbles about is a warning and is ignored here too, so
 * that the same file gives the same domain. Exceptions, where xl's own
 * result is not defined, are errors and are marked "xl:" in the code.
 */
#ifndef XENITH_CONFIG_FILL_H
#define XENITH_CONFIG_FILL_H

#include "config/config.h"
#include "config/keys.h"
#include "config/tree.h"

struct fill {
    const struct config_tree *tree;
    const struct xlconf *defaults;
    const struct config_host_facts *facts;
    struct domain_spec *spec;
    libxl_domain_create_info *c_info; /* of spec */
    libxl_domain_build_info *b_info;
    struct config_diags *diags;
    bool broken;        /* there are lines that could not be read */
    size_t words;       /* read so far of strings with a grammar */
    bool cpus_refused;  /* `cpus` was, so that its maps mean nothing */
    size_t devices;     /* in the lists of devices read so far */
    bool command_line;  /* refuse what xl passes over in a file only */
    unsigned int guest; /* GUEST_PV, GUEST_PVH or GUEST_HVM */
};

enum {
    FILL_MAX_VCPUS = 8192, /* of any guest of this Xen */
    FILL_MAX_CPUS = 4096,  /* pCPU ids accepted when the host is not known */
};

/* Diagnostics at a value (or a part of a string: offset and length). */
void fill_error(struct fill *fill, const struct config_value *value,
                const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void fill_warn(struct fill *fill, const struct config_value *value,
               const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/*
 * At the file as a whole, for what is missing; not said when lines could not
 * be read, for it may be in one of them.
 */
void fill_error_file(struct fill *fill, const char *hint, const char *format,
                     ...) __attribute__((format(printf, 3, 4)));

/* The value of a key, or NULL when it is not set. */
const struct config_value *fill_value(struct fill *fill, const char *key);

/*
 * The value of a key as text, number, truth or list. False when it is not
 * set or not of that kind; the latter is reported unless `quiet`.
 */
bool fill_text(struct fill *fill, const char *key, const char **text);
bool fill_number(struct fill *fill, const char *key, long *number);
bool fill_bool(struct fill *fill, const char *key, libxl_defbool *truth);
bool fill_replace(struct fill *fill, const char *key, char **text);
const struct config_value *fill_list(struct fill *fill, const char *key);
/* A list of devices: NULL, too, if there are more than CONFIG_MAX_DEVICES. */
const struct config_value *fill_devices(struct fill *fill, const char *key);
/* xl reads numbers as C does: 0x1f, 017, 42; no blanks after it. */
bool fill_is_number(const struct config_value *value, long *number);
/* Is it a number, and not one made with +=, which xl does not take? */
bool fill_quiet_number(const struct config_value *value, long *number);
/* A single value's text; NULL for a list, and where there is no value. */
const char *fill_quiet_text(const struct config_value *value);

/* Is it on, where `usual` is what applies when it is not set? */
bool fill_is_on(libxl_defbool truth, bool usual);
/* Is the device model the old one? */
bool fill_is_traditional(struct fill *fill);

/*
 * The strings of a list in turn, from NULL on. xl stops at the first item
 * that is a list; so does this, with a warning.
 */
const struct config_value *fill_item(struct fill *fill, const char *key,
                                     const struct config_value *list,
                                     const struct config_value *item);
/* As a libxl_string_list. */
libxl_string_list fill_strings(struct fill *fill, const char *key,
                               const struct config_value *list);

/* A word of an enum; false after a report (an error). */
bool fill_enum(struct fill *fill, const char *key,
               const libxl_enum_string_table *words, int *number);

/* The number of a word, in either case as libxl does it. */
bool fill_find_word(const libxl_enum_string_table *words, const char *text,
                    int *number);
/* The text before, then "a, b, c"; the caller's. */
char *fill_list_words(const char *before, const libxl_enum_string_table *words);
/* "it is one of a, b, c"; the caller's. */
char *fill_words_text(const libxl_enum_string_table *words);

void fill_replace_text(char **field, const char *text);

/* Adds a zeroed item to one of libxl's arrays; yields it. */
void *fill_extend(void *array, int *count, size_t size);
#define FILL_EXTEND(array, count) \
    ((__typeof__(array))fill_extend(&(array), &(count), sizeof(*(array))))

/*
 * Room, not zeroed, for one item for each value of a list: for a kind of
 * device whose items are all made here, so that a long list grows no array.
 */
#define FILL_RESERVE(array, list) \
    ((array) = mem_realloc(NULL, (list)->u.list.count, sizeof(*(array))))

/*
 * One device from strings that belong together and follow each other in their
 * list: one of a file, or all words of a command line. At least one.
 */
struct fill_words {
    const struct config_value *first;
    size_t count;
};

void fill_disk_words(struct fill *fill, struct fill_words words,
                     libxl_device_disk *disk);
void fill_nic_words(struct fill *fill, struct fill_words words,
                    libxl_device_nic *nic);
void fill_pci_words(struct fill *fill, struct fill_words words,
                    libxl_device_pci *pci);
void fill_usbctrl_words(struct fill *fill, struct fill_words words,
                        libxl_device_usbctrl *usbctrl);
void fill_usbdev_words(struct fill *fill, struct fill_words words,
                       libxl_device_usbdev *usbdev);
void fill_vtpm_words(struct fill *fill, struct fill_words words,
                     libxl_device_vtpm *vtpm);
void fill_vkb_words(struct fill *fill, struct fill_words words,
                    libxl_device_vkb *vkb);
void fill_vdispl_words(struct fill *fill, struct fill_words words,
                       libxl_device_vdispl *vdispl);
void fill_vsnd_words(struct fill *fill, struct fill_words words,
                     libxl_device_vsnd *vsnd);

/* A string of a file is a device of its own. */
static inline struct fill_words fill_one_word(const struct config_value *word)
{
    return (struct fill_words){ .first = word, .count = 1 };
}

/* The word after one, or the first after NULL; NULL at the end. */
const struct config_value *fill_next_word(struct fill_words words,
                                          const struct config_value *word);

/* The steps, each in the file named for it. */
void fill_simple_keys(struct fill *fill);   /* simple.c */
void fill_identity(struct fill *fill);      /* identity.c */
void fill_vcpus(struct fill *fill);         /* cpus.c */
void fill_vnuma(struct fill *fill);         /* vnuma.c */
void fill_affinity(struct fill *fill);      /* cpus.c */
void fill_global_masks(struct fill *fill);  /* cpus.c */
void fill_actions(struct fill *fill);       /* identity.c */
void fill_boot(struct fill *fill);          /* boot.c */
void fill_platform(struct fill *fill);      /* platform.c */
void fill_cpuid(struct fill *fill);         /* cpuid.c */
void fill_disks(struct fill *fill);         /* disk.c */
void fill_nics(struct fill *fill);          /* nic.c */
void fill_pci(struct fill *fill);           /* pci.c */
void fill_resources(struct fill *fill);     /* resources.c */
void fill_usb(struct fill *fill);           /* usb.c */
void fill_small_devices(struct fill *fill); /* devices.c */
void fill_channels(struct fill *fill);      /* channel.c */
void fill_vdispls(struct fill *fill);       /* vdispl.c */
void fill_vsnds(struct fill *fill);         /* vsnd.c */
void fill_framebuffers(struct fill *fill);  /* vfb.c */
void fill_vkbs(struct fill *fill);          /* vkb.c */
void fill_display(struct fill *fill);       /* display.c */
void fill_own(struct fill *fill);           /* own.c */
void fill_check_rules(struct fill *fill);   /* rules.c */
void fill_check_needs(struct fill *fill);   /* needs.c */

/* cpus.c: a CPU list into a bitmap of the host's CPUs. */
bool fill_cpu_list(struct fill *fill, const struct config_value *value,
                   libxl_bitmap *map);
/* "3" or "0-3", digits only; false if it is neither, or goes down. */
bool fill_cpu_range(const char *text, unsigned long *first,
                    unsigned long *last);
void fill_bitmap_alloc(libxl_bitmap *map, unsigned int bits);
unsigned int fill_host_cpus(const struct fill *fill);

#endif
