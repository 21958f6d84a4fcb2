/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * xl.conf, read by a table. As xl does, a word it does not know leaves the
 * default; only numbers out of range for the grant keys are fatal.
 */
#include "config/xlconf.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/config.h"
#include "config/known.h"
#include "config/tree.h"

enum conf_kind {
    CONF_TEXT,
    CONF_BOOL,
    CONF_INT,
    CONF_GRANT, /* from 0 to INT_MAX, or refused */
    CONF_BALLOON,
    CONF_FORMAT,
    CONF_DOMID,
    CONF_NOTHING, /* known, of no use here */
};

/* An old name stands before the new one: what comes later wins. */
static const struct conf_key {
    const char *name;
    enum conf_kind kind;
    size_t offset;
    const char *successor;
} conf_keys[] = {
#define AT(field) offsetof(struct xlconf, field)
    { "autoballoon", CONF_BALLOON },
    { "run_hotplug_scripts", CONF_BOOL, AT(run_hotplug_scripts) },
    { "lockfile", CONF_TEXT, AT(lockfile) },
    { "vifscript", CONF_TEXT, AT(vif_script), "vif.default.script" },
    { "vif.default.script", CONF_TEXT, AT(vif_script) },
    { "defaultbridge", CONF_TEXT, AT(vif_bridge), "vif.default.bridge" },
    { "vif.default.bridge", CONF_TEXT, AT(vif_bridge) },
    { "vif.default.gatewaydev", CONF_TEXT, AT(vif_gatewaydev) },
    { "vif.default.backend", CONF_TEXT, AT(vif_backend) },
    { "output_format", CONF_FORMAT },
    { "blkdev_start", CONF_TEXT, AT(blkdev_start) },
    { "claim_mode", CONF_INT, AT(claim_mode) },
    { "remus.default.netbufscript", CONF_TEXT, AT(remus_netbufscript) },
    { "colo.default.proxyscript", CONF_TEXT, AT(colo_proxyscript) },
    { "max_grant_frames", CONF_GRANT, AT(max_grant_frames) },
    { "max_maptrack_frames", CONF_GRANT, AT(max_maptrack_frames) },
    { "max_grant_version", CONF_GRANT, AT(max_grant_version) },
    { "vm.cpumask", CONF_TEXT, AT(vm_cpumask) },
    { "vm.hvm.cpumask", CONF_TEXT, AT(vm_hvm_cpumask) },
    { "vm.pv.cpumask", CONF_TEXT, AT(vm_pv_cpumask) },
    { "domid_policy", CONF_DOMID },
    { "bootloader_restrict", CONF_NOTHING },
#undef AT
};

enum {
    KEY_COUNT = sizeof(conf_keys) / sizeof(conf_keys[0]),
};

void xlconf_init(struct xlconf *conf)
{
    memset(conf, 0, sizeof(*conf));
    conf->run_hotplug_scripts = true;
    conf->lockfile = mem_strdup("/var/lock/xl");
    conf->max_grant_frames = -1;
    conf->max_maptrack_frames = -1;
    conf->max_grant_version = -1;
    conf->claim_mode = 1;
}

void xlconf_dispose(struct xlconf *conf)
{
    free(conf->lockfile);
    free(conf->vif_script);
    free(conf->vif_bridge);
    free(conf->vif_backend);
    free(conf->vif_gatewaydev);
    free(conf->remus_netbufscript);
    free(conf->colo_proxyscript);
    free(conf->blkdev_start);
    free(conf->vm_cpumask);
    free(conf->vm_hvm_cpumask);
    free(conf->vm_pv_cpumask);
    memset(conf, 0, sizeof(*conf));
}

static bool read_number(const struct config_value *value, long *number)
{
    char *end;

    errno = 0;
    *number = strtol(value->u.atom.text, &end, 0);
    return !value->added && errno == 0 && end != value->u.atom.text &&
           *end == '\0';
}

static void refuse(struct config_diags *diags, enum config_severity severity,
                   const struct config_value *value, const char *key,
                   const char *wanted)
{
    config_diag_add(diags, severity, &value->place, NULL, "'%s' must be %s%s",
                    key, wanted,
                    severity == CONFIG_WARNING ? "; it is ignored" : "");
}

