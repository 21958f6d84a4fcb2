/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config/compare.h"

#include <string.h>

#include "base/mem.h"
#include "base/uuid.h"

/* Is a chosen value all that either of two ranges of bytes has? */
static void align_bytes(void *a, void *b, size_t size)
{
    static const uint8_t none[UUID_BYTES];

    if (memcmp(a, none, size) == 0 || memcmp(b, none, size) == 0) {
        memset(a, 0, size);
        memset(b, 0, size);
    }
}

static void align_nics(libxl_domain_config *a, libxl_domain_config *b)
{
    int count = a->num_nics < b->num_nics ? a->num_nics : b->num_nics;

    for (int i = 0; i < count; i++)
        align_bytes(a->nics[i].mac, b->nics[i].mac, sizeof(a->nics[i].mac));
}

static void align_vtpms(libxl_domain_config *a, libxl_domain_config *b)
{
    int count = a->num_vtpms < b->num_vtpms ? a->num_vtpms : b->num_vtpms;

    for (int i = 0; i < count; i++)
        align_bytes(&a->vtpms[i].uuid, &b->vtpms[i].uuid,
                    sizeof(a->vtpms[i].uuid));
}

static void align_chosen(libxl_domain_config *a, libxl_domain_config *b)
{
    uint64_t *video_a = &a->b_info.video_memkb;
    uint64_t *video_b = &b->b_info.video_memkb;

    align_bytes(&a->c_info.uuid, &b->c_info.uuid, sizeof(a->c_info.uuid));
    align_nics(a, b);
    align_vtpms(a, b);
    if (*video_a == LIBXL_MEMKB_DEFAULT || *video_b == LIBXL_MEMKB_DEFAULT)
        *video_a = *video_b = LIBXL_MEMKB_DEFAULT;
}

/* "0 (none)" names 0: the first word of the row's text is the default. */
static bool is_default(const struct config_key *key, const char *value)
{
    size_t length = key->fallback != NULL ? strcspn(key->fallback, " ;") : 0;
    bool quoted = value[0] == '"';

    return length > 0 && strncmp(value + quoted, key->fallback, length) == 0 &&
           strlen(value) == length + (quoted ? 2 : 0);
}

static bool is_same(const struct config_key *key, const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return is_default(key, a != NULL ? a : b);
    return strcmp(a, b) == 0;
}

static void compare_key(const struct config_key *key,
                        struct config_differences *differences)
{
    const char *left = config_settings_find(&differences->left, key);
    const char *right = config_settings_find(&differences->right, key);

    if ((left != NULL || right != NULL) && !is_same(key, left, right))
        VEC_PUSH(&differences->list, ((struct config_difference){
                                         .key = key, .a = left, .b = right }));
}

/* The domain is empty then. */
static void turn_into_settings(struct domain_spec *spec,
                               struct config_settings *settings)
{
    config_settings_make(settings, spec, NULL);
    domain_spec_dispose(spec);
    domain_spec_init(spec);
}

void config_compare(struct domain_spec *a, struct domain_spec *b,
                    struct config_differences *differences)
{
    align_chosen(&a->config, &b->config);
    turn_into_settings(a, &differences->left);
    turn_into_settings(b, &differences->right);
    for (size_t i = 0; i < config_key_count(); i++)
        compare_key(config_key_at(i), differences);
}

void config_differences_dispose(struct config_differences *differences)
{
    VEC_DISPOSE(&differences->list);
    config_settings_dispose(&differences->left);
    config_settings_dispose(&differences->right);
}
