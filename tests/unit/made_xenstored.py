"""A xenstored for tests/oracle/xen/many.c: fifty guests, marked as ours. It
knows what reads, lists, writes and watches; each request is answered by a
thread of its connection."""
from __future__ import annotations

import os
import pathlib
import socket
import struct
import threading

GUESTS = 50
HEADER = struct.Struct("=4I")  # type, request, transaction, length

# Of xen/include/public/io/xs_wire.h
DIRECTORY, READ, WATCH, UNWATCH, START, END = 1, 2, 4, 5, 6, 7
DOMAIN_PATH, WRITE, MKDIR, RM, SET_PERMS, EVENT, ERROR = \
    10, 11, 12, 13, 14, 15, 16
QUIET = (UNWATCH, END, MKDIR, RM, SET_PERMS)


def nodes() -> dict[str, str]:
    found = {"/local/domain/0/name": "Domain-0"}
    for domid in range(1, GUESTS + 1):
        found |= {
            f"/local/domain/{domid}/name": f"many{domid}",
            f"/libxl/{domid}/type": "pvh",
            f"/libxl/{domid}/xenith/supervised": "1000",
            f"/libxl/{domid}/xenith/short-lives": "0"}
    return found


class Store:
    """Listens at a socket until the process ends."""

    def __init__(self, path: pathlib.Path):
        self.nodes = nodes()
        self.watches: list[tuple[socket.socket, bytes, bytes]] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.fspath(path))
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,),
                             daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as stream:
            while len(head := stream.read(HEADER.size)) == HEADER.size:
                kind, request, transaction, length = HEADER.unpack(head)
                body = stream.read(length)
                kind_back, answer = self.answer(client, kind, body)
                client.sendall(HEADER.pack(kind_back, request, transaction,
                                           len(answer)) + answer)
                if kind == WATCH:  # each fires at once
                    self.tell(client, *body.split(b"\0")[:2])
            self.forget(client)

    def answer(self, client: socket.socket, kind: int,
               body: bytes) -> tuple[int, bytes]:
        path = body.split(b"\0")[0].decode()
        if kind == READ and path in self.nodes:
            return kind, self.nodes[path].encode()
        if kind == DIRECTORY and (names := self.children(path)):
            return kind, b"".join(name.encode() + b"\0" for name in names)
        if kind == WRITE:
            self.nodes[path] = body.split(b"\0", 1)[1].decode()
        if kind == WATCH:
            self.watches.append((client, *body.split(b"\0")[:2]))
        if kind == DOMAIN_PATH:
            return kind, b"/local/domain/" + body
        if kind == START:
            return kind, b"1\0"
        if kind in (WRITE, WATCH, *QUIET):
            return kind, b"OK\0"
        return ERROR, b"ENOENT\0"

    def children(self, path: str) -> list[str]:
        return sorted({node[len(path):].strip("/").split("/")[0]
                       for node in self.nodes if node.startswith(f"{path}/")})

    def tell(self, client: socket.socket, path: bytes, token: bytes) -> None:
        event = path + b"\0" + token + b"\0"
        client.sendall(HEADER.pack(EVENT, 0, 0, len(event)) + event)

    def forget(self, client: socket.socket) -> None:
        self.watches = [watch for watch in self.watches if watch[0] != client]

    def release_domain(self) -> int:
        """As Xen does when one ended; how many watched for it."""
        told = [watch for watch in self.watches
                if watch[1] == b"@releaseDomain"]
        for watch in told:
            self.tell(*watch)
        return len(told)
