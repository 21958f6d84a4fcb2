/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xnd/control.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/paths.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "xnd/events.h"
#include "xnd/guests.h"
#include "xnd/journal.h"
#include "xnd/rules.h"
#include "xnd/told.h"

/* Of docs/xnd-protocol.md. */
#define PROTOCOL 1
#define LINE_LIMIT ((size_t)64 << 10)
/* Events that wait for one subscriber; answers still fit in beside them. */
#define EVENTS_LIMIT (LINE_LIMIT / 2)
#define CLIENT_LIMIT 256u
#define BACKLOG 64

struct client {
    uv_pipe_t pipe;
    struct xnd *xnd;
    struct strbuf input; /* of the line under way */
    bool subscribed;
    uint64_t lost; /* events that it did not get and was not told of yet */
    char block[4096];
};

struct control {
    uv_pipe_t listener;
    VEC(struct client *) clients;
};

/* A line on its way. */
struct sending {
    uv_write_t write;
    struct client *client;
    char *text;
};

/* ---- clients come and go ---- */

static void client_free(uv_handle_t *handle)
{
    struct client *client = handle->data;

    strbuf_dispose(&client->input);
    free(client);
}

static bool has_subscribers(const struct control *control)
{
    VEC_EACH (&control->clients, client)
        if ((*client)->subscribed)
            return true;
    return false;
}

static void drop_client(struct client *client)
{
    struct control *control = client->xnd->control;

    if (uv_is_closing((uv_handle_t *)&client->pipe))
        return;
    for (size_t i = 0; i < control->clients.count; i++)
        if (control->clients.items[i] == client) {
            control->clients.items[i] =
                control->clients.items[--control->clients.count];
            break;
        }
    uv_close((uv_handle_t *)&client->pipe, client_free);
    if (!has_subscribers(control))
        events_close(client->xnd);
    xnd_reconsider(client->xnd);
}

static bool is_root(struct client *client)
{
    struct ucred peer = { .uid = (uid_t)-1 };
    socklen_t length = sizeof(peer);
    uv_os_fd_t fd;

    return uv_fileno((uv_handle_t *)&client->pipe, &fd) == 0 &&
           getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
           peer.uid == 0;
}

/* ---- requests ---- */

static int do_adopt(struct client *client, const struct json_value *request,
                    struct json_writer *answer, struct error *err)
{
    uint64_t domid;

    if (!json_as_uint(json_get(request, "domid"), &domid) || domid == 0 ||
        domid >= (uint64_t)(uint32_t)INVALID_DOMID)
        return error_set(err, ERR_USAGE, "adopt needs a domid");
    return guests_adopt(client->xnd, (uint32_t)domid, err);
}

static int do_hold(struct client *client, const struct json_value *request,
                   struct json_writer *answer, struct error *err)
{
    return 0;
}

static int do_look(struct client *client, const struct json_value *request,
                   struct json_writer *answer, struct error *err)
{
    events_look(client->xnd);
    return 0;
}

static int do_reload(struct client *client, const struct json_value *request,
                     struct json_writer *answer, struct error *err)
{
    size_t count;

    if (rules_reload(client->xnd, &count, err) < 0) {
        journal_warn("watch rules: %s", err->message);
        return -1;
    }
    json_add_uint(answer, "rules", count);
    return 0;
}

static int do_retire(struct client *client, const struct json_value *request,
                     struct json_writer *answer, struct error *err)
{
    if (!client->xnd->transient)
        return error_set(err, ERR_STATE, "this xnd is here to stay");
    journal("another xnd takes over");
    xnd_stop(client->xnd, false);
    return 0;
}

static int do_status(struct client *client, const struct json_value *request,
                     struct json_writer *answer, struct error *err)
{
    struct xnd *xnd = client->xnd;

    json_add_int(answer, "pid", getpid());
    json_add_bool(answer, "transient", xnd->transient);
    json_add_uint(answer, "workers", xnd->workers);
    json_key(answer, "guests");
    guests_report(xnd, answer);
    return 0;
}

