/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PVH: memory from the start info's map, the rest from Xen's parameters. */
#include <stdint.h>

#include <xen/arch-x86/cpuid.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>
#include <xen/sched.h>

#include "bytes.h"
#include "hypercall.h"
#include "machine.h"

void pvh_main(const struct hvm_start_info *info);

extern uint8_t image_end[];
static uint8_t shared_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static void fill_hypercall_page(void)
{
    uint32_t leaf, msr, ebx, ecx, edx;

    /* Xen's leaves begin here, or some 256s further on. */
    for (leaf = XEN_CPUID_FIRST_LEAF; leaf < XEN_CPUID_FIRST_LEAF + 0x10000;
         leaf += 0x100) {
        __asm__ volatile("cpuid"
                         : "=a"(msr), "=b"(ebx), "=c"(ecx), "=d"(edx)
                         : "a"(leaf), "c"(0));
        if (ebx == XEN_CPUID_SIGNATURE_EBX && ecx == XEN_CPUID_SIGNATURE_ECX &&
            edx == XEN_CPUID_SIGNATURE_EDX)
            break;
    }
    __asm__ volatile("cpuid"
                     : "=a"(msr), "=b"(ebx), "=c"(ecx), "=d"(edx)
                     : "a"(leaf + 2), "c"(0));
    __asm__ volatile("wrmsr"
                     :
                     : "c"(ebx), "a"((uint32_t)(uint64_t)hypercall_page), "d"(0)
                     : "memory");
}

static uint64_t get_parameter(uint32_t index)
{
    struct xen_hvm_param param = { .domid = DOMID_SELF, .index = index };

    if (hypercall(__HYPERVISOR_hvm_op, HVMOP_get_param, (uint64_t)&param, 0,
                  0) != 0)
        machine_shut_down(SHUTDOWN_crash);
    return param.value;
}

static void map_shared_page(struct machine *machine)
{
    struct xen_add_to_physmap add = { .domid = DOMID_SELF,
                                      .space = XENMAPSPACE_shared_info,
                                      .gpfn =
                                          (uint64_t)shared_page / PAGE_SIZE };

    if (hypercall(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, (uint64_t)&add,
                  0, 0) != 0)
        machine_shut_down(SHUTDOWN_crash);
    machine->shared = (struct shared_info *)shared_page;
}

static void connect(struct machine *machine)
{
    map_shared_page(machine);
    machine->console =
        (struct xencons_interface *)(get_parameter(HVM_PARAM_CONSOLE_PFN) *
                                     PAGE_SIZE);
    machine->store =
        (struct xenstore_domain_interface *)(get_parameter(
                                                 HVM_PARAM_STORE_PFN) *
                                             PAGE_SIZE);
    machine->console_port = (uint32_t)get_parameter(HVM_PARAM_CONSOLE_EVTCHN);
    machine->store_port = (uint32_t)get_parameter(HVM_PARAM_STORE_EVTCHN);
}

/* The memory behind the image, to the end of the area that the image is in. */
static void find_memory(struct machine *machine,
                        const struct hvm_start_info *info)
{
    const struct hvm_memmap_table_entry *map =
        (const struct hvm_memmap_table_entry *)info->memmap_paddr;
    uint64_t first = (uint64_t)image_end;

    for (uint32_t i = 0; info->version > 0 && i < info->memmap_entries; i++) {
        uint64_t end = map[i].addr + map[i].size;
        if (map[i].type != XEN_HVM_MEMMAP_TYPE_RAM || map[i].addr > first ||
            end <= first)
            continue;
        machine->memory = image_end;
        machine->pages = (end - first) / PAGE_SIZE;
    }
}

static bool suspend(struct machine *machine)
{
    struct sched_shutdown shutdown = { .reason = SHUTDOWN_suspend };
    bool moved = hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown,
                           (uint64_t)&shutdown, 0, 0) == 0;

    if (moved)
        connect(machine);
    return moved;
}

void pvh_main(const struct hvm_start_info *info)
{
    static struct machine machine = { .kind = "pvh", .suspend = suspend };
    const char *line = (const char *)info->cmdline_paddr;
    size_t length = line == NULL ? 0 : strlen(line);

    if (length >= sizeof(machine.command_line))
        length = sizeof(machine.command_line) - 1;
    memcpy(machine.command_line, line, length);
    find_memory(&machine, info); /* the map is overwritten later on */
    fill_hypercall_page();
    connect(&machine);
    guest_main(&machine);
}
