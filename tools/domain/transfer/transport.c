/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "domain/transfer/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "domain/transfer/handover.h"

/* What the receiver may take to clear away what it made, ms. */
#define END_PATIENCE_MS 10000
#define POLL_MS 10

/* Whichever receiver there is says which one it is (handover.h). */
#define ASK_RECEIVER "'if command -v xn >/dev/null; then"
#define ASK_ELSE "; else"
#define ASK_END "; fi'"

/* ---- the line ------------------------------------------------------------ */

static void add_receiver(const struct transport_request *request,
                         const char *program, struct strbuf *line)
{
    strbuf_printf(line, " %s%s", program,
                  request->carriage_returns ? " -t" : "");
    if (request->verbosity > 0)
        strbuf_puts(line, " -");
    for (unsigned int i = 0; i < request->verbosity; i++)
        strbuf_puts(line, "v");
    strbuf_printf(line, " migrate-receive%s%s%s", request->nobody ? " -e" : "",
                  request->debug ? " -d" : "", request->paused ? " -p" : "");
}

static void add_ours(const struct transport_request *request,
                     const char *program, struct strbuf *line)
{
    add_receiver(request, program, line);
    strbuf_printf(line, " --handshake %d", HANDOVER_VERSION);
}

char *transport_line(const struct transport_request *request)
{
    const char *command = request->command ? request->command : "ssh";
    struct strbuf line = { 0 };

    if (command[0] == '\0')
        return mem_strdup(request->host);
    strbuf_printf(&line, "exec %s %s", command, request->host);
    if (request->receiver == TRANSPORT_EITHER) {
        strbuf_puts(&line, " " ASK_RECEIVER);
        add_ours(request, "exec xn", &line);
        strbuf_puts(&line, ASK_ELSE);
        add_receiver(request, "exec xl", &line);
        strbuf_puts(&line, ASK_END);
    } else if (request->receiver == TRANSPORT_OURS) {
        add_ours(request, "xn", &line);
    } else {
        add_receiver(request, "xl", &line);
    }
    return strbuf_take(&line);
}

char *transport_question(const char *command, const char *host,
                         const char *words)
{
    const char *program = command != NULL ? command : "ssh";

    if (host == NULL || program[0] == '\0' || strchr(program, '#') != NULL)
        return NULL;
    return mem_printf("exec %s %s xn migrate-receive %s", program, host, words);
}

int transport_ask(const char *command, const char *host, const char *words,
                  int64_t patience, struct proc_result *result,
                  struct error *err)
{
    cleanup_free char *line = transport_question(command, host, words);
    const char *const argv[] = { "sh", "-c", line, NULL };
    struct proc proc = { .argv = argv,
                         .timeout_ms = patience,
                         .interruptible = true };

    if (line == NULL)
        return error_set(err, ERR_HOST,
                         "there is no way to ask the other host");
    if (proc_run_ok(&proc, result, err) == 0)
        return 0;
    if (err != NULL)
        err->kind = ERR_HOST;
    return error_context(err, "asking %s", host);
}

/* Ours says a number; what else a command may print is none. */
void transport_settle_receiver(struct transport_request *request)
{
    cleanup_proc_result struct proc_result result = { 0 };
    uint64_t room;

    if (request->receiver != TRANSPORT_ASK)
        return;
    request->receiver = TRANSPORT_XL;
    if (transport_ask(request->command, request->host, "--room",
                      TRANSPORT_ANSWER_MS, &result, NULL) < 0 ||
        result.out.text == NULL)
        return;
    result.out.text[strcspn(result.out.text, "\n")] = '\0';
    if (number_parse_u64(result.out.text, UINT64_MAX, &room))
        request->receiver = TRANSPORT_OURS;
}

/* ---- the process --------------------------------------------------------- */

/* System calls only: the caller may have threads. */
static void become_shell(const char *line, int in, int out)
{
    const char *const argv[] = { "sh", "-c", line, NULL };
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_DFL);
    if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
        execv("/bin/sh", (char *const *)argv);
    _exit(127);
}

int transport_start(const char *line, struct transport *transport,
                    struct error *err)
{
    int there[2], back[2];

    *transport = TRANSPORT_INIT;
    if (pipe2(there, O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    cleanup_close int their_in = there[0];
    cleanup_close int our_out = there[1];
    if (pipe2(back, O_CLOEXEC) < 0)
        return error_set_errno(err, ERR_FAILED, errno, "pipe");
    cleanup_close int our_in = back[0];
    cleanup_close int their_out = back[1];

    pid_t pid = fork();
    if (pid == 0)
        become_shell(line, their_in, their_out);
    if (pid < 0)
        return error_set_errno(err, ERR_FAILED, errno, "fork");
    *transport = (struct transport){ .pid = pid,
                                     .in = io_steal_fd(&our_in),
                                     .out = io_steal_fd(&our_out) };
    return 0;
}

/* true once it is reaped, or was by somebody else. */
static bool has_ended(pid_t pid, int *status)
{
    pid_t got = waitpid(pid, status, WNOHANG);

    return got == pid || (got < 0 && errno == ECHILD);
}

static bool wait_for_end(pid_t pid, int *status, int64_t milliseconds)
{
    int64_t until = clock_deadline(milliseconds);

    while (!has_ended(pid, status)) {
        if (clock_is_past(until))
            return false;
        clock_sleep_ms(POLL_MS);
    }
    return true;
}

bool transport_end(struct transport *transport)
{
    int status = 0;

    io_cleanup_close(&transport->out);
    if (transport->pid > 0 &&
        !wait_for_end(transport->pid, &status, END_PATIENCE_MS)) {
        log_warn("the connection does not end by itself and is cut");
        kill(transport->pid, SIGKILL);
        wait_for_end(transport->pid, &status, END_PATIENCE_MS);
    }
    io_cleanup_close(&transport->in);
    *transport = TRANSPORT_INIT;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
