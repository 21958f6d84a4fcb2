/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files to tree: the file asked for, those that it includes, and the words of
 * the command line. What can be included is bounded in depth, number and
 * bytes, and a file is not read again while it is being read.
 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "config/config.h"
#include "config/parse.h"

enum {
    MAX_INCLUDE_DEPTH = 16,
    MAX_INCLUDES = 1000, /* in one configuration */
};

/* A file that is being read, and who included it. */
struct open_file {
    const struct open_file *parent; /* NULL: it was asked for */
    const char *path;
    dev_t device;
    ino_t inode; /* 0: it is no file */
    mode_t mode;
    size_t size; /* bytes, as far as the kernel knows */
    unsigned int depth;
};

struct reader {
    struct config_includer includer;
    struct config_tree *tree;
    struct config_diags *diags;
    const struct open_file *file; /* being read; NULL: the command line */
    unsigned int texts;           /* read so far: the order of diagnostics */
    unsigned int includes;
    size_t bytes; /* of all of them */
};

static struct reader *reader_of(struct config_includer *includer)
{
    return (struct reader *)((char *)includer -
                             offsetof(struct reader, includer));
}

static void identify(struct open_file *file, const char *path,
                     const struct open_file *parent)
{
    struct stat st;

    *file = (struct open_file){ .parent = parent, .path = path };
    if (parent != NULL)
        file->depth = parent->depth + 1;
    if (stat(path, &st) == 0) {
        file->device = st.st_dev;
        file->inode = st.st_ino;
        file->mode = st.st_mode;
        file->size = (size_t)st.st_size;
    }
}

/* A name beside the file at a path; the caller's. */
static char *name_beside(const char *path, const char *name)
{
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;

    if (*name == '/' || slash == NULL)
        /* "-" is a file here, not standard input. */
        return mem_printf("%s%s", strcmp(name, "-") == 0 ? "./" : "", name);
    return mem_printf("%.*s/%s", (int)(slash - path), path, name);
}

/*
 * A name as the including file means it: beside that file, or, as those of
 * /etc/xen/auto are links, beside what it is a link to; the caller's.
 */
static char *path_beside(const struct open_file *file, const char *name)
{
    cleanup_free char *path =
        name_beside(file != NULL ? file->path : NULL, name);
    cleanup_free char *target = NULL;
    cleanup_free char *behind = NULL;

    if (file == NULL || access(path, F_OK) == 0)
        return steal(path);
    target = realpath(file->path, NULL);
    behind = name_beside(target, name);
    return target != NULL && access(behind, F_OK) == 0 ? steal(behind)
                                                       : steal(path);
}

static bool is_being_read(const struct open_file *file)
{
    const struct open_file *above = file->parent;

    for (; above != NULL; above = above->parent) {
        if (file->inode != 0 && above->inode == file->inode &&
            above->device == file->device)
            return true;
    }
    return false;
}

__attribute__((format(printf, 4, 5))) static void
refuse(struct reader *reader, const struct config_value *value,
       const char *hint, const char *format, ...)
{
    cleanup_free char *message = NULL;
    va_list args;

    va_start(args, format);
    message = config_diag_message(format, args);
    va_end(args);
    config_diag_add(reader->diags, CONFIG_ERROR, &value->place, hint,
                    "cannot include %s", message);
}

static bool may_include(struct reader *reader, const struct config_value *value,
                        const struct open_file *file)
{
    if (is_being_read(file)) {
        refuse(reader, value, "it would include itself without an end",
               "%s: it is being read", file->path);
        return false;
    }
    if (file->depth > MAX_INCLUDE_DEPTH) {
        refuse(reader, value, NULL, "%s: more than %d files deep", file->path,
               MAX_INCLUDE_DEPTH);
        return false;
    }
    if (S_ISFIFO(file->mode) || S_ISSOCK(file->mode) || S_ISCHR(file->mode) ||
        S_ISBLK(file->mode)) {
        /* One that has nothing to say would be waited for without an end. */
        refuse(reader, value, NULL, "%s: it is no file", file->path);
        return false;
    }
    if (reader->includes++ >= MAX_INCLUDES) {
        refuse(reader, value, NULL, "%s: more than %d files", file->path,
               MAX_INCLUDES);
        return false;
    }
    return true;
}

