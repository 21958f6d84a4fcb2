/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tree and its arena. A key is found through a hash table whose seed
 * differs from run to run, so that a hostile file cannot line its keys up.
 * += extends the value in place: the time stays linear in the file.
 */
#include "config/tree.h"

#include <limits.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "config/lex.h"
#include "config/parse.h"

enum {
    CHUNK_SIZE = 64 * 1024,
    FIRST_SLOTS = 256,
    USUAL_SLOTS = 4096,       /* more are made when there are keys for them */
    MAX_SEARCHED = 64 * 1024, /* bytes of a string before a place in it */
    ALIGNMENT = sizeof(void *),
};

struct chunk {
    struct chunk *next;
    size_t room;
    size_t used;
    max_align_t bytes[];
};

/* The hash is beside the pointer, so that a miss need not follow it. */
struct slot {
    struct config_assignment *assignment; /* NULL: free */
    uint32_t hash;
};

struct config_tree {
    struct chunk *chunks; /* the first is being filled */
    struct config_assignment *first;
    struct config_assignment *last;
    struct slot *slots; /* open addressing, at most half full */
    size_t slot_count;  /* a power of two */
    size_t key_count;
    size_t value_count;
    uint64_t seed;
    VEC(struct config_text *) texts;
};

struct config_tree *config_tree_new(void)
{
    struct config_tree *tree = MEM_NEW(struct config_tree);

    tree->slot_count = FIRST_SLOTS;
    tree->slots = mem_zalloc(tree->slot_count, sizeof(*tree->slots));
    if (getrandom(&tree->seed, sizeof(tree->seed), GRND_NONBLOCK) < 0)
        tree->seed = (uint64_t)(uintptr_t)tree;
    return tree;
}

void config_tree_free(struct config_tree *tree)
{
    if (tree == NULL)
        return;
    while (tree->chunks != NULL) {
        struct chunk *next = tree->chunks->next;

        free(tree->chunks);
        tree->chunks = next;
    }
    VEC_EACH (&tree->texts, text)
        config_text_unref(*text);
    VEC_DISPOSE(&tree->texts);
    free(tree->slots);
    free(tree);
}

void config_tree_cleanup(struct config_tree **tree)
{
    config_tree_free(*tree);
    *tree = NULL;
}

/* Room that nothing was written to. */
static void *take_room(struct config_tree *tree, size_t size)
{
    struct chunk *chunk = tree->chunks;
    char *room;

    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (chunk == NULL || chunk->room - chunk->used < size) {
        size_t fresh = size > CHUNK_SIZE / 4 ? size : CHUNK_SIZE;

        /* Not zeroed: most of it will be text. */
        chunk = mem_realloc(NULL, 1, sizeof(*chunk) + fresh);
        *chunk = (struct chunk){ .room = fresh };
        /* A big object has its own chunk, behind the one being filled. */
        if (fresh == size && tree->chunks != NULL) {
            chunk->next = tree->chunks->next;
            tree->chunks->next = chunk;
        } else {
            chunk->next = tree->chunks;
            tree->chunks = chunk;
        }
    }
    room = (char *)chunk->bytes + chunk->used;
    chunk->used += size;
    return room;
}

void *config_tree_alloc(struct config_tree *tree, size_t size)
{
    return memset(take_room(tree, size), 0, size);
}

char *config_tree_copy(struct config_tree *tree, const char *text,
                       size_t length)
{
    char *copy = take_room(tree, length + 1);

    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

struct config_value *config_tree_new_value(struct config_tree *tree,
                                           enum config_value_type type,
                                           const struct config_place *place)
{
    struct config_value *value;

    if (tree->value_count == CONFIG_MAX_VALUES)
        return NULL;
    tree->value_count++;
    value = take_room(tree, sizeof(*value));
    *value = (struct config_value){ .type = type, .place = *place };
    return value;
}

const struct config_assignment *
config_tree_first(const struct config_tree *tree)
{
    return tree->first;
}

const struct config_text *config_tree_text(const struct config_tree *tree)
{
    return tree->texts.count > 0 ? tree->texts.items[0] : NULL;
}

static uint32_t hash_key(const struct config_tree *tree, const char *key)
{
    uint64_t hash = tree->seed;

    for (; *key != '\0'; key++)
        hash = (hash ^ (unsigned char)*key) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> 32);
}

