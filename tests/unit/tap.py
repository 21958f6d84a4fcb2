"""TAP of test functions. A failure shows where it was, and the error."""
from __future__ import annotations

import tempfile
import traceback
from collections.abc import Callable, Sequence


class Skip(Exception):
    """Why a test cannot be run here."""


def skip_all(why: str) -> int:
    print(f"1..0 # SKIP {why}")
    return 0


def run(tests: Sequence[Callable], given: Callable | None = None) -> int:
    """Runs them all; the exit status. given: makes of the name of an empty
    folder, which is gone after the test, what each test is given."""
    failed = 0
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        name = test.__name__
        try:
            with tempfile.TemporaryDirectory() as folder:
                test(*([given(folder)] if given is not None else []))
            print(f"ok {number} - {name}", flush=True)
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc(limit=-3).splitlines():
                print("#", line[:1500], flush=True)
    return 1 if failed else 0
