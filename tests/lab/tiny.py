"""A PVH kernel that does nothing: it waits for interrupts that never come. It
is made in milliseconds and fits in any domain, for tests of what happens
around a guest."""
import struct

BASE = 0x100000
STI_HLT_JMP = bytes((0xFB, 0xF4, 0xEB, 0xFC))  # 32 bit code; back to sti

# Elf notes of xen/include/public/elfnote.h
XEN_VERSION, GUEST_OS, LOADER, PHYS32_ENTRY = 5, 6, 8, 18


def note(number: int, value: bytes) -> bytes:
    padded = value + bytes(-len(value) % 4)
    return struct.pack("<III4s", 4, len(value), number, b"Xen\0") + padded


def kernel() -> bytes:
    notes = (note(GUEST_OS, b"tiny\0") + note(XEN_VERSION, b"xen-3.0\0") +
             note(LOADER, b"generic\0") +
             note(PHYS32_ENTRY, struct.pack("<I", BASE)))
    headers = 64 + 2 * 56
    code = 4096
    load = struct.pack("<IIQQQQQQ", 1, 7, code, BASE, BASE,
                       len(STI_HLT_JMP), 4096, 4096)
    noted = struct.pack("<IIQQQQQQ", 4, 4, headers, 0, 0,
                        len(notes), len(notes), 4)
    elf = struct.pack("<4sBBB9xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 2, 62, 1,
                      BASE, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    start = elf + load + noted + notes
    return start + bytes(code - len(start)) + STI_HLT_JMP
