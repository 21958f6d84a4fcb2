/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Device lists of a few settings each: p9, vtpm, pvcalls. As in xl, a word
 * without `=` ends the reading of an item.
 */
#include <string.h>

#include "base/mem.h"
#include "base/uuid.h"
#include "config/fill.h"
#include "config/spec.h"
#include "config/write.h"

static void read_pairs(struct spec *spec, const struct spec_field *fields,
                       size_t count, void *object, const char *kind)
{
    char *word;

    while ((word = spec_next(spec)) != NULL) {
        if (strchr(word, '=') == NULL && !spec->fill->command_line) {
            spec_warn(spec, word, "settings are KEY=VALUE",
                      "'%s' and what follows in %s is ignored", word, kind);
            return;
        }
        if (!spec_store(spec, fields, count, object, word))
            spec_unknown(spec, fields, count, word, true, kind);
    }
}

/*
 * xl: what an item leaves out it takes from the item before. The item is
 * kept here to have the same result.
 */
struct p9_texts {
    char *tag;
    char *path;
    char *security_model;
    char *backend;
};

static const struct spec_field p9_fields[] = {
    { "tag", SPEC_TEXT, offsetof(struct p9_texts, tag) },
    { "path", SPEC_TEXT, offsetof(struct p9_texts, path) },
    { "security_model", SPEC_TEXT, offsetof(struct p9_texts, security_model) },
    { "backend", SPEC_TEXT, offsetof(struct p9_texts, backend) },
};

static void set_p9(struct fill *fill, const struct config_value *item,
                   const struct p9_texts *texts)
{
    libxl_domain_config *config = &fill->spec->config;
    libxl_device_p9 *p9 = FILL_EXTEND(config->p9s, config->num_p9s);

    libxl_device_p9_init(p9);
    if (!texts->tag || !texts->path || !texts->security_model) {
        fill_error(fill, item, "write tag=, path= and security_model=",
                   "this 9p share lacks a %s",
                   !texts->tag    ? "tag"
                   : !texts->path ? "path"
                                  : "security model");
        return;
    }
    p9->tag = mem_strdup(texts->tag);
    p9->path = mem_strdup(texts->path);
    p9->security_model = mem_strdup(texts->security_model);
    if (texts->backend != NULL)
        p9->backend_domname = mem_strdup(texts->backend);
}

static void fill_p9s(struct fill *fill)
{
    const struct config_value *list = fill_devices(fill, "p9");
    const struct config_value *item = NULL;
    struct p9_texts texts = { 0 };

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "p9", list, item)) != NULL) {
        struct spec cleanup_spec spec;

        spec_open(&spec, fill, item);
        read_pairs(&spec, p9_fields, SPEC_COUNT(p9_fields), &texts,
                   "a 9p share");
        set_p9(fill, item, &texts);
    }
    free(texts.tag);
    free(texts.path);
    free(texts.security_model);
    free(texts.backend);
}

static void set_vtpm_uuid(struct spec *spec, void *object, const char *text)
{
    libxl_device_vtpm *vtpm = object;

    if (libxl_uuid_from_string(&vtpm->uuid, text) != 0)
        spec_error(spec, text, NULL, "'%s' is not a UUID", text);
}

static char *write_vtpm_uuid(const void *object)
{
    const libxl_device_vtpm *vtpm = object;
    char text[UUID_TEXT_SIZE];

    if (uuid_is_nil(vtpm->uuid.uuid))
        return NULL;
    uuid_format_text(vtpm->uuid.uuid, text);
    return mem_strdup(text);
}

static const struct spec_field vtpm_fields[] = {
    { "backend", SPEC_TEXT, offsetof(libxl_device_vtpm, backend_domname) },
    { "uuid", SPEC_FUNCTION, 0, NULL, set_vtpm_uuid, write_vtpm_uuid },
};

void fill_vtpm_words(struct fill *fill, struct fill_words words,
                     libxl_device_vtpm *vtpm)
{
    const struct config_value *value = NULL;

    while ((value = fill_next_word(words, value)) != NULL) {
        struct spec cleanup_spec spec;

        spec_open(&spec, fill, value);
        read_pairs(&spec, vtpm_fields, SPEC_COUNT(vtpm_fields), vtpm,
                   "a virtual TPM");
    }
    /* xl: a command without one means domain 0. */
    if (vtpm->backend_domname == NULL && !fill->command_line)
        fill_error(fill, words.first, "write backend=DOMAIN",
                   "a virtual TPM needs a backend");
}

