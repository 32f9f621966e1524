"""Script trim_reads: a bad file fails the job and leaves nothing, the repaired file passes."""

import gzip
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

READ = "TGAGGTAGTAGGTTGTATAGTTTGGAATTCTCGGGTGCCAAGG"
FASTQ = b"".join(f"@r{n}\n{READ}\n+\n{'I' * len(READ)}\n".encode() for n in range(2000))


def job(root: Path, folder: Path) -> SimpleNamespace:
    return SimpleNamespace(
        input=SimpleNamespace(
            reads=[str(folder / "a.fastq.gz")],
            adapters=str(root / "resources/adapters/adapters.tsv"),
        ),
        output=SimpleNamespace(
            inserts=str(folder / "out/a.tsv.gz"), summary=str(folder / "out/a.json")
        ),
        params=SimpleNamespace(
            kits=["auto"],
            replicates=[1],
            declared={},
            min_length=16,
            max_length=50,
            quality_cutoff=10,
        ),
        log=[str(folder / "a.log")],
    )


def test_truncated_file_then_the_whole_one(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = str(root / "scripts/trim_reads.py")
    path = tmp_path / "a.fastq.gz"
    path.write_bytes(gzip.compress(FASTQ)[:-40])
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(script, init_globals={"snakemake": job(root, tmp_path)})
    assert stop.value.code == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"evcargo: {path}: not a whole FASTQ file")
    assert "\n" not in said
    assert not list(tmp_path.glob("out/*"))
    assert "ERROR" in (tmp_path / "a.log").read_text()

    path.write_bytes(gzip.compress(FASTQ))
    runpy.run_path(script, init_globals={"snakemake": job(root, tmp_path)})
    written = gzip.decompress((tmp_path / "out/a.tsv.gz").read_bytes())
    assert written == b"sequence\treads\nTGAGGTAGTAGGTTGTATAGTT\t2000\n"