static int do_subscribe(struct client *client, const struct json_value *request,
                        struct json_writer *answer, struct error *err)
{
    if (events_open(client->xnd, err) < 0)
        return -1;
    client->subscribed = true;
    return 0;
}

static int do_tell(struct client *client, const struct json_value *request,
                   struct json_writer *answer, struct error *err)
{
    cleanup_json_writer struct json_writer *event = json_writer_new(0);

    if (told_write(request, event, err) < 0)
        return -1;
    control_publish(client->xnd, json_text(event, NULL));
    return 0;
}

/* A request that succeeds may add to the answer; one that fails must not. */
static const struct request {
    const char *name;
    int (*run)(struct client *client, const struct json_value *request,
               struct json_writer *answer, struct error *err);
} requests[] = {
    { "adopt", do_adopt },         { "hold", do_hold },
    { "look", do_look },           { "reload", do_reload },
    { "retire", do_retire },       { "status", do_status },
    { "subscribe", do_subscribe }, { "tell", do_tell },
};

/* Requests say no version while they mean what they meant in the first. */
static int check_protocol(const struct json_value *request, struct error *err)
{
    const struct json_value *protocol = json_get(request, "protocol");
    uint64_t version;

    if (protocol == NULL ||
        (json_as_uint(protocol, &version) && version <= PROTOCOL))
        return 0;
    return error_set(err, ERR_USAGE, "this xnd speaks protocol %d", PROTOCOL);
}

static int run_request(struct client *client, const char *line, size_t length,
                       struct json_writer *answer, struct error *err)
{
    cleanup_json_value struct json_value *json = NULL;

    if (json_parse(line, length, &json, err) < 0 ||
        check_protocol(json, err) < 0)
        return -1;
    const char *name = json_as_string(json_get(json, "request"));
    for (size_t i = 0; name != NULL && i < sizeof(requests) / sizeof(*requests);
         i++)
        if (strcmp(name, requests[i].name) == 0)
            return requests[i].run(client, json, answer, err);
    return error_set(err, ERR_USAGE, "no such request");
}

/* ---- answers ---- */

static void line_sent(uv_write_t *write, int status);

/* Takes the text over. */
static void send_line(struct client *client, char *text)
{
    struct sending *sending = MEM_NEW(struct sending);

    sending->client = client;
    sending->text = text;
    sending->write.data = sending;
    uv_buf_t buf = uv_buf_init(text, (unsigned int)strlen(text));
    if (uv_write(&sending->write, (uv_stream_t *)&client->pipe, &buf, 1,
                 line_sent) != 0) {
        free(text);
        free(sending);
        drop_client(client);
    }
}

static size_t waiting_bytes(const struct client *client)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&client->pipe);
}

/* Once there is room again. */
static void tell_of_lost_events(struct client *client)
{
    uint64_t lost = client->lost;

    if (lost == 0 || waiting_bytes(client) > EVENTS_LIMIT / 2)
        return;
    client->lost = 0;
    send_line(client,
              mem_printf("{\"event\":\"lost\",\"count\":%" PRIu64 "}\n", lost));
}

static void line_sent(uv_write_t *write, int status)
{
    struct sending *sending = write->data;
    struct client *client = sending->client;

    free(sending->text);
    free(sending);
    if (status == UV_ECANCELED)
        return;
    if (status < 0)
        drop_client(client);
    else
        tell_of_lost_events(client);
}

static void send_answer(struct client *client, struct json_writer *answer)
{
    send_line(client, mem_printf("%s\n", json_text(answer, NULL)));
}

static void send_event(struct client *client, const char *line)
{
    if (client->lost > 0 || waiting_bytes(client) > EVENTS_LIMIT)
        client->lost++;
    else
        send_line(client, mem_printf("%s\n", line));
}

void control_publish(struct xnd *xnd, const char *line)
{
    struct control *control = xnd->control;

    /* Backwards: one that cannot be written to leaves the list. */
    for (size_t i = control->clients.count; i-- > 0;)
        if (i < control->clients.count && control->clients.items[i]->subscribed)
            send_event(control->clients.items[i], line);
}