static void set_number(struct xlconf *conf, const struct conf_key *key,
                       const struct config_value *value,
                       struct config_diags *diags)
{
    void *field = (char *)conf + key->offset;
    long number;
    bool grant = key->kind == CONF_GRANT;

    if (!read_number(value, &number) || (grant && number < 0) ||
        number > INT_MAX || number < INT_MIN)
        refuse(diags, grant ? CONFIG_ERROR : CONFIG_WARNING, value, key->name,
               grant ? "a whole number from 0 to 2147483647"
                     : "a whole number");
    else if (key->kind == CONF_BOOL)
        *(bool *)field = number != 0;
    else
        *(int *)field = (int)number;
}

static bool set_word(struct xlconf *conf, enum conf_kind kind, const char *text)
{
    bool first = false;
    bool second = false;

    if (kind == CONF_FORMAT) {
        first = strcmp(text, "sxp") == 0;
        second = strcmp(text, "json") == 0;
        if (first || second)
            conf->output_sxp = first;
    } else if (kind == CONF_DOMID) {
        first = strcmp(text, "random") == 0;
        second = strcmp(text, "xen") == 0;
        if (first || second)
            conf->domid_random = first;
    } else {
        first = strcmp(text, "on") == 0 || strcmp(text, "1") == 0;
        second = strcmp(text, "off") == 0 || strcmp(text, "0") == 0;
        if (first || second)
            conf->autoballoon = first ? XLCONF_BALLOON_ON : XLCONF_BALLOON_OFF;
        else
            return strcmp(text, "auto") == 0;
    }
    return first || second;
}

static const char *words_of(enum conf_kind kind)
{
    return kind == CONF_FORMAT  ? "json or sxp"
           : kind == CONF_DOMID ? "xen or random"
                                : "on, off or auto";
}

static void set_key(struct xlconf *conf, const struct conf_key *key,
                    const struct config_value *value,
                    struct config_diags *diags)
{
    char **text = (char **)((char *)conf + key->offset);

    if (value->type != CONFIG_ATOM) {
        refuse(diags, key->kind == CONF_GRANT ? CONFIG_ERROR : CONFIG_WARNING,
               value, key->name, "a single value, not a list");
        return;
    }
    switch (key->kind) {
    case CONF_TEXT:
        free(*text);
        *text = mem_strdup(value->u.atom.text);
        break;
    case CONF_BOOL:
    case CONF_INT:
    case CONF_GRANT:
        set_number(conf, key, value, diags);
        break;
    case CONF_BALLOON:
    case CONF_FORMAT:
    case CONF_DOMID:
        if (!set_word(conf, key->kind, value->u.atom.text))
            refuse(diags, CONFIG_WARNING, value, key->name,
                   words_of(key->kind));
        break;
    case CONF_NOTHING:
        break;
    }
}

static void fill_conf(const struct config_tree *tree, struct xlconf *conf,
                      struct config_diags *diags)
{
    config_check_known(tree, CONFIG_NAMES(conf_keys), CONFIG_WARNING, diags);
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const struct conf_key *key = &conf_keys[i];
        cleanup_free char *hint = NULL;

        const struct config_assignment *set = config_tree_find(tree, key->name);
        if (set == NULL)
            continue;
        if (key->successor != NULL) {
            hint = mem_printf("use '%s'", key->successor);
            config_diag_add(diags, CONFIG_WARNING, &set->place, hint,
                            "'%s' is deprecated", key->name);
        }
        set_key(conf, key, set->value, diags);
    }
}

int xlconf_load(const struct config_source *source, struct xlconf *conf,
                struct config_diags *diags, struct error *err)
{
    cleanup_config_tree struct config_tree *tree = NULL;
    size_t before = diags->errors;

    if (config_read(source, &tree, diags, err) < 0)
        return -1;
    fill_conf(tree, conf, diags);
    return config_diags_verdict(diags, before, source->path, err);
}

int xlconf_read(const char *path, struct xlconf *conf,
                struct config_diags *diags, struct error *err)
{
    const struct config_source source = { .path = path, .plain = true };

    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    return xlconf_load(&source, conf, diags, err);
}
