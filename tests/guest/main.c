/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test guest: a few KiB that come up in no time, say GUEST-UP on the
 * console, obey control/shutdown, and write to memory as they are told. Words
 * on the command line and lines on the console are those of load.h and
 * garbage.h.
 */
#include <stdint.h>

#include <xen/sched.h>

#include "bytes.h"
#include "garbage.h"
#include "load.h"
#include "machine.h"
#include "store.h"
#include "terminal.h"

#define SHUTDOWN_NODE "control/shutdown"
#define TICK 10000000 /* nanoseconds between two looks at a rate */

struct guest {
    struct machine *machine;
    struct store store;
    struct load load;
    struct garbage garbage;
    struct terminal_line line;
};

static void report(struct guest *guest, const char *event)
{
    struct machine *machine = guest->machine;

    terminal_print(machine, event);
    terminal_print(machine, " ");
    terminal_print(machine, machine->kind);
    terminal_print(machine, " pages=");
    terminal_print_number(machine, machine->pages);
    terminal_print(machine, " dirty=");
    terminal_print_number(machine, guest->load.rate);
    terminal_print(machine, guest->load.random ? " fill=random" : " fill=zero");
    terminal_print(machine, "\r\n");
}

/* false if a word is unknown; the others are obeyed. */
static bool obey_words(struct guest *guest, const char *text)
{
    bool known = true;

    while (*text != '\0') {
        size_t length = 0;
        while (text[length] != '\0' && text[length] != ' ')
            length++;
        if (length > 0)
            known &= load_obey(&guest->load, text, length) ||
                     garbage_obey(&guest->garbage, text, length);
        text += length + (text[length] == ' ');
    }
    return known;
}

static bool same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b)
        a++, b++;
    return *a == *b;
}

static void suspend(struct guest *guest)
{
    bool moved = guest->machine->suspend(guest->machine);

    guest->load.since = machine_now(guest->machine);
    if (moved) {
        store_forget(&guest->store);
        store_watch(&guest->store, SHUTDOWN_NODE);
    }
    report(guest, moved ? "RESUMED" : "CANCELLED");
}

static void obey_request(struct guest *guest)
{
    char request[STORE_VALUE_SIZE];

    guest->store.changed = false;
    store_read(&guest->store, SHUTDOWN_NODE, request);
    if (request[0] == '\0')
        return;
    store_write(&guest->store, SHUTDOWN_NODE, ""); /* seen */
    if (same(request, "poweroff") || same(request, "halt"))
        machine_shut_down(SHUTDOWN_poweroff);
    if (same(request, "reboot"))
        machine_shut_down(SHUTDOWN_reboot);
    if (same(request, "crash"))
        machine_shut_down(SHUTDOWN_crash);
    if (same(request, "suspend"))
        suspend(guest);
}

static void obey_console(struct guest *guest)
{
    while (terminal_read(guest->machine, &guest->line))
        report(guest, obey_words(guest, guest->line.text) ? "OK" : "UNKNOWN");
}

static bool is_busy(const struct guest *guest)
{
    return guest->load.rate > 0 || guest->garbage.rate > 0;
}

_Noreturn void guest_main(struct machine *machine)
{
    static struct guest guest = { .load = LOAD_INIT };

    guest.machine = machine;
    guest.store.machine = machine;
    guest.load.memory = machine->memory;
    guest.load.pages = machine->pages;
    obey_words(&guest, machine->command_line);
    guest.load.since = machine_now(machine);
    store_watch(&guest.store, SHUTDOWN_NODE);
    report(&guest, "GUEST-UP");
    for (;;) {
        uint64_t now = machine_now(machine);
        store_look(&guest.store);
        if (guest.store.changed)
            obey_request(&guest);
        obey_console(&guest);
        load_run(&guest.load, now);
        garbage_run(&guest.garbage, &guest.store, now);
        /* What comes from here on leaves an event: then there is no sleep. */
        if (!store_has_news(&guest.store) && !terminal_has_input(machine))
            machine_wait(machine, is_busy(&guest) ? now + TICK : 0);
    }
}
