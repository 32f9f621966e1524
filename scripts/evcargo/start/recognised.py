"""What a file of a study is, and which samples it holds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recognised:
    """A file that a study can use.

    Parameters
    ----------
    path
        The file.
    assay
        proteins, rna, transcripts or particles; empty for what is no run.
    kind
        mzml, mgf, thermo, fastq, table, sizes, fasta (proteins), transcripts (FASTA of RNA) or
        sdrf.
    program
        What wrote it, for people.
    runs
        What the file calls its samples; empty where it holds one, which its name tells.
    rows
        Rows of a table, as far as they were counted.
    rank
        Of several files with the same samples the one with the lowest rank is taken.
    organisms
        Organism -> number of names that tell it.
    notes
        What to know, e.g. that the assay is a guess.
    column
        Column of the quantity in a table of one sample, where the run sheet must name it.
    no_samples
        Columns of numbers that are taken for no samples, each with the reason.
    """

    path: str
    assay: str
    kind: str
    program: str
    runs: tuple[str, ...] = ()
    rows: int = 0
    rank: int = 0
    organisms: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    column: str = ""
    no_samples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class NotRecognised:
    """A file that is not taken, and why."""

    path: str
    reason: str