static void begin_answer(struct json_writer *answer, bool ok)
{
    json_begin_object(answer);
    json_add_bool(answer, "ok", ok);
    json_add_uint(answer, "protocol", PROTOCOL);
}

static void answer_line(struct client *client, const char *line, size_t length)
{
    cleanup_json_writer struct json_writer *answer = json_writer_new(0);
    cleanup_json_writer struct json_writer *more = json_writer_new(0);
    cleanup_error struct error err = ERROR_INIT;

    begin_answer(more, true);
    int rc = run_request(client, line, length, more, &err);
    json_end_object(more);
    if (rc == 0) {
        send_answer(client, more);
        return;
    }
    begin_answer(answer, false);
    json_add_string(answer, "error", err.message);
    json_end_object(answer);
    send_answer(client, answer);
}

/* ---- input ---- */

static void take_lines(struct client *client)
{
    struct strbuf *input = &client->input;
    size_t begin = 0;
    char *end;

    while (!uv_is_closing((uv_handle_t *)&client->pipe) &&
           (end = memchr(input->text + begin, '\n', input->length - begin)) !=
               NULL) {
        size_t length = (size_t)(end - input->text) - begin;
        answer_line(client, input->text + begin, length);
        begin += length + 1;
    }
    input->length -= begin;
    memmove(input->text, input->text + begin, input->length);
    input->text[input->length] = '\0';
}

static void give_block(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct client *client = handle->data;

    *buf = uv_buf_init(client->block, sizeof(client->block));
}

static void input_came(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    struct client *client = stream->data;

    if (got < 0) {
        drop_client(client);
        return;
    }
    strbuf_add(&client->input, buf->base, (size_t)got);
    if (got > 0)
        take_lines(client);
    /* Neither a line without end nor answers that nobody reads. */
    if (client->input.length > LINE_LIMIT ||
        uv_stream_get_write_queue_size(stream) > LINE_LIMIT) {
        journal_warn("a client of the control socket is dropped: too much");
        drop_client(client);
    }
}

static void client_came(uv_stream_t *listener, int status)
{
    struct xnd *xnd = listener->data;
    struct client *client = MEM_NEW(struct client);

    uv_pipe_init(&xnd->loop, &client->pipe, 0);
    client->xnd = xnd;
    client->pipe.data = client;
    VEC_PUSH(&xnd->control->clients, client);
    if (status != 0 || uv_accept(listener, (uv_stream_t *)&client->pipe) != 0 ||
        !is_root(client) || xnd->control->clients.count > CLIENT_LIMIT ||
        uv_read_start((uv_stream_t *)&client->pipe, give_block, input_came) !=
            0)
        drop_client(client);
    xnd_reconsider(xnd);
}

/* ---- the socket ---- */

int control_open(struct xnd *xnd, struct error *err)
{
    struct control *control = MEM_NEW(struct control);

    xnd->control = control;
    uv_pipe_init(&xnd->loop, &control->listener, 0);
    control->listener.data = xnd;
    unlink(PATHS_XND_SOCKET);
    int rc = uv_pipe_bind(&control->listener, PATHS_XND_SOCKET);
    if (rc == 0 && chmod(PATHS_XND_SOCKET, 0600) < 0)
        rc = -errno;
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&control->listener, BACKLOG, client_came);
    if (rc != 0)
        return error_set(err, ERR_FAILED, "%s: %s", PATHS_XND_SOCKET,
                         uv_strerror(rc));
    return 0;
}

static void control_free(uv_handle_t *handle)
{
    struct control *control = (struct control *)handle;

    VEC_DISPOSE(&control->clients);
    free(control);
}

void control_close(struct xnd *xnd)
{
    struct control *control = xnd->control;

    if (control == NULL)
        return;
    unlink(PATHS_XND_SOCKET);
    while (control->clients.count > 0)
        drop_client(control->clients.items[0]);
    xnd->control = NULL;
    uv_close((uv_handle_t *)&control->listener, control_free);
}

size_t control_clients(const struct xnd *xnd)
{
    return xnd->control->clients.count;
}
