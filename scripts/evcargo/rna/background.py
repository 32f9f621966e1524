"""Genome and foreign sequences: what the reads are that no reference explains.

Only exact matches count, on either strand, and only of inserts that fit no reference: an exogenous
match is weak evidence, because short inserts match large sequence sets by chance.
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import xopen
from pybwa import BwaIndex

from evcargo.errors import EvcargoError
from evcargo.job import whole_file
from evcargo.rna.align import MAX_PLACES, align_all
from evcargo.rna.bwa_files import EXOGENOUS, GENOME, bwa_files, is_index
from evcargo.rna.fasta import read_fasta
from evcargo.rna.files import READ_ERRORS


@dataclass
class Explained:
    """Left-over inserts that lie on the backgrounds.

    Parameters
    ----------
    steps
        `genome` or `exogenous` -> reads.
    exogenous
        Name of a foreign sequence -> reads (in equal parts where an insert fits several) and
        distinct inserts.
    """

    steps: dict[str, int] = field(default_factory=dict)
    exogenous: dict[str, tuple[float, int]] = field(default_factory=dict)


def explain(
    inserts: Sequence[str], counts: Mapping[str, int], prefixes: Mapping[str, str | Path]
) -> Explained:
    """Compare inserts with the genome, then those that are left with the foreign sequences.

    Parameters
    ----------
    inserts
        DNA letters, no N.
    counts
        Insert -> reads.
    prefixes
        `genome` and `exogenous`, or one, or none -> prefix of what `index_background` wrote.
    """
    result = Explained()
    left = list(inserts)
    if GENOME in prefixes:
        found = {one for one, _ in _matches(left, prefixes[GENOME], 1)}
        result.steps[GENOME] = sum(counts[insert] for insert in found)
        left = [insert for insert in left if insert not in found]
    if EXOGENOUS in prefixes:
        result.steps[EXOGENOUS] = 0
        for insert, names in _matches(left, prefixes[EXOGENOUS], MAX_PLACES):
            result.steps[EXOGENOUS] += counts[insert]
            for name in names:
                reads, distinct = result.exogenous.get(name, (0.0, 0))
                result.exogenous[name] = reads + counts[insert] / len(names), distinct + 1
    return result


def _matches(
    inserts: Sequence[str], prefix: str | Path, places: int
) -> Iterator[tuple[str, list[str]]]:
    """Find the inserts that match exactly, and the names of the sequences, sorted."""
    lengths: dict[str, int] = {}
    for insert, found in align_all(inserts, prefix, 0, places):
        if found.reference_id < 0:
            continue
        header = found.header
        lengths = lengths or dict(zip(header.references, header.lengths, strict=True))
        starts = [(str(found.reference_name), found.reference_start)]
        if found.has_tag("XA"):
            others = str(found.get_tag("XA")).split(";")[:-1]
            fields = (other.rsplit(",", 3) for other in others)
            starts += [(name, abs(int(start)) - 1) for name, start, *_ in fields]
        # bwa joins all sequences, and finds places across two of them.
        names = {name for name, start in starts if start + len(insert) <= lengths[name]}
        if names:
            yield insert, sorted(names)


def index_background(kind: str, path: str, prefix: str | Path) -> None:
    """Make the bwa index of a background, or take over one that is there.

    Parameters
    ----------
    kind
        genome or exogenous. A genome is taken as it is; foreign sequences are cleaned as all
        references are (U becomes T).
    path
        FASTA file, may be compressed, or prefix of an existing bwa index.
    prefix
        Prefix of the index to write.

    Raises
    ------
    EvcargoError
        If the file cannot be read, or the index is not complete.
    """
    target = Path(prefix)
    target.parent.mkdir(parents=True, exist_ok=True)
    if is_index(path):
        for source, link in zip(bwa_files(path), bwa_files(str(prefix)), strict=True):
            Path(link).unlink(missing_ok=True)
            Path(link).symlink_to(Path(source).resolve(strict=True))
        dictionary = _dictionary(f"{path}.ann")
    else:
        with TemporaryDirectory(dir=target.parent) as temporary:
            fasta = Path(temporary) / target.name
            _write_fasta(kind, path, fasta)
            BwaIndex.index(fasta)
            for name in bwa_files(str(fasta)):
                Path(name).replace(target.parent / Path(name).name)
            # It names the temporary folder.
            dictionary = re.sub(r"\tUR:\S*", "", fasta.with_suffix(".dict").read_text())
    with whole_file(target.with_suffix(".dict")) as part:
        part.write_text(dictionary, encoding="ascii")


def _write_fasta(kind: str, path: str, fasta: Path) -> None:
    if kind == EXOGENOUS:
        records = read_fasta(path)
        with fasta.open("w", encoding="ascii") as stream:
            stream.writelines(f">{record.name}\n{record.letters}\n" for record in records)
        return
    try:
        with xopen.xopen(path, "rb", threads=0) as source, fasta.open("wb") as stream:
            shutil.copyfileobj(source, stream)
    except READ_ERRORS as error:
        raise EvcargoError(
            f"{path}: cannot be read as FASTA ({type(error).__name__}: {error})."
            " Check the path, or fetch the file again"
        ) from None


def _dictionary(ann: str) -> str:
    """SAM header of an index, from its names and lengths: pybwa asks for one, bwa writes none."""
    lines = Path(ann).read_text(encoding="utf-8").splitlines()[1:]
    rows = ["@HD\tVN:1.6\tSO:unsorted"]
    for named, placed in zip(lines[::2], lines[1::2], strict=True):
        rows.append(f"@SQ\tSN:{named.split(' ')[1]}\tLN:{placed.split(' ')[1]}")
    return "\n".join(rows) + "\n"
