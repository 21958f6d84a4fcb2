/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory and its owners. Running out of memory ends the process (as it does
 * in libxl), so none of these ever returns NULL; what a half-done create
 * leaves is undone by the worker's parent (domain/worker.h).
 */
#ifndef XENITH_BASE_MEM_H
#define XENITH_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

void *mem_zalloc(size_t count, size_t size) __attribute__((malloc));
void *mem_realloc(void *old, size_t count, size_t size);
char *mem_strdup(const char *text) __attribute__((malloc));
char *mem_strndup(const char *text, size_t length) __attribute__((malloc));
/* Exactly length bytes, ended by a NUL: for a text whose end is known. */
char *mem_copy_text(const char *text, size_t length) __attribute__((malloc));
char *mem_printf(const char *format, ...)
    __attribute__((format(printf, 1, 2), malloc));
char *mem_vprintf(const char *format, va_list args)
    __attribute__((format(printf, 1, 0), malloc));

/*
 * Has malloc do as is best for a program that reads files of many short strings
 * and has no threads but such that wait: what is free is joined at once, in
 * place of looking for what can be joined again and again, and there is one
 * arena. Before anything else.
 */
void mem_settle(void);

/* Yields what another library allocated, if it could. */
void *mem_check(void *memory);

/* Zeroed room for one object of the type. */
#define MEM_NEW(type) ((type *)mem_zalloc(1, sizeof(type)))

static inline void mem_cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}
#define cleanup_free __attribute__((cleanup(mem_cleanup_free)))

/* Hands an owned pointer over: yields it and leaves NULL behind. */
static inline void *mem_steal(void *pointer)
{
    void **owner = pointer;
    void *value = *owner;
    *owner = NULL;
    return value;
}
#define steal(owner) ((__typeof__(owner))mem_steal(&(owner)))

#endif