/* The slot of a key, or the free one where it would go. */
static struct slot *find_slot(const struct config_tree *tree, const char *key,
                              uint32_t hash)
{
    size_t i = hash & (tree->slot_count - 1);

    while (tree->slots[i].assignment != NULL &&
           (tree->slots[i].hash != hash ||
            strcmp(tree->slots[i].assignment->key, key) != 0))
        i = (i + 1) & (tree->slot_count - 1);
    return &tree->slots[i];
}

const struct config_assignment *config_tree_find(const struct config_tree *tree,
                                                 const char *key)
{
    return find_slot(tree, key, hash_key(tree, key))->assignment;
}

static void resize_table(struct config_tree *tree, size_t count)
{
    struct slot *old = tree->slots;
    size_t old_count = tree->slot_count;

    tree->slot_count = count;
    tree->slots = mem_zalloc(count, sizeof(*tree->slots));
    for (size_t i = 0; i < old_count; i++) {
        size_t at = old[i].hash & (count - 1);

        if (old[i].assignment == NULL)
            continue;
        while (tree->slots[at].assignment != NULL)
            at = (at + 1) & (count - 1);
        tree->slots[at] = old[i];
    }
    free(old);
}

static struct config_segment *new_segment(struct config_tree *tree,
                                          const struct config_value *value,
                                          uint32_t start)
{
    struct config_segment *segment = config_tree_alloc(tree, sizeof(*segment));

    segment->start = start;
    segment->place = value->place;
    return segment;
}

static void append_atom(struct config_tree *tree, struct config_value *value,
                        const struct config_value *more)
{
    struct config_segment *segment =
        new_segment(tree, more, value->u.atom.length);
    uint32_t length = value->u.atom.length + more->u.atom.length;

    if (value->u.atom.segments == NULL)
        value->u.atom.segments = new_segment(tree, value, 0);
    /* The newest comes first, so that adding takes no walk. */
    segment->next = value->u.atom.segments;
    value->u.atom.segments = segment;
    if (length >= value->u.atom.room) {
        uint32_t room = length * 2 + 1;
        char *text = config_tree_alloc(tree, room);

        memcpy(text, value->u.atom.text, value->u.atom.length);
        value->u.atom.text = text;
        value->u.atom.room = room;
    }
    memcpy(value->u.atom.text + value->u.atom.length, more->u.atom.text,
           more->u.atom.length + 1);
    value->u.atom.length = length;
    value->quoted = true;
}

static void append_list(struct config_value *value,
                        const struct config_value *more)
{
    if (more->u.list.first == NULL)
        return;
    if (value->u.list.last == NULL)
        value->u.list.first = more->u.list.first;
    else
        value->u.list.last->next = more->u.list.first;
    value->u.list.last = more->u.list.last;
    value->u.list.count += more->u.list.count;
}

/* What += makes of the value before it; NULL if they do not fit. */
static struct config_value *add_values(struct config_tree *tree,
                                       struct config_value *value,
                                       struct config_value *more)
{
    if (value->type != more->type)
        return NULL;
    if (value->type == CONFIG_ATOM)
        append_atom(tree, value, more);
    else
        append_list(value, more);
    return value;
}

static void warn_set_twice(const struct config_assignment *before,
                           const struct config_place *place, const char *key,
                           struct config_diags *diags)
{
    /* An override of the command line is meant to replace. */
    if (before->place.text != place->text)
        return;
    config_diag_add(diags, CONFIG_WARNING, place,
                    "remove one of the two; += adds to what is there",
                    "'%s' is set again: this one replaces the one of line %u",
                    key, before->place.line);
}

