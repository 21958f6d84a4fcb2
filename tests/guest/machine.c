/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>

#include "machine.h"

#include <xen/event_channel.h>
#include <xen/sched.h>

#include "hypercall.h"

/* Xen changes these under an odd version: xen/xen.h, vcpu_time_info. */
uint64_t machine_now(const struct machine *machine)
{
    const volatile struct vcpu_time_info *time =
        &machine->shared->vcpu_info[0].time;
    uint32_t version, low, high;
    uint64_t ticks, now;

    do {
        version = time->version;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
        ticks = ((uint64_t)high << 32 | low) - time->tsc_timestamp;
        if (time->tsc_shift < 0)
            ticks >>= -time->tsc_shift;
        else
            ticks <<= time->tsc_shift;
        now = time->system_time +
              (uint64_t)((unsigned __int128)ticks * time->tsc_to_system_mul >>
                         32);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
    } while ((version & 1) != 0 || version != time->version);
    return now;
}

void machine_notify(uint32_t port)
{
    struct evtchn_send send = { .port = port };

    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_send, (uint64_t)&send, 0,
              0);
}

static void take_event(struct machine *machine, uint32_t port)
{
    unsigned long *word = &machine->shared->evtchn_pending[port / 64];

    __atomic_fetch_and(word, ~(1UL << port % 64), __ATOMIC_SEQ_CST);
}

void machine_wait(struct machine *machine, uint64_t until)
{
    evtchn_port_t ports[] = { machine->console_port, machine->store_port };
    struct sched_poll poll = { .nr_ports = 2, .timeout = until };

    set_xen_guest_handle(poll.ports, ports);
    hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (uint64_t)&poll, 0, 0);
    take_event(machine, machine->console_port);
    take_event(machine, machine->store_port);
}

_Noreturn void machine_shut_down(unsigned int reason)
{
    struct sched_shutdown shutdown = { .reason = reason };

    for (;;)
        hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (uint64_t)&shutdown,
                  0, 0);
}
