/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/gc/living.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/uuid.h"

int living_read(struct living *living, struct error *err)
{
    *living = (struct living){ 0 };
    return domain_list_read(&living->list, DOMAIN_VM_PATHS, err);
}

void living_dispose(struct living *living)
{
    domain_list_dispose(&living->list);
}

bool living_has(const struct living *living, uint32_t domid)
{
    VEC_EACH (&living->list.items, info)
        if (info->domid == domid)
            return true;
    return false;
}

bool living_has_uuid(const struct living *living, const uint8_t *uuid)
{
    char text[UUID_TEXT_SIZE];

    uuid_format_text(uuid, text);
    cleanup_free char *path = mem_printf("/vm/%s", text);
    VEC_EACH (&living->list.items, info)
        if (memcmp(info->uuid, uuid, UUID_BYTES) == 0 ||
            (info->vm_path != NULL &&
             strncmp(info->vm_path, path, strlen(path)) == 0))
            return true;
    return false;
}

bool living_parse_domid(const char *text, uint32_t *domid)
{
    uint32_t number;

    if (!number_parse_u32(text, &number) || number == 0 ||
        number >= LIVING_DOMID_END)
        return false;
    /* "07" is not how anybody writes it. */
    cleanup_free char *plain = mem_printf("%u", number);
    if (strcmp(plain, text) != 0)
        return false;
    *domid = number;
    return true;
}