static bool is_too_long(const struct config_value *value,
                        const struct config_value *more)
{
    return value->type == CONFIG_ATOM && more->type == CONFIG_ATOM &&
           value->u.atom.length + more->u.atom.length > CONFIG_MAX_STRING;
}

void config_tree_assign(struct config_tree *tree, const char *key,
                        const struct config_place *place, bool add,
                        struct config_value *value, struct config_diags *diags)
{
    uint32_t hash = hash_key(tree, key);
    struct slot *slot = find_slot(tree, key, hash);
    struct config_assignment *before = slot->assignment;
    struct config_assignment *assignment;

    if (before != NULL && add && is_too_long(before->value, value)) {
        config_diag_add(diags, CONFIG_ERROR, place, NULL,
                        "+= makes '%s' longer than %d MiB", key,
                        CONFIG_MAX_STRING / 1024 / 1024);
        return;
    }
    if (before != NULL && add) {
        value = add_values(tree, before->value, value);
        if (value == NULL) {
            config_diag_add(diags, CONFIG_ERROR, place, NULL,
                            "+= cannot add a list to a single value, nor a "
                            "single value to a list ('%s' of line %u)",
                            key, before->place.line);
            return;
        }
    } else if (before != NULL) {
        warn_set_twice(before, place, key, diags);
    }
    assignment = config_tree_alloc(tree, sizeof(*assignment));
    assignment->key = key;
    assignment->value = value;
    assignment->place = *place;
    assignment->last = true;
    value->added = add;
    if (before != NULL)
        before->last = false;
    *slot = (struct slot){ assignment, hash };
    if (tree->last != NULL)
        tree->last->next = assignment;
    else
        tree->first = assignment;
    tree->last = assignment;
    if (before == NULL && ++tree->key_count > tree->slot_count / 2)
        resize_table(tree, tree->slot_count * 4);
}

void config_tree_keep_text(struct config_tree *tree,
                           const struct config_text *text)
{
    size_t count = tree->slot_count;
    size_t length;

    VEC_PUSH(&tree->texts, config_text_ref(text));
    /* Room for what a text of this size usually has, to save growing. */
    config_text_bytes(text, &length);
    while (count < length / 32 && count < USUAL_SLOTS)
        count *= 2;
    if (count > tree->slot_count)
        resize_table(tree, count);
}

/* Moves a place over `count` decoded bytes of the string it stands on. */
static void skip_decoded(struct config_place *place, const char *bytes,
                         const char *end, size_t count)
{
    const char *p = bytes + place->offset;
    const char *start = p;

    while (p < end) {
        size_t used;
        char byte;
        int step = config_decode_step(p, end, &used, &byte);

        if (step > 0 && count-- == 0)
            break;
        p += used;
    }
    place->offset += (unsigned int)(p - start);
    place->column += (unsigned int)(p - start);
}

struct config_place config_value_place(const struct config_value *value,
                                       size_t offset, size_t length)
{
    struct config_place place = value->place;
    const struct config_segment *segment;
    size_t text_length;
    const char *bytes;
    const char *end;

    if (place.text == NULL || value->type != CONFIG_ATOM)
        return place;
    for (segment = value->u.atom.segments; segment; segment = segment->next) {
        if (segment->start <= offset) {
            place = segment->place;
            offset -= segment->start;
            break;
        }
    }
    /* A thousand mistakes in a string of megabytes are not searched for. */
    if (offset > MAX_SEARCHED)
        return place;
    bytes = config_text_bytes(place.text, &text_length);
    end = bytes + place.offset + place.length;
    if (bytes[place.offset] == '"' || bytes[place.offset] == '\'') {
        place.offset++;
        place.column++;
        end--;
    }
    skip_decoded(&place, bytes, end, offset);
    place.length = (unsigned int)length;
    if (place.offset + length > (size_t)(end - bytes))
        place.length = (unsigned int)(end - bytes) - place.offset;
    if (place.length == 0)
        place.length = 1;
    return place;
}
