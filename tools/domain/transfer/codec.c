/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/codec.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/interrupt.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/strbuf.h"
#include "base/vec.h"

/* It has little to say. */
#define WORDS_KEEP ((size_t)64 << 10)

/* What either end keeps of earlier pages while a guest migrates. */
#define HISTORY "128m"

/* What each is started with, beside what the request says. */
static const char *const tasks[][4] = {
    [CODEC_PACK] = { "encode", "--bulk" },
    [CODEC_UNPACK] = { "decode", "--any" },
    [CODEC_SEND] = { "encode", "--history", HISTORY },
    [CODEC_RECEIVE] = { "decode", "--until-end" },
    [CODEC_RECEIVE_PLAIN] = { "decode", "--until-end", "--any" },
};

struct words {
    VEC(const char *) argv;
    char rate[24], stall[24], figures[24];
};

static void add_pair(struct words *words, const char *option, const char *value)
{
    VEC_PUSH(&words->argv, option);
    VEC_PUSH(&words->argv, value);
}

static const char *print(char text[24], uint64_t number)
{
    snprintf(text, 24, "%llu", (unsigned long long)number);
    return text;
}

static void make_words(const struct codec_request *request, struct words *words)
{
    bool packs = request->task == CODEC_PACK || request->task == CODEC_SEND;

    VEC_PUSH(&words->argv, PATHS_STREAM);
    for (const char *const *word = tasks[request->task]; *word != NULL; word++)
        VEC_PUSH(&words->argv, *word);
    VEC_PUSH(&words->argv, "--report");
    if (packs && request->compress != NULL)
        add_pair(words, "--compress", request->compress);
    if (request->rate > 0)
        add_pair(words, "--rate", print(words->rate, request->rate));
    if (request->stall > 0)
        add_pair(words, "--stall", print(words->stall, request->stall));
    if (request->ignore_rest)
        VEC_PUSH(&words->argv, "--ignore-rest");
    if (request->figures != NULL)
        add_pair(words, "--figures", print(words->figures, PROC_EXTRA_FD));
    VEC_PUSH(&words->argv, NULL);
}

int codec_start(const struct codec_request *request, int in, int out,
                struct proc_child *child, struct error *err)
{
    struct words words = { 0 };

    make_words(request, &words);
    struct proc proc = {
        .argv = words.argv.items,
        .input_fd = in,
        .extra_fd = request->figures != NULL ? request->figures->fd : 0,
    };
    int rc = proc_start(&proc, out, child, err);
    VEC_DISPOSE(&words.argv);
    return rc;
}

/* Where somebody else in this process collected it, that is fine. */
static void collect(struct proc_child *child)
{
    while (child->pid > 0 && waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    io_cleanup_close(&child->error_fd);
    *child = PROC_CHILD_INIT;
}

/* Reads to the end of what it says; -1 after an interrupt. */
static int read_words(int fd, struct strbuf *words, struct error *err)
{
    char block[4096];

    for (;;) {
        struct pollfd fds[] = {
            { .fd = fd, .events = POLLIN },
            { .fd = interrupt_fd(), .events = POLLIN },
        };
        if (poll(fds, 2, -1) < 0)
            continue; /* EINTR: the next turn sees the interrupt */
        if (fds[1].revents != 0)
            return error_set(err, ERR_FAILED, "interrupted");
        ssize_t got = read(fd, block, sizeof(block));
        if (got <= 0 || words->length > WORDS_KEEP)
            return 0;
        strbuf_add(words, block, (size_t)got);
    }
}

static bool parse_report(const struct strbuf *words,
                         struct codec_report *report)
{
    cleanup_json_value struct json_value *json = NULL;

    return words->length > 0 &&
           json_parse(words->text, words->length, &json, NULL) == 0 &&
           json_as_bool(json_get(json, "complete"), &report->complete) &&
           json_as_uint(json_get(json, "bytes"), &report->bytes) &&
           json_as_uint(json_get(json, "carried"), &report->carried);
}

/* It says "xn-stream: message", and maybe a hint on the next line. */
int codec_blame(const char *words, enum error_kind kind, struct error *err)
{
    static const char prefix[] = "xn-stream: ";

    if (words == NULL || strncmp(words, prefix, strlen(prefix)) != 0)
        return error_set(err, ERR_FAILED, "xn-stream ended without a word");
    const char *message = words + strlen(prefix);
    return error_set(err, kind, "%.*s", (int)strcspn(message, "\n"), message);
}

/* What it reads is a file's fault; what it cannot write is not. */
static enum error_kind kind_of(const char *words)
{
    if (words != NULL && strstr(words, ": stalled: ") != NULL)
        return ERR_TIMEOUT;
    if (words == NULL || strstr(words, ": cannot ") == NULL)
        return ERR_CONFIG;
    return strstr(words, strerror(ENOSPC)) != NULL ? ERR_SPACE : ERR_FAILED;
}

int codec_finish(struct proc_child *child, struct codec_report *report,
                 struct error *err)
{
    cleanup_strbuf struct strbuf words = { 0 };

    if (read_words(child->error_fd, &words, err) < 0) {
        codec_abandon(child);
        return -1;
    }
    collect(child);
    if (parse_report(&words, report))
        return 0;
    return codec_blame(words.text, kind_of(words.text), err);
}

void codec_abandon(struct proc_child *child)
{
    if (child->pid > 0)
        kill(child->pid, SIGKILL);
    collect(child);
}