/* Takes the reference over. */
static void parse_text(struct reader *reader, struct config_text *text,
                       const struct open_file *file)
{
    const struct open_file *before = reader->file;
    size_t length;

    config_text_bytes(text, &length);
    reader->bytes += length;
    reader->file = file;
    config_tree_parse(reader->tree, text,
                      reader->includer.include ? &reader->includer : NULL,
                      reader->diags);
    reader->file = before;
    config_text_unref(text);
}

static bool may_take(struct reader *reader, const struct config_value *value,
                     const char *path, size_t length)
{
    if (length <= CONFIG_MAX_BYTES - reader->bytes)
        return true;
    refuse(reader, value, NULL, "%s: more than %d MiB altogether", path,
           CONFIG_MAX_BYTES / 1024 / 1024);
    return false;
}

static void include_file(struct reader *reader,
                         const struct config_value *value)
{
    cleanup_free char *path = path_beside(reader->file, value->u.atom.text);
    cleanup_error struct error err = ERROR_INIT;
    struct open_file file;
    size_t length;
    char *bytes;

    identify(&file, path, reader->file);
    if (!may_include(reader, value, &file))
        return;
    if (!may_take(reader, value, path, file.size))
        return;
    if (io_read_file(path, CONFIG_MAX_BYTES, &bytes, &length, &err) < 0) {
        refuse(reader, value, NULL, "%s", err.message);
        return;
    }
    if (!may_take(reader, value, path, length)) {
        free(bytes);
        return;
    }
    parse_text(reader, config_text_adopt(path, bytes, length, reader->texts++),
               &file);
}

static void include_value(struct config_includer *includer,
                          const struct config_value *value)
{
    struct reader *reader = reader_of(includer);
    const struct config_value *item;

    if (value->type == CONFIG_ATOM) {
        include_file(reader, value);
        return;
    }
    for (item = value->u.list.first; item != NULL; item = item->next) {
        if (item->type == CONFIG_ATOM)
            include_file(reader, item);
        else
            refuse(reader, item, "include = [ \"common.cfg\" ]", "a list");
    }
}

static const char *source_name(const struct config_source *source)
{
    if (source->path == NULL)
        return "(text)";
    if (source->text == NULL && strcmp(source->path, "-") == 0)
        return "standard input";
    return source->path;
}

/* The text asked for, a reference; NULL with err. */
static struct config_text *open_source(const struct config_source *source,
                                       unsigned int order, struct error *err)
{
    const char *name = source_name(source);
    size_t length;
    char *bytes;

    if (source->text == NULL) {
        if (io_read_file(source->path, CONFIG_MAX_BYTES, &bytes, &length, err) <
            0)
            return NULL;
        return config_text_adopt(name, bytes, length, order);
    }
    if (source->length > CONFIG_MAX_BYTES) {
        error_set(err, ERR_CONFIG, "%s: longer than %d MiB", name,
                  CONFIG_MAX_BYTES / 1024 / 1024);
        return NULL;
    }
    return config_text_borrow(name, source->text, source->length, order);
}

static void parse_overrides(struct reader *reader, const char *const *overrides)
{
    for (unsigned int i = 0; overrides[i] != NULL; i++) {
        cleanup_free char *name = mem_printf("command line argument %u", i + 1);

        parse_text(reader,
                   config_text_new(name, overrides[i], strlen(overrides[i]),
                                   reader->texts++),
                   NULL);
    }
}

int config_read(const struct config_source *source, struct config_tree **tree,
                struct config_diags *diags, struct error *err)
{
    struct reader reader = { .diags = diags };
    struct config_text *text;
    struct open_file file;

    *tree = NULL;
    text = open_source(source, reader.texts++, err);
    if (text == NULL)
        return -1;
    *tree = reader.tree = config_tree_new();
    if (!source->plain)
        reader.includer.include = include_value;
    identify(&file, source->path != NULL ? source->path : "", NULL);
    parse_text(&reader, text, &file);
    if (source->overrides != NULL)
        parse_overrides(&reader, source->overrides);
    return 0;
}
