/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device/list.h"

#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/strbuf.h"

void device_list_read(struct device_list *list, const struct device_kind *kind,
                      const struct device_owner *owner)
{
    *list = (struct device_list){ .kind = kind };
    list->items = kind->list(owner->host->ctx, owner->domid, &list->count);
    if (list->items == NULL)
        list->count = 0;
}

void device_list_dispose(struct device_list *list)
{
    if (list->items != NULL)
        list->kind->list_free(list->items, list->count);
    list->items = NULL;
    list->count = 0;
}

void *device_list_item(const struct device_list *list, int i)
{
    return list->items + (size_t)i * list->kind->size;
}

/* "007" is 7; the caller's. */
static char *plain_word(const char *word)
{
    uint32_t number;

    if (number_parse_u32(word, &number))
        return mem_printf("%u", number);
    return mem_strdup(word);
}

void *device_list_find(const struct device_list *list,
                       const struct device_owner *owner, const char *word)
{
    const struct device_kind *kind = list->kind;
    cleanup_free char *wanted = plain_word(word);

    for (int i = 0; i < list->count; i++) {
        void *device = device_list_item(list, i);
        cleanup_free char *name = kind->word(device);

        if (strcmp(name, wanted) == 0 ||
            (kind->is != NULL && kind->is(owner, device, word)))
            return device;
    }
    return NULL;
}

void *device_list_need(const struct device_list *list,
                       const struct device_owner *owner, const char *word,
                       struct error *err)
{
    cleanup_strbuf struct strbuf names = { 0 };
    void *device = device_list_find(list, owner, word);

    if (device != NULL)
        return device;
    error_set(err, ERR_CONFIG, "%s has no %s '%s'", owner->name,
              list->kind->name, word);
    for (int i = 0; i < list->count; i++) {
        cleanup_free char *name = list->kind->word(device_list_item(list, i));
        strbuf_printf(&names, "%s%s", i > 0 ? ", " : "", name);
    }
    if (list->count > 0)
        error_hint(err, "it has: %s", names.text);
    return NULL;
}

char *device_label(const struct device_kind *kind,
                   const struct device_owner *owner, const void *device)
{
    cleanup_free char *word = kind->word(device);

    return mem_printf("%s %s of %s", kind->name, word, owner->name);
}
