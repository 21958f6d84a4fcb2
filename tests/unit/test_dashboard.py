#!/usr/bin/python3
"""The dashboard asks for numbers that xn metrics prints, on a host that
tests/oracle/xen_for_reports.c makes up; every number has a sane name. TAP."""
from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(os.environ["top_srcdir"])
BUILD = pathlib.Path(os.environ["top_builddir"]).resolve()
DASHBOARD = SOURCE / "docs/monitoring/grafana-dashboard.json"
NAME = re.compile(r"\b(?:xen|xenith)_[a-z0-9_]+\b")


def printed() -> dict[str, str]:
    """The type of each family, by its name."""
    text = subprocess.run(
        [BUILD / "xn", "metrics"], check=True, text=True,
        stdout=subprocess.PIPE,
        env=os.environ | {
            "LD_PRELOAD": str(BUILD / "xen_for_reports.so"),
            "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"},
    ).stdout
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))


def main() -> int:
    families = printed()
    asked = set(NAME.findall(DASHBOARD.read_text(encoding="utf-8")))
    wrong = {
        "what the dashboard asks for is printed": asked - set(families),
        "counters end in _total, and only they": {
            name for name, kind in families.items()
            if (kind == "counter") != name.endswith("_total")},
        "something is asked for": set() if asked else {"nothing"},
    }
    for number, (what, names) in enumerate(wrong.items(), 1):
        print("not ok" if names else "ok", number, "-", what)
        for name in sorted(names):
            print("#", name)
    print(f"1..{len(wrong)}")
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
