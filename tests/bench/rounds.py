"""What the tools say of a migration while it goes on: how much of it was sent
after the first round. Pure, so that it is tested without a host."""
from __future__ import annotations

import contextlib
import itertools
import json
import re

# What dd says at its end.
COPIED = re.compile(r"^(\d+) bytes ", re.MULTILINE)


def xl_later(said: str, saved: int) -> int | None:
    """Bytes that xl wrote after the first round, without ssh's: of all that dd
    counted, what is no part of a saved file, in which each page is once."""
    found = COPIED.search(said)
    return max(int(found[1]) - saved, 1) if found else None


def documents(said: str) -> list[dict]:
    """Those among the lines; one that was cut off is none."""
    found = []
    for line in said.splitlines():
        with contextlib.suppress(ValueError):
            if line.startswith("{"):
                found.append(json.loads(line))
    return found


def xn_first(said: str) -> float | None:
    """Bytes on the wire when the first round had ended, of xn's progress as
    JSON. It comes once a second: what the last one within the round has still
    to send is taken to shrink as what went before it."""
    seen = [one for one in documents(said) if one.get("round", 0) > 0]
    within = list(itertools.takewhile(lambda one: one["round"] == 1, seen))
    if not within:
        return None
    last = within[-1]
    before = within[-2] if len(within) > 1 else {"bytes": 0, "sent": 0}
    if last["bytes"] > before["bytes"]:
        ratio = ((last["sent"] - before["sent"]) /
                 (last["bytes"] - before["bytes"]))
    else:
        ratio = last["ratio"]
    first = last["sent"] + last["dirty"] * ratio
    after = seen[len(within):]
    return min(first, after[0]["sent"]) if after else first


def xn_later(said: str, report: str) -> float | None:
    """Bytes on the wire after it; report: of xn migrate --json."""
    first = xn_first(said)
    if first is None:
        return None
    return max(json.loads(report)["sent"] - first, 1)
