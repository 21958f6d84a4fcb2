"""`xn create -n FILE` prints what `xl create -n FILE` prints, byte for byte,
and refuses what xl refuses, for every golden file and every example."""
from __future__ import annotations

import pathlib

import pytest

import lab as lablib

FILES = sorted((lablib.ROOT / "tests/golden/config").glob("*.cfg")) + sorted(
    (lablib.ROOT / "config-examples").glob("*.cfg"))
UUID = '\nuuid = "11111111-2222-3333-4444-555555555555"\n'
FOLDER = "/tmp/config-same"


def without_chance(path: pathlib.Path) -> str:
    """The text with a UUID, and without a VM generation ID: each of the two
    would make one up."""
    text = path.read_text().replace('ms_vm_genid = "generate"', "")
    return text if "uuid =" in text else text + UUID


@pytest.fixture(name="folder")
def made_folder(host):
    host.run(f"mkdir -p {FOLDER}")
    yield FOLDER
    host.run(f"rm -rf {FOLDER}")


def test_same_document_or_both_refuse(host, folder):
    differing = []
    for path in FILES:
        copy = f"{folder}/{path.name}"
        host.write(copy, without_chance(path))
        theirs = host.run(f"xl create -n {copy}", check=False)
        ours = host.run(f"xn create -n {copy}", check=False)
        if (theirs.rc == 0) != (ours.rc == 0):
            differing.append(f"{path.name}: xl {theirs.rc}, xn {ours.rc}\n"
                             f"{ours.stderr}")
        elif theirs.rc == 0 and theirs.stdout != ours.stdout:
            differing.append(f"{path.name}: the documents differ")
    assert not differing, "\n".join(differing)
