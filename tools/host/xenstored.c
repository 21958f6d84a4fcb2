/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/xenstored.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <xenstore.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/number.h"
#include "host/no_answer.h"
#include "host/xenstore.h"

/* Sockets of a host with many programs. */
#define SOCKETS_LIMIT ((size_t)8 << 20)

/* Of net/unix/af_unix.c, unix_seq_show: SS_CONNECTED. */
#define CONNECTED "03"

static const char *const pid_files[] = { "/run/xen/xenstored.pid",
                                         "/run/xenstored.pid" };

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int measure_answer(double *seconds, struct error *err)
{
    cleanup_xenstore_reads struct xenstore_reads reads = { 0 };
    double begin = now();

    xenstore_reads_add(&reads, "/local/domain/0/name");
    int rc = xenstore_reads_run(&reads, err);
    *seconds = now() - begin;
    return rc;
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* "Num RefCount Protocol Flags Type St Inode Path" */
static bool is_connection(const char *line)
{
    char state[3] = "", path[128] = "";

    return sscanf(line, "%*s %*s %*s %*s %*s %2s %*s %127s", state, path) ==
               2 &&
           strcmp(state, CONNECTED) == 0 && ends_in(path, "/xenstored/socket");
}

unsigned int xenstored_count_connections(const char *text)
{
    cleanup_free char *copy = mem_strdup(text);
    unsigned int count = 0;

    for (char *next = copy, *line; (line = strsep(&next, "\n")) != NULL;)
        count += is_connection(line);
    return count;
}

/* VmRSS of a process that has this name; 0 if it has another. */
static uint64_t resident_of(uint32_t pid)
{
    cleanup_free char *path = mem_printf("/proc/%u/status", pid);
    cleanup_free char *text = NULL;
    size_t length;
    unsigned long kib = 0;

    if (io_read_file(path, 16384, &text, &length, NULL) < 0 ||
        strstr(text, "xenstored\n") == NULL)
        return 0;
    const char *line = strstr(text, "\nVmRSS:");
    return line != NULL && sscanf(line, "\nVmRSS: %lu", &kib) == 1
               ? (uint64_t)kib * 1024
               : 0;
}

static uint64_t find_resident(void)
{
    for (size_t i = 0; i < sizeof(pid_files) / sizeof(pid_files[0]); i++) {
        cleanup_free char *text = NULL;
        size_t length;
        uint32_t pid;
        if (io_read_file(pid_files[i], 32, &text, &length, NULL) < 0)
            continue;
        text[strcspn(text, "\n")] = '\0';
        if (number_parse_u32(text, &pid))
            return resident_of(pid);
    }
    return 0;
}

int xenstored_facts_read(struct xenstored_facts *facts, struct error *err)
{
    cleanup_free char *sockets = NULL;
    size_t length;

    *facts = (struct xenstored_facts){ 0 };
    if (io_read_file("/proc/net/unix", SOCKETS_LIMIT, &sockets, &length, err) <
        0)
        return -1;
    unsigned int connections = xenstored_count_connections(sockets);
    /* libxl's own for this command. */
    facts->connections = connections > 0 ? connections - 1 : 0;
    facts->resident_bytes = find_resident();
    return measure_answer(&facts->answer_seconds, err);
}

/* ---- shares ---- */

/* "nodes           :       35" (xenstored_domain.c, domain_get_quota). */
static bool parse_row(const char *text, const char *name, uint64_t *number)
{
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        unsigned long long value;
        char word[32];
        line += *line == '\n';
        if (sscanf(line, "%31[a-z-] : %llu", word, &value) == 2 &&
            strcmp(word, name) == 0) {
            *number = value;
            return true;
        }
    }
    return false;
}

bool xenstored_parse_share(const char *text, struct xenstored_share *share)
{
    *share = (struct xenstored_share){ 0 };
    share->known = parse_row(text, "nodes", &share->nodes) &&
                   parse_row(text, "watches", &share->watches) &&
                   parse_row(text, "transactions", &share->transactions) &&
                   parse_row(text, "outstanding", &share->outstanding) &&
                   parse_row(text, "memory", &share->memory_bytes);
    return share->known;
}

/* false: xenstored does not tell of any domain. */
static bool ask_share(struct xs_handle *xs, uint32_t domid,
                      struct xenstored_share *share)
{
    cleanup_free char *word = mem_printf("%u", domid);
    cleanup_free char *answer =
        xs_control_command(xs, "quota", word, (unsigned int)strlen(word) + 1);

    if (answer == NULL)
        return errno == ENOENT;
    return xenstored_parse_share(answer, share);
}

int xenstored_shares_read(const uint32_t *domids, size_t count,
                          struct xenstored_share *shares, struct error *err)
{
    struct xs_handle *xs = xs_open(0);

    if (xs == NULL)
        return no_answer(err);
    memset(shares, 0, count * sizeof(*shares));
    for (size_t i = 0; i < count; i++)
        if (!ask_share(xs, domids[i], &shares[i]))
            break;
    xs_close(xs);
    return 0;
}
