/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "terminal.h"

#include "bytes.h"

#define MILLISECOND 1000000
#define PATIENCE 1000 /* milliseconds */

static bool wait_for_space(struct machine *machine)
{
    struct xencons_interface *ring = machine->console;

    for (int i = 0; i < PATIENCE; i++) {
        uint32_t read = __atomic_load_n(&ring->out_cons, __ATOMIC_ACQUIRE);
        if (ring->out_prod - read < sizeof(ring->out))
            return true;
        machine_notify(machine->console_port);
        machine_wait(machine, machine_now(machine) + MILLISECOND);
    }
    return false;
}

void terminal_print(struct machine *machine, const char *text)
{
    struct xencons_interface *ring = machine->console;

    for (; *text != '\0' && wait_for_space(machine); text++) {
        ring->out[ring->out_prod % sizeof(ring->out)] = *text;
        __atomic_store_n(&ring->out_prod, ring->out_prod + 1, __ATOMIC_RELEASE);
    }
    machine_notify(machine->console_port);
}

void terminal_print_number(struct machine *machine, uint64_t number)
{
    char digits[21];
    char *first = digits + sizeof(digits) - 1;

    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    terminal_print(machine, first);
}

bool terminal_has_input(const struct machine *machine)
{
    const struct xencons_interface *ring = machine->console;

    return __atomic_load_n(&ring->in_prod, __ATOMIC_ACQUIRE) != ring->in_cons;
}

bool terminal_read(struct machine *machine, struct terminal_line *line)
{
    struct xencons_interface *ring = machine->console;

    while (terminal_has_input(machine)) {
        char byte = ring->in[ring->in_cons % sizeof(ring->in)];
        __atomic_store_n(&ring->in_cons, ring->in_cons + 1, __ATOMIC_RELEASE);
        if (byte == '\n' || byte == '\r') {
            line->text[line->length] = '\0';
            line->length = 0;
            machine_notify(machine->console_port);
            return true;
        }
        if (line->length < sizeof(line->text) - 1)
            line->text[line->length++] = byte;
    }
    return false;
}
