#!/usr/bin/python3
"""The dashboard asks for numbers that xn metrics prints, on a host that
tests/oracle/xen makes up; every number has a sane name. TAP."""
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


# What promtool's linter (prometheus/util/promlint) has against names.
UNITS = {"milliseconds", "microseconds", "nanoseconds", "minutes", "hours",
         "days", "weeks", "kilobytes", "megabytes", "gigabytes", "kibibytes",
         "mebibytes", "gibibytes", "bits", "percent", "permille",
         "kelvin", "milliamperes"}
SHORT_UNITS = {"s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb",
               "m", "h", "d"}
RESERVED_ENDS = ("_count", "_sum", "_bucket", "_gauge", "_counter",
                 "_histogram", "_summary")
METRIC_NAME = re.compile(r"[a-z_][a-z0-9_]*")
LABEL = re.compile(r'([^=,{}]*)="((?:[^"\\\n]|\\[\\"n])*)"')
SAMPLE = re.compile(r"(\S+?)(?:\{(.*)\})? (\S+)")


def lint_name(name: str) -> bool:
    words = name.split("_")
    return bool(METRIC_NAME.fullmatch(name) and not UNITS & set(words)
                and words[-1] not in SHORT_UNITS
                and not name.removesuffix("_total").endswith(RESERVED_ENDS)
                and "__" not in name)


def lint_labels(text: str | None) -> bool:
    names = [name for name, _ in LABEL.findall(text or "")]
    rebuilt = ",".join(f'{name}="{value}"'
                       for name, value in LABEL.findall(text or ""))
    return (rebuilt == (text or "") and len(set(names)) == len(names)
            and all(re.fullmatch(r"(?!__)[a-z_][a-z0-9_]*", name)
                    for name in names))


def lint_samples(text: str) -> set[str]:
    """Lines that Prometheus refuses, or would take for another's."""
    wrong, family, seen, described = set(), "", set(), set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, family, *help_text = line.split(" ", 3)
            if family in described or not help_text:
                wrong.add(line)
            described.add(family)
        elif line.startswith("# TYPE "):
            if line.split()[2] != family:
                wrong.add(line)
        else:
            match = SAMPLE.fullmatch(line)
            if (not match or match[1] != family or not lint_labels(match[2])
                    or (match[1], match[2]) in seen):
                wrong.add(line)
                continue
            seen.add((match[1], match[2]))
            float(match[3])
    return wrong if seen else {"no sample"}


def print_all() -> str:
    return subprocess.run(
        [BUILD / "xn", "metrics"], check=True, text=True,
        stdout=subprocess.PIPE,
        env=os.environ | {
            "LD_PRELOAD": str(BUILD / "xen_for_reports.so"),
            "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"},
    ).stdout


def types_of(text: str) -> dict[str, str]:
    """The type of each family, by its name."""
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))


def main() -> int:
    text = print_all()
    families = types_of(text)
    asked = set(NAME.findall(DASHBOARD.read_text(encoding="utf-8")))
    wrong = {
        "what the dashboard asks for is printed": asked - set(families),
        "counters end in _total, and only they": {
            name for name, kind in families.items()
            if (kind == "counter") != name.endswith("_total")},
        "something is asked for": set() if asked else {"nothing"},
        "names are as promtool wants them": {
            name for name in families if not lint_name(name)},
        "every sample is well formed, below its header, and once":
            lint_samples(text),
        "the linter finds what is wrong": {
            name for name in ("xen_a_milliseconds", "xenA", "xen:a", "xen_a_ms",
                              "xen_a_count", "xen_a_counter_total")
            if lint_name(name)} | {
                line for line in (
                    "# HELP a\n# TYPE a gauge\na 1",
                    "# HELP a A.\n# TYPE a gauge\na 1\na 2",
                    "# HELP a A.\n# TYPE a gauge\nb 1",
                    '# HELP a A.\n# TYPE a gauge\na{__x="1"} 1',
                    '# HELP a A.\n# TYPE a gauge\na{x="1"y="2"} 1')
                if not lint_samples(line)},
        "what xenstored tells of a domain is printed": {
            name for name in ("xen_domain_xenstore_nodes",
                              "xen_domain_xenstore_watches")
            if not re.search(rf'^{name}{{name="Domain-0".*}} \d', text,
                             re.MULTILINE)},
    }
    for number, (what, names) in enumerate(wrong.items(), 1):
        print("not ok" if names else "ok", number, "-", what)
        for name in sorted(names):
            print("#", name)
    print(f"1..{len(wrong)}")
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
