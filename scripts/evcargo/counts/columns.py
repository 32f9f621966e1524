"""Which columns of a table name the features, describe them, or may hold the counts of a run."""

import re
from collections.abc import Callable, Sequence

import pandas as pd

from evcargo.counts.layout import Layout, plain_key
from evcargo.files.numbers import MISSING

LONG = "transcripts"
SAMPLED = 300
MIN_KNOWN = 0.5
NUMERIC_SHARE = 0.5
_NUMBER = re.compile(r"[-+]?\d[\d.,'\u2019 ]*([eE][-+]?\d+)?")


def words(text: str) -> frozenset[str]:
    """Words of a text."""
    return frozenset(text.split())


PLACES = words("""
    chr chrom chromosome seqname seqnames start end stop strand length width genelength band locus
    coordinates location effectivelength efflength genomelocation position
""")
IDENTIFIERS = words("""
    id ids geneid geneids ensembl ensemblid ensemblgene ensemblgeneid ensgeneid transcriptid
    transcriptids accession accessions entrez entrezid entrezgene entrezgeneid uniprot mirbaseid
    mimat mimatid hgncid feature featureid target targetid refseq name probe probeid
""")
SYMBOLS = words("""
    genename genenames genesymbol genesymbols symbol symbols externalgenename hgncsymbol hgnc
    mgisymbol rgdsymbol associatedgenename geneshortname
""")
CLASSES = words("""
    class biotype genebiotype genetype transcriptbiotype transcripttype rnaclass rnatype type
    category biotypes rnabiotype smallrnaclass classcode kind
""")
OF_GENES = words("""
    biotype genebiotype genetype transcriptbiotype transcripttype
""")
"""Names of columns that cannot but hold the biotype of a gene."""
WORDS = words("""
    description genedescription definition annotation source family sequence seq gc gccontent
    percentgccontent precursor hairpin comment notes fullname
""")
DESCRIBED = PLACES | IDENTIFIERS | SYMBOLS | CLASSES | WORDS
COUNT_WORDS = words("""
    count counts rawcount rawcounts readcount readcounts reads numreads read nreads umi umis
    molecules uniqueumis value expectedcount estcounts totalreads abundance freq frequency column2
""")
"""Names of the only column of counts in a table of one sample."""


def is_text(cells: Sequence[str]) -> bool:
    """Whether most of the cells that are not empty are no numbers."""
    filled = [cell for cell in cells if cell.casefold() not in MISSING]
    numbers = sum(is_number(cell) for cell in filled)
    return bool(filled) and numbers < NUMERIC_SHARE * len(filled)


def is_number(cell: str) -> bool:
    """Whether a cell is a number in any locale."""
    return _NUMBER.fullmatch(cell) is not None


def text_columns(frame: pd.DataFrame) -> list[int]:
    """Numbers, from 0, of the columns that hold text."""
    head = frame.iloc[:SAMPLED]
    return [at for at in range(frame.shape[1]) if is_text(head.iloc[:, at].tolist())]


def sample_candidates(
    frame: pd.DataFrame, layout: Layout, texts: Sequence[int], wanted: Sequence[str]
) -> list[str]:
    """Names of the columns that may be runs: numbers that do not describe the features."""
    if layout.samples is not None:
        return list(layout.samples)
    described = {layout.identifiers, layout.symbols, layout.classes, layout.genes, layout.once}
    return [
        name
        for at, name in enumerate(frame.columns)
        if name in wanted
        or (
            at not in texts
            and name not in described - {""}
            and (at > 0 or layout.identifiers)
            and plain_key(name) not in DESCRIBED
        )
    ]


def find_identifiers(
    frame: pd.DataFrame,
    texts: Sequence[int],
    share_known: Callable[[Sequence[str]], float],
    unique: bool,
) -> int:
    """Find the column that names the features, by its content.

    Parameters
    ----------
    frame
        The table as text.
    texts
        Its columns of text.
    share_known
        Gives the share of names that are known for the organism.
    unique
        Whether a column without repeated cells goes before others, as ids before symbols.

    Returns
    -------
    int
        Of the columns of text with at least half as many known names as the best, the first, or
        the first without repeated cells; where no name is known, the first column of text that
        describes nothing; else the first column.
    """
    fit = [at for at in texts if plain_key(frame.columns[at]) not in PLACES | CLASSES | WORDS]
    known = {at: share_known(frame.iloc[:SAMPLED, at].tolist()) for at in fit}
    best = max(known.values(), default=0.0)
    if best > 0:
        good = [at for at in fit if known[at] >= MIN_KNOWN * best]
        single = [at for at in good if frame.iloc[:, at].is_unique] if unique else []
        return (single or good)[0]
    return fit[0] if fit else 0


def find_symbols(
    frame: pd.DataFrame,
    texts: Sequence[int],
    identifiers: int,
    share_known: Callable[[Sequence[str]], float],
) -> int | None:
    """Find a further column with symbols of genes, by its name, or by content if it is `gene`."""
    rest = [at for at in texts if at != identifiers]
    named = [at for at in rest if plain_key(frame.columns[at]) in SYMBOLS]
    named += [at for at in rest if plain_key(frame.columns[at]) in ("gene", "genes", "name")]
    named += [at for at in rest if str(frame.columns[at]).startswith("column ")]
    for at in named:
        if share_known(frame.iloc[:SAMPLED, at].tolist()) > 0:
            return at
    return None


def find_classes(
    frame: pd.DataFrame,
    texts: Sequence[int],
    identifiers: int,
    is_class: Callable[[str], bool],
    assay: str,
) -> int | None:
    """Find a column with the RNA class or biotype of the features."""
    for at in texts:
        key = plain_key(frame.columns[at])
        if at == identifiers or key not in CLASSES:
            continue
        holds_classes = any(is_class(cell) for cell in set(frame.iloc[:, at]))
        if holds_classes or (key in OF_GENES and assay == LONG):
            return at
    return None