static void fill_vtpms(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_devices(fill, "vtpm");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "vtpm", list, item)) != NULL) {
        libxl_device_vtpm *vtpm = FILL_EXTEND(config->vtpms, config->num_vtpms);

        libxl_device_vtpm_init(vtpm);
        vtpm->devid = config->num_vtpms - 1;
        fill_vtpm_words(fill, fill_one_word(item), vtpm);
    }
}

static const struct spec_field pvcalls_fields[] = {
    { "backend", SPEC_TEXT, offsetof(libxl_device_pvcallsif, backend_domname) },
};

const struct spec_grammar device_grammars[] = {
    SPEC_FIELDS("p9", p9_fields),
    SPEC_FIELDS("vtpm", vtpm_fields),
    SPEC_FIELDS("pvcalls", pvcalls_fields),
    { NULL },
};

static void fill_pvcalls(struct fill *fill)
{
    libxl_domain_config *config = &fill->spec->config;
    const struct config_value *list = fill_devices(fill, "pvcalls");
    const struct config_value *item = NULL;

    if (list == NULL)
        return;
    while ((item = fill_item(fill, "pvcalls", list, item)) != NULL) {
        libxl_device_pvcallsif *pvcallsif =
            FILL_EXTEND(config->pvcallsifs, config->num_pvcallsifs);
        struct spec cleanup_spec spec;

        libxl_device_pvcallsif_init(pvcallsif);
        pvcallsif->devid = config->num_pvcallsifs - 1;
        spec_open(&spec, fill, item);
        read_pairs(&spec, pvcalls_fields, SPEC_COUNT(pvcalls_fields), pvcallsif,
                   "a PV calls interface");
    }
}

void fill_small_devices(struct fill *fill)
{
    fill_p9s(fill);
    fill_vtpms(fill);
    fill_pvcalls(fill);
}

static void write_p9s(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };
    const char *backend = NULL;

    for (int i = 0; i < write->config->num_p9s; i++) {
        const libxl_device_p9 *p9 = &write->config->p9s[i];
        struct write_spec spec = { .write = write, .key = "p9" };

        write_spec_add(&spec, "tag", p9->tag);
        write_spec_add(&spec, "path", p9->path);
        write_spec_add(&spec, "security_model", p9->security_model);
        write_spec_add(&spec, "backend", p9->backend_domname);
        write_spec_backend(&spec, p9->backend_domname, p9->backend_domid);
        if (backend != NULL && p9->backend_domname == NULL)
            write_note(write,
                       "p9: %s is without a backend, but a file gives "
                       "it that of the share before",
                       p9->tag);
        backend = p9->backend_domname;
        write_spec_end(&spec, &list);
    }
    write_list(write, "p9", &list);
}

static void write_vtpms(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };
    libxl_device_vtpm fresh;

    libxl_device_vtpm_init(&fresh);
    for (int i = 0; i < write->config->num_vtpms; i++) {
        const libxl_device_vtpm *vtpm = &write->config->vtpms[i];
        struct write_spec spec = { .write = write, .key = "vtpm" };

        write_spec_backend(&spec, vtpm->backend_domname, vtpm->backend_domid);
        write_spec_fields(&spec, vtpm_fields, SPEC_COUNT(vtpm_fields), vtpm,
                          &fresh);
        write_spec_end(&spec, &list);
    }
    write_list(write, "vtpm", &list);
}

static void write_pvcalls(struct write *write)
{
    cleanup_strbuf struct strbuf list = { 0 };
    libxl_device_pvcallsif fresh;

    libxl_device_pvcallsif_init(&fresh);
    for (int i = 0; i < write->config->num_pvcallsifs; i++) {
        const libxl_device_pvcallsif *pvcalls = &write->config->pvcallsifs[i];
        struct write_spec spec = { .write = write, .key = "pvcalls" };

        write_spec_backend(&spec, pvcalls->backend_domname,
                           pvcalls->backend_domid);
        write_spec_fields(&spec, pvcalls_fields, SPEC_COUNT(pvcalls_fields),
                          pvcalls, &fresh);
        write_spec_end(&spec, &list);
    }
    write_list(write, "pvcalls", &list);
}

void write_small_devices(struct write *write)
{
    write_p9s(write);
    write_vtpms(write);
    write_pvcalls(write);
}
