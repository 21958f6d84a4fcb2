/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration files on their way from a command line to a domain. */
#ifndef XENITH_XN_LOAD_H
#define XENITH_XN_LOAD_H

#include <stdio.h>

#include "base/vec.h"
#include "config/config.h"
#include "config/cpupool.h"
#include "config/device.h"
#include "domain/transfer/source.h"
#include "xn/command.h"

/* The words of a command line, told apart; all borrowed. */
struct load_words {
    VEC(const char *) files;     /* that of --defconfig is the first */
    VEC(const char *) overrides; /* KEY=VALUE; ends with NULL */
};

/* words is zeroed. */
void load_words_sort(const struct invocation *inv, struct load_words *words);
void load_words_dispose(struct load_words *words);
#define cleanup_load_words __attribute__((cleanup(load_words_dispose)))

/*
 * Reads xl.conf (a missing one is as shipped). Diagnostics go to standard
 * error. defaults was initialised.
 */
int load_defaults(const struct settings *settings, struct xlconf *defaults,
                  struct error *err);

/*
 * Diagnostics as text with the lines quoted, coloured if the descriptor they
 * go to wants that. The caller's; "" if there are none.
 */
char *load_render_diags(const struct config_diags *diags, bool errors_only,
                        int fd);
/* The same, on standard error. */
void load_print_diags(const struct config_diags *diags, bool errors_only);

/* What a configuration's meaning depends on: CPUs and nodes of this host. */
struct load_facts {
    struct config_host_facts known;
    libxl_bitmap *nodes; /* owned; known borrows it */
};

void load_facts_read(struct host *host, struct load_facts *facts);
void load_facts_dispose(struct load_facts *facts);

/*
 * Reads one configuration with the overrides of the command line (ended by
 * NULL) and prints what there is to say about it: errors always, warnings
 * unless quiet or called as xl. host may be NULL: then nothing that depends
 * on this machine is known. spec was initialised.
 */
int load_domain(const struct settings *settings, struct host *host,
                const struct config_source *source,
                const struct xlconf *defaults, bool ignore_affinity_masks,
                bool quiet, struct domain_spec *spec, struct error *err);

/* As load_domain, but what there is to say is added to diags. */
int load_domain_silently(struct host *host, const struct config_source *source,
                         const struct xlconf *defaults,
                         bool ignore_affinity_masks, struct domain_spec *spec,
                         struct config_diags *diags, struct error *err);

/* The configuration that came with a saved guest; spec was initialised. */
int load_saved(struct host *host, const struct source *source,
               struct domain_spec *spec, struct error *err);

/*
 * Changes a domain that load_saved read, as if it had been made with these
 * settings (KEY=VALUE, ended by NULL) behind its own.
 */
int load_override(const struct invocation *inv, const char *path,
                  const struct xlconf *defaults, const char *const *overrides,
                  struct domain_spec *spec, struct error *err);

/*
 * The way back, from a file: what a guest takes along in place of its own.
 * uuid: the guest's, which then goes along whatever the file says; NULL: the
 * file's, or a new one.
 */
int load_saved_config(struct invocation *inv, const char *file,
                      const char *uuid, char **json, struct error *err);

/*
 * Prints it as JSON, or as the SXP that defaults (which may be NULL) choose: on
 * standard output, or to debug if that is not NULL.
 */
int load_show_domain(const struct xlconf *defaults, struct domain_spec *spec,
                     FILE *debug, struct error *err);

/* As load_domain, for the configuration of a CPU pool; spec is zeroed. */
int load_cpupool(const struct settings *settings, struct host *host,
                 const struct config_source *source, struct cpupool_spec *spec,
                 struct error *err);
/*
 * Reads the words after the target into a device of libxl's, which was
 * initialised, and prints what there is to say about them.
 */
int load_device(const struct invocation *inv, enum config_device kind,
                void *device, struct error *err);

#endif
