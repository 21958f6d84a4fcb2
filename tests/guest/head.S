/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How Xen starts the guest: as PV in 64 bit mode with paging (xen/xen.h,
 * start_info), as PVH in 32 bit mode without (docs/misc/pvh.pandoc). Linked at
 * 1 MiB and with a virtual base of 0, all addresses are the same both ways:
 * what the C code calls a pointer is also a pseudo-physical address.
 */
#include <xen/elfnote.h>

#define STACK_SIZE 16384

#define CR0_PE_PG 0x80000001
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100
#define PRESENT_WRITABLE 0x3
#define LARGE_PRESENT_WRITABLE 0x83
#define L2_TABLES 4 /* 4 GiB: Xen's special pages lie below that */
#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10

#define NOTE(name, type, value)  \
    .pushsection .note.Xen, "a"; \
    .balign 4;                   \
    .long 4, 2f - 1f, type;      \
    .asciz "Xen";                \
1:  value;                       \
2:  .balign 4;                   \
    .popsection

    NOTE(guest_os, XEN_ELFNOTE_GUEST_OS, .asciz "xenith-test")
    NOTE(xen_version, XEN_ELFNOTE_XEN_VERSION, .asciz "xen-3.0")
    NOTE(loader, XEN_ELFNOTE_LOADER, .asciz "generic")
    NOTE(virt_base, XEN_ELFNOTE_VIRT_BASE, .quad 0)
    NOTE(paddr_offset, XEN_ELFNOTE_PADDR_OFFSET, .quad 0)
    NOTE(entry, XEN_ELFNOTE_ENTRY, .quad pv_start)
    NOTE(hypercalls, XEN_ELFNOTE_HYPERCALL_PAGE, .quad hypercall_page)
    NOTE(cancel, XEN_ELFNOTE_SUSPEND_CANCEL, .long 1)
    NOTE(pvh_entry, XEN_ELFNOTE_PHYS32_ENTRY, .long pvh_start)

    .text
    .code64
    .global pv_start
pv_start:
    cld
    movq $stack_end, %rsp
    xorl %ebp, %ebp
    movq %rsi, %rdi
    call pv_main
    ud2

    .code32
    .global pvh_start
pvh_start:
    cld
    movl $l2_tables, %edi
    xorl %ecx, %ecx
1:  movl %ecx, %eax
    shll $21, %eax
    orl $LARGE_PRESENT_WRITABLE, %eax
    movl %eax, (%edi, %ecx, 8)
    incl %ecx
    cmpl $(L2_TABLES * 512), %ecx
    jne 1b

    movl $l3_table, %edi
    movl $(l2_tables + PRESENT_WRITABLE), %eax
    xorl %ecx, %ecx
2:  movl %eax, (%edi, %ecx, 8)
    addl $4096, %eax
    incl %ecx
    cmpl $L2_TABLES, %ecx
    jne 2b
    movl $(l3_table + PRESENT_WRITABLE), l4_table

    movl %cr4, %eax
    orl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $l4_table, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME, %eax
    wrmsr
    movl %cr0, %eax
    orl $CR0_PE_PG, %eax
    movl %eax, %cr0
    lgdt gdt_pointer
    ljmp $CODE_SELECTOR, $3f

    .code64
3:  movl $DATA_SELECTOR, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movq $stack_end, %rsp
    xorl %ebp, %ebp
    movl %ebx, %edi
    call pvh_main
    ud2

    .section .rodata
    .balign 8
gdt:
    .quad 0
    .quad 0x00af9a000000ffff /* 64 bit code */
    .quad 0x00cf92000000ffff /* data */
gdt_pointer:
    .word . - gdt - 1
    .long gdt

    .bss
    .balign 4096
    .global hypercall_page
hypercall_page:
    .skip 4096
l4_table:
    .skip 4096
l3_table:
    .skip 4096
l2_tables:
    .skip 4096 * L2_TABLES
    .skip STACK_SIZE
stack_end:

    .section .note.GNU-stack, "", @progbits
