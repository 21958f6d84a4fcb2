/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one growing array. A vector of some type is declared with VEC(type);
 * zeroed is empty. The elements belong to whoever owns the vector.
 */
#ifndef XENITH_BASE_VEC_H
#define XENITH_BASE_VEC_H

#include "base/mem.h"

#define VEC(type)     \
    struct {          \
        type *items;  \
        size_t count; \
        size_t room;  \
    }

#define VEC_INIT \
    {            \
        0        \
    }

/* Makes room for one more and yields a pointer to it (not zeroed). */
#define VEC_ADD(vec)                                               \
    (((vec)->count == (vec)->room                                  \
          ? ((vec)->room = (vec)->room ? (vec)->room * 2 : 8,      \
             (vec)->items = mem_realloc((vec)->items, (vec)->room, \
                                        sizeof(*(vec)->items)))    \
          : (vec)->items),                                         \
     &(vec)->items[(vec)->count++])

#define VEC_PUSH(vec, value) (*VEC_ADD(vec) = (value))

#define VEC_DISPOSE(vec)                \
    do {                                \
        free((vec)->items);             \
        (vec)->items = NULL;            \
        (vec)->count = (vec)->room = 0; \
    } while (0)

#define VEC_EACH(vec, item)                                \
    for (__typeof__((vec)->items + 0) item = (vec)->items; \
         item != NULL && item < (vec)->items + (vec)->count; item++)

#endif
