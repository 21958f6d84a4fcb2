"""`xn create -n FILE` prints what `xl create -n FILE` prints, byte for byte,
and refuses what xl refuses, for every golden file, every example, and for
files made by chance from the table of keys."""
from __future__ import annotations

import io
import os
import pathlib
import sys
import tarfile
import time
from collections.abc import Iterator

import pytest

import lab as lablib

sys.path.insert(0, str(lablib.ROOT / "tests/oracle"))
import same_as_xl as oracle  # pylint: disable=wrong-import-position

FILES = sorted((lablib.ROOT / "tests/golden/config").glob("*.cfg")) + sorted(
    (lablib.ROOT / "config-examples").glob("*.cfg"))
UUID = '\nuuid = "11111111-2222-3333-4444-555555555555"\n'
FOLDER = "/tmp/config-same"


# What each of the two makes up for itself, or what xl takes from its stack.
BY_CHANCE = ('ms_vm_genid = "generate"', 'rdm = "strategy=host"')


def without_chance(path: pathlib.Path) -> str:
    """The text with a UUID, and without what is by chance."""
    text = path.read_text()
    for line in BY_CHANCE:
        text = text.replace(line, "")
    return text if "uuid =" in text else text + UUID


@pytest.fixture(name="folder")
def made_folder(host):
    host.run(f"mkdir -p {FOLDER}")
    yield FOLDER
    host.run(f"rm -rf {FOLDER}")


def refuses_on_purpose(ours: lablib.Result) -> bool:
    """All that it says is in docs/config-differences.md."""
    errors = [line for line in ours.stderr.splitlines() if ": error: " in line]
    return bool(errors) and all(map(oracle.DELIBERATE.search, errors))


def test_same_document_or_both_refuse(host, folder):
    differing = []
    for path in FILES:
        copy = f"{folder}/{path.name}"
        host.write(copy, without_chance(path))
        theirs = host.run(f"xl create -n {copy}", check=False)
        ours = host.run(f"xn create -n {copy}", check=False)
        if theirs.rc == 0 and refuses_on_purpose(ours):
            continue
        if (theirs.rc == 0) != (ours.rc == 0):
            differing.append(f"{path.name}: xl {theirs.rc}, xn {ours.rc}\n"
                             f"{ours.stderr}")
        elif theirs.rc == 0 and theirs.stdout != ours.stdout:
            differing.append(f"{path.name}: the documents differ")
    assert not differing, "\n".join(differing)


# Prints what the lab's xl makes of every file of its folder, after a line
# "== FILE STATUS" each, which no document has.
RUN_ALL = r"""
cd {folder}/made || exit 1
for file in *.cfg; do
    timeout -s KILL 60 xl create -n "$file" >../out 2>../err
    printf '\n== %s %s\n' "$file" $?
    cat ../out
    [ -s ../out ] || cat ../err
done
"""


def run_in(host: lablib.Host, folder: str, files: list[pathlib.Path]
           ) -> Iterator[oracle.Run]:
    """xl's results for files, in one go: a connection costs more than xl."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in files:
            tar.add(path, f"made/{path.name}")
    host.run(f"rm -rf {folder}/made && tar -x -C {folder}",
             input=packed.getvalue())
    shown = host.run("bash", "-c", RUN_ALL.format(folder=folder),
                     timeout=60 + 2 * len(files)).stdout
    results = dict[str, tuple[int, str]]()
    for part in ("\n" + shown).split("\n== ")[1:]:
        head, _, text = part.partition("\n")
        name, status = head.split()
        results[name] = int(status), text.removesuffix("\n") + "\n"
    for path in files:
        status, text = results[path.name]
        yield status, text, text


# Fixed files, and fresh ones whose seed a failure shows. More than a minute
# of xl is asked for; the same without Xen is tests/oracle/same_as_xl.py.
SLOW = bool(os.environ.get("XENITH_LAB_SLOW"))
SEED = int(os.environ.get("CONFIG_SEED", str(int(time.time()))))


@pytest.mark.slow
@pytest.mark.parametrize("verb, seed, count", [
    ("generate", oracle.FIXED_SEED, 1000 if SLOW else 80),
    ("generate", SEED, 1000 if SLOW else 60),
    ("spoil", SEED, 300 if SLOW else 40),
])
def test_generated_files_read_as_xl_reads_them(host, folder, tmp_path, verb,
                                               seed, count):
    files = oracle.generate(verb, seed, count, tmp_path / verb)
    found = oracle.compare(files, lambda some: run_in(host, folder, some),
                           spoilt=verb == "spoil")
    assert not found, (f"CONFIG_SEED={seed}: {len(found)} of {count} differ\n"
                       + "\n".join(found[:5]))


def test_the_library_reads_as_the_command_does(host, folder, tmp_path):
    """What stands for xn in the test above is what `xn create -n` prints."""
    files = oracle.generate("generate", SEED, 10, tmp_path / "few")
    for path, (_, mine) in zip(files, oracle.ours(files)):
        host.write(f"{folder}/{path.name}", path.read_bytes())
        printed = host.xn("create", "-n", f"{folder}/{path.name}").stdout
        assert oracle.BY_CHANCE.sub("", printed) == \
            oracle.BY_CHANCE.sub("", mine), f"CONFIG_SEED={SEED} {path.name}"
