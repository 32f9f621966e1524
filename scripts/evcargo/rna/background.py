"""Genome and foreign sequences: what the reads are that no reference explains.

Only exact matches count, on either strand, and only of inserts that fit no reference: an exogenous
match is weak evidence, because short inserts match large sequence sets by chance.
"""

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

# Sequences are named by number: bwa puts names between , and ; that names hold too, and pysam takes
# ASCII only. Their own names are comments in the files of the index, behind this.
NAME = "name="


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
        names = _names(prefixes[EXOGENOUS])
        for insert, numbers in _matches(left, prefixes[EXOGENOUS], MAX_PLACES):
            result.steps[EXOGENOUS] += counts[insert]
            for name in (names[number] for number in numbers):
                reads, distinct = result.exogenous.get(name, (0.0, 0))
                result.exogenous[name] = reads + counts[insert] / len(numbers), distinct + 1
    return result


def _matches(
    inserts: Sequence[str], prefix: str | Path, places: int
) -> Iterator[tuple[str, list[int]]]:
    """Find the inserts that match exactly, and the numbers of the sequences, sorted."""
    lengths: tuple[int, ...] = ()
    for insert, found in align_all(inserts, prefix, 0, places):
        if found.reference_id < 0:
            continue
        lengths = lengths or found.header.lengths
        starts = [(found.reference_id, found.reference_start)]
        if found.has_tag("XA"):
            others = str(found.get_tag("XA")).split(";")[:-1]
            fields = (other.split(",") for other in others)
            starts += [(int(number), abs(int(start)) - 1) for number, start, *_ in fields]
        # bwa joins all sequences, and finds places across two of them.
        numbers = {number for number, start in starts if start + len(insert) <= lengths[number]}
        if numbers:
            yield insert, sorted(numbers)


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
            if not source.endswith(".ann"):
                Path(link).symlink_to(Path(source).resolve(strict=True))
        names = _numbered(Path(f"{path}.ann"))
        with whole_file(Path(f"{prefix}.ann")) as part:
            part.write_bytes(names)
    else:
        with TemporaryDirectory(dir=target.parent) as temporary:
            fasta = Path(temporary) / target.name
            _write_fasta(kind, path, fasta)
            BwaIndex.index(fasta)
            for name in bwa_files(str(fasta)):
                Path(name).replace(target.parent / Path(name).name)
    with whole_file(target.with_suffix(".dict")) as part:
        part.write_text(_dictionary(f"{prefix}.ann"), encoding="ascii")


def _write_fasta(kind: str, path: str, fasta: Path) -> None:
    """Write the sequences under their numbers, with their names as comments, see `_names`."""
    if kind == EXOGENOUS:
        records = read_fasta(path)
        with fasta.open("w", encoding="utf-8") as stream:
            stream.writelines(
                f">{number} {NAME}{record.name}\n{record.letters}\n"
                for number, record in enumerate(records)
            )
        return
    try:
        with xopen.xopen(path, "rb", threads=0) as source, fasta.open("wb") as stream:
            number = 0
            for line in source:
                if line.startswith(b">"):
                    name = (line[1:].split() or [b""])[0]
                    stream.write(b">%d %s%s\n" % (number, NAME.encode(), name))
                    number += 1
                else:
                    stream.write(line)
    except READ_ERRORS as error:
        raise EvcargoError(
            f"{path}: cannot be read as FASTA ({type(error).__name__}: {error})."
            " Check the path, or fetch the file again"
        ) from None


def _numbered(ann: Path) -> bytes:
    """Names file of a bwa index with numbers for names; that of an index of ours is as it was."""
    lines = ann.read_bytes().rstrip(b"\n").split(b"\n")
    for number, place in enumerate(range(1, len(lines), 2)):
        group, name, *comment = lines[place].split(b" ", 2) + [b""]
        if name != b"%d" % number or not comment[0].startswith(NAME.encode()):
            lines[place] = b"%s %d %s%s" % (group, number, NAME.encode(), name)
    return b"\n".join(lines) + b"\n"


def _names(prefix: str | Path) -> list[str]:
    """Names of the sequences of an index that `index_background` wrote, by number."""
    lines = Path(f"{prefix}.ann").read_bytes().split(b"\n")[1:-1:2]
    return [line.split(b" ", 2)[2].decode(errors="replace").removeprefix(NAME) for line in lines]


def _dictionary(ann: str) -> str:
    """SAM header of an index, from its lengths: pybwa asks for one, bwa writes none."""
    lines = Path(ann).read_bytes().split(b"\n")[2::2]
    lengths = [line.split(b" ")[1].decode("ascii") for line in lines if line]
    rows = (f"@SQ\tSN:{number}\tLN:{length}\n" for number, length in enumerate(lengths))
    return "@HD\tVN:1.6\tSO:unsorted\n" + "".join(rows)
