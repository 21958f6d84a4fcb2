/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PV: the domain builder has mapped the image and what belongs to it; the rest
 * of the memory is mapped here. Frame numbers: pfn is the guest's own, mfn the
 * machine's; p2m (start_info's mfn_list) leads from one to the other.
 */
#include <stdint.h>

#include <xen/memory.h>
#include <xen/sched.h>

#include "bytes.h"
#include "hypercall.h"
#include "machine.h"

#define ENTRIES 512
#define ENTRY_FLAGS 0x67UL /* present, writable, user, accessed, dirty */
#define READ_ONLY_FLAGS 0x65UL
#define FRAME_MASK 0x000ffffffffff000UL
#define MOST_PAGES (ENTRIES * ENTRIES) /* what one frame list can tell */

void pv_main(struct start_info *info);

typedef unsigned long frame_page[ENTRIES] __attribute__((aligned(PAGE_SIZE)));

static uint8_t shared_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static frame_page frame_list, frame_list_list;

static struct start_info *start_info;
static unsigned long *p2m;
static size_t page_count;

static void require(long result)
{
    if (result != 0)
        machine_shut_down(SHUTDOWN_crash);
}

static unsigned long mfn_of(const void *address)
{
    return p2m[(unsigned long)address / PAGE_SIZE];
}

static void *page_of(unsigned long mfn)
{
    /* Nothing that is looked for is at the address 0. */
    for (size_t pfn = 1; pfn < page_count; pfn++)
        if (p2m[pfn] == mfn)
            return (void *)(pfn * PAGE_SIZE);
    machine_shut_down(SHUTDOWN_crash);
}

static void map_page(const void *address, unsigned long entry)
{
    require(hypercall(__HYPERVISOR_update_va_mapping, (uint64_t)address, entry,
                      UVMF_INVLPG, 0));
}

/* slot: in a page table, which only Xen may write to. */
static void set_entry(const unsigned long *slot, unsigned long entry)
{
    unsigned long offset = (unsigned long)slot % PAGE_SIZE;
    struct mmu_update update = { .ptr = mfn_of(slot) * PAGE_SIZE + offset,
                                 .val = entry };

    require(hypercall(__HYPERVISOR_mmu_update, (uint64_t)&update, 1, 0,
                      DOMID_SELF));
}

static unsigned long *next_table(unsigned long entry)
{
    return page_of((entry & FRAME_MASK) / PAGE_SIZE);
}

static unsigned long entry_for(size_t pfn)
{
    return pfn < page_count ? p2m[pfn] * PAGE_SIZE | ENTRY_FLAGS : 0;
}

/* The rest of a table that the domain builder has begun. */
static void complete_table(const unsigned long *table, size_t pfn)
{
    for (size_t i = 0; i < ENTRIES && pfn + i < page_count; i++)
        if ((table[i] & 1) == 0)
            set_entry(&table[i], entry_for(pfn + i));
}

/* Makes the page a table that maps the memory from pfn on. */
static void make_table(unsigned long *table, const unsigned long *slot,
                       size_t pfn)
{
    for (size_t i = 0; i < ENTRIES; i++)
        table[i] = entry_for(pfn + i);
    map_page(table, mfn_of(table) * PAGE_SIZE | READ_ONLY_FLAGS);
    set_entry(slot, mfn_of(table) * PAGE_SIZE | ENTRY_FLAGS);
}

/*
 * Maps the memory from the first free page on, up to 1 GiB; the tables for it
 * are taken from its begin, which is mapped by then.
 */
static void map_memory(struct machine *machine)
{
    size_t first = start_info->pt_base / PAGE_SIZE + start_info->nr_pt_frames +
                   1; /* and the first stack */
    const unsigned long *l4 = (const unsigned long *)start_info->pt_base;
    const unsigned long *l2 = next_table(next_table(l4[0])[0]);

    for (size_t pfn = first / ENTRIES * ENTRIES; pfn < page_count;
         pfn += ENTRIES) {
        const unsigned long *slot = &l2[pfn / ENTRIES];
        if ((*slot & 1) != 0)
            complete_table(next_table(*slot), pfn);
        else
            make_table((unsigned long *)(first++ * PAGE_SIZE), slot, pfn);
    }
    machine->memory = (uint8_t *)(first * PAGE_SIZE);
    machine->pages = page_count > first ? page_count - first : 0;
}

/* Who saves the domain finds its memory by this. */
static void publish_frames(struct machine *machine)
{
    struct arch_shared_info *arch = &machine->shared->arch;

    for (size_t i = 0; i * ENTRIES < page_count; i++)
        frame_list[i] = mfn_of(p2m + i * ENTRIES);
    frame_list_list[0] = mfn_of(frame_list);
    arch->max_pfn = page_count;
    arch->pfn_to_mfn_frame_list_list = mfn_of(frame_list_list);
}

static void connect(struct machine *machine)
{
    map_page(shared_page, start_info->shared_info | ENTRY_FLAGS);
    machine->shared = (struct shared_info *)shared_page;
    machine->console = page_of(start_info->console.domU.mfn);
    machine->store = page_of(start_info->store_mfn);
    machine->console_port = start_info->console.domU.evtchn;
    machine->store_port = start_info->store_evtchn;
    publish_frames(machine);
}

/* In a saved image frames are the guest's own, and no page is Xen's. */
static bool suspend(struct machine *machine)
{
    struct sched_shutdown shutdown = { .reason = SHUTDOWN_suspend };

    start_info->store_mfn = (unsigned long)machine->store / PAGE_SIZE;
    start_info->console.domU.mfn =
        (uint32_t)((unsigned long)machine->console / PAGE_SIZE);
    map_page(shared_page, 0);
    bool moved = hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown,
                           (uint64_t)&shutdown, mfn_of(start_info), 0) == 0;
    if (!moved) {
        start_info->store_mfn = mfn_of(machine->store);
        start_info->console.domU.mfn = (uint32_t)mfn_of(machine->console);
    }
    connect(machine);
    return moved;
}

void pv_main(struct start_info *info)
{
    static struct machine machine = { .kind = "pv", .suspend = suspend };
    size_t length = 0;

    start_info = info;
    p2m = (unsigned long *)info->mfn_list;
    page_count = info->nr_pages < MOST_PAGES ? info->nr_pages : MOST_PAGES;
    while (length < sizeof(machine.command_line) - 1 &&
           length < sizeof(info->cmd_line) && info->cmd_line[length] != 0)
        length++;
    memcpy(machine.command_line, info->cmd_line, length);
    map_memory(&machine);
    connect(&machine);
    guest_main(&machine);
}
