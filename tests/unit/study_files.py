"""A small correct study on disk, for tests that spoil it."""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evcargo.errors import Problem, StudyError
from evcargo.study.load import load_study
from evcargo.study.model import Study

MZML = b'<?xml version="1.0" encoding="utf-8"?>\n<indexedmzML xmlns="http://psi.hupo.org/ms/mzml">\n<mzML>\n'
READS = b"@r1\nTGAGGTAGTAGGTTGTATAGTT\n+\nIIIIIIIIIIIIIIIIIIIIII\n"
FASTA = (
    ">sp|P08962|CD63_HUMAN CD63 antigen OS=Homo sapiens OX=9606 GN=CD63 PE=1 SV=2\n"
    "MAVEGGMKCVKFLLYV\n"
    ">sp|P21926|CD9_HUMAN CD9 antigen OS=Homo sapiens OX=9606 GN=CD9 PE=1 SV=4\n"
    "MPVKGGTKCIKYLLFG\n"
)
SAMPLES = [
    "sample\tmaterial\tcondition\tsubject\tbatch\tbiofluid\tparticle_count\tprotein_ug\tage",
    "T1\tev\ttumour\td1\tb1\tplasma\t2.1e10\t12.5\t61",
    "T2\tev\ttumour\td2\tb2\tplasma\t1.7e10\t9.8\t55",
    "H1\tev\thealthy\td3\tb1\tplasma\t1.4e10\t8.7\t57",
    "H2\tev\thealthy\td4\tb2\tplasma\t\t\t63",
]
RUNS = [
    "sample\tassay\tpath",
    *(f"{name}\tproteins\traw/{name}.mzML.gz" for name in ("T1", "T2", "H1", "H2")),
    *(f"{name}\trna\traw/{name}.fastq.gz" for name in ("T1", "T2", "H1", "H2")),
]
CONTRAST = {
    "name": "tumour_v_healthy",
    "column": "condition",
    "test": "tumour",
    "reference": "healthy",
}


class StudyFiles:
    """The files of a study in the working directory, and how they are loaded."""

    def __init__(self) -> None:
        self.config: dict[str, Any] = {
            "study": "trial",
            "proteins": {"fasta": "human.fasta"},
            "contrasts": [dict(CONTRAST)],
        }
        Path("config").mkdir()
        Path("raw").mkdir()
        Path("human.fasta").write_text(FASTA)
        for name in ("T1", "T2", "H1", "H2"):
            Path(f"raw/{name}.mzML.gz").write_bytes(gzip.compress(MZML))
            Path(f"raw/{name}.fastq.gz").write_bytes(gzip.compress(READS))
        self.samples(SAMPLES)
        self.runs(RUNS)

    def samples(self, lines: Sequence[str]) -> None:
        Path("config/samples.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def runs(self, lines: Sequence[str]) -> None:
        Path("config/runs.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def load(self, look_inside: bool = True, with_conda: bool = False) -> Study:
        return load_study(self.config, look_inside, with_conda=with_conda)

    def found(self) -> list[Problem]:
        """All problems, if any."""
        try:
            self.load()
        except StudyError as error:
            return error.problems
        return []

    def problems(self, look_inside: bool = True) -> list[Problem]:
        """All problems; fails if there are none."""
        with pytest.raises(StudyError) as caught:
            self.load(look_inside)
        return caught.value.problems

    def problem(self, look_inside: bool = True) -> Problem:
        """The only problem; fails if there are others."""
        problems = self.problems(look_inside)
        assert len(problems) == 1, "\n".join(map(str, problems))
        return problems[0]


def changed(lines: Sequence[str], row: int, old: str, new: str) -> list[str]:
    """The lines with one replacement in one row (the header is row 1)."""
    assert old in lines[row - 1]
    return [*lines[: row - 1], lines[row - 1].replace(old, new, 1), *lines[row:]]
