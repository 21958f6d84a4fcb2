/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public entry of the configuration language: a file (and overrides of
 * the command line) in, a libxl_domain_config and our own extras out, with
 * every diagnostic on the way. Pure: no hypervisor, no libxl context, no
 * file but the one read and those it includes. What xl asks the running host
 * for while it parses comes in as struct config_host_facts.
 *
 * The usual caller:
 *
 *     struct domain_spec cleanup_domain_spec spec;
 *     struct config_diags cleanup_config_diags diags = CONFIG_DIAGS_INIT;
 *     domain_spec_init(&spec);
 *     rc = config_load(&source, &defaults, &facts, &spec, &diags, err);
 *     config_diags_render(&diags, CONFIG_RENDER_QUOTE, &text);
 */
#ifndef XENITH_CONFIG_CONFIG_H
#define XENITH_CONFIG_CONFIG_H

#include <libxl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "config/diag.h"
#include "config/xlconf.h"

/* Where a configuration comes from. */
struct config_source {
    const char *path; /* shown in diagnostics; "-" is standard input */
    /*
     * If not NULL, this is read instead of the path. It is not copied: a NUL
     * follows it, and it stays as long as the diagnostics that quote it.
     */
    const char *text;
    size_t length; /* of text, in bytes */
    /*
     * key=value words of the command line, in the file's own grammar; they
     * come after the file and so win. Ended by NULL; may be NULL itself.
     */
    const char *const *overrides;
    bool plain;  /* as xl: `include` is a key without a meaning */
    bool strict; /* warnings are errors */
};

struct config_tree; /* tree.h */

/*
 * What xl asks the host while it parses. Zeroed means "not known" (a check
 * without Xen): then every CPU and node number up to a fixed limit passes.
 */
struct config_host_facts {
    int max_cpus;    /* highest pCPU id + 1, as libxl_get_max_cpus */
    int online_cpus; /* as libxl_get_online_cpus */
    int nr_nodes;    /* NUMA nodes, as physinfo's nr_nodes */
    /* CPUs of each node, nr_nodes of them; NULL if not known. Borrowed. */
    const libxl_bitmap *node_cpus;
    /* Folder of Xen's own firmware files; NULL: Debian's for this Xen. */
    const char *firmware_dir;
    /* --ignore-global-affinity-masks: leave xl.conf's vm.*cpumask out. */
    bool ignore_affinity_masks;
};

/* What is done with a guest when its host stops. */
enum own_stop_action {
    OWN_STOP_DEFAULT, /* the host's default */
    OWN_STOP_SHUTDOWN,
    OWN_STOP_SAVE,
    OWN_STOP_MIGRATE, /* to own.stop_migrate_to */
    OWN_STOP_LEAVE,
};

#define OWN_RESTART_UNSET (-1)

/* The keys of Xenith's own; xl ignores them. */
struct domain_own {
    libxl_defbool autostart;
    libxl_string_list start_after; /* names of domains; NULL if not set */
    unsigned int start_delay;      /* seconds */
    enum own_stop_action stop_action;
    char *stop_migrate_to;
    int restart_limit;    /* see domain/life/policy.h, or OWN_RESTART_UNSET */
    uint64_t console_log; /* cap in bytes; 0: not set */
    bool console_log_off; /* console_log = 0 */
    char *log_level;      /* error, warn, info, debug; NULL: not set */
    unsigned int log_outputs; /* of enum log_output; 0: not set */
    libxl_string_list hooks;  /* names or paths; NULL if not set */
};

/* A domain as it was asked for. */
struct domain_spec {
    libxl_domain_config config;
    struct domain_own own;
    /* KiB that it has already, more than it shall have, as one that was told to
     * give some back and did not yet; 0: not known. */
    uint64_t has_kib;
};

void domain_spec_init(struct domain_spec *spec);
void domain_spec_dispose(struct domain_spec *spec);
#define cleanup_domain_spec __attribute__((cleanup(domain_spec_dispose)))

/*
 * Text to tree. 0, or -1 with err (ERR_CONFIG) when there is nothing to look
 * at: no such file, unreadable, too big. Mistakes in the text, and files it
 * includes that cannot be read, are errors in diags and still yield a tree of
 * what could be read, so that config_fill finds the rest in the same run. The
 * tree is the caller's; it and every place in it stay valid as long as diags
 * does.
 */
int config_read(const struct config_source *source, struct config_tree **tree,
                struct config_diags *diags, struct error *err);
void config_tree_free(struct config_tree *tree);
void config_tree_cleanup(struct config_tree **tree);
#define cleanup_config_tree __attribute__((cleanup(config_tree_cleanup)))

/*
 * Tree to domain. defaults may be NULL (xl.conf as shipped), facts may be
 * NULL (host not known). spec was initialised. 0, or -1 when diags holds an
 * error, also one that config_read put there.
 */
int config_fill(const struct config_tree *tree, const struct xlconf *defaults,
                const struct config_host_facts *facts, struct domain_spec *spec,
                struct config_diags *diags);

/*
 * Puts diags in the order of the file; -1 with err ("web.cfg: 3 errors") when
 * there are errors among them.
 */
int config_verdict(const struct config_tree *tree, struct config_diags *diags,
                   struct error *err);

/*
 * Both in one; with source->strict every warning is an error. Ends with
 * config_verdict.
 */
int config_load(const struct config_source *source,
                const struct xlconf *defaults,
                const struct config_host_facts *facts, struct domain_spec *spec,
                struct config_diags *diags, struct error *err);

/*
 * The document that `xl create -n` prints, byte for byte (indentation of
 * four, ended by a newline). NULL only if libxl cannot make it. The caller's.
 */
char *domain_spec_to_json(struct domain_spec *spec);

#endif
