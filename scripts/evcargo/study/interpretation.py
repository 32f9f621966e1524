"""The gene sets and the miRNA targets that a study brings along: looked at before any job runs."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from evcargo.errors import Problem
from evcargo.interpretation.gmt import collection_of, read_gmt
from evcargo.interpretation.targets import read_targets, resolve
from evcargo.purity.haemolysis import plain_mirna
from evcargo.purity.panels import is_mirna
from evcargo.study.files import checked_head
from evcargo.study.notes import Notes, listed
from evcargo.study.panels import known_symbols, shipped

SETS, TARGETS = "interpretation.gene_sets", "interpretation.targets"
GMT = " (of MSigDB: the file ...symbols.gmt)"
FEW = 0.1
"""Share of known symbols below which a table is taken for one of another organism or naming."""
MOST = 0.5
IDENTIFIERS = (
    (re.compile(r"\d+"), "Entrez ids"),
    (re.compile(r"ENS[A-Z]*[GTP]\d{6,}(\.\d+)?"), "Ensembl ids"),
    (re.compile(r"(?:[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z0-9]{2}\d){1,2})"), "accessions"),
)


def check_interpretation(
    config: Mapping[str, Any], notes: Notes, resource: Callable[[str], str] = shipped
) -> tuple[list[Problem], tuple[str, ...]]:
    """Look for mistakes in the GMT files and in the table of targets that the config names.

    Parameters
    ----------
    config
        The config with its defaults.
    notes
        Takes problems of the config, e.g. that there is no such file.
    resource
        Gives the path of a file of `resources`.

    Returns
    -------
    problems
        Of the files, with their lines.
    warnings
        Names that are in no list, so that they may never be found.
    """
    options, organism = config["interpretation"], config["organism"]
    problems: list[Problem] = []
    warnings: list[str] = []
    if not options["gene_sets"] and not options["targets"]:
        return problems, ()
    symbols, matures = known_symbols(organism, resource)
    mirnas = {plain_mirna(name) for name in matures}
    _check_names(options["gene_sets"], notes)
    for number, path in enumerate(options["gene_sets"]):
        if checked_head(path, "table", notes, 0, f"{SETS}[{number}]") is not None:
            inside = Notes(path)
            genes = dict.fromkeys(g for one in read_gmt(path, inside) for g in one.genes)
            if not genes and not inside.problems:
                inside.add("holds no gene set", "Give a GMT file, or take it out of gene_sets")
            warnings += check_symbols(list(genes), symbols, organism, inside, "the gene sets", GMT)
            problems += inside.problems
    path = options["targets"]
    if path and checked_head(path, "table", notes, 0, TARGETS) is not None:
        inside = Notes(path)
        warnings += _check_targets(path, organism, symbols, mirnas, inside)
        problems += inside.problems
    return problems, tuple(warnings)


def _check_names(paths: Sequence[str], notes: Notes) -> None:
    """Hold the files to different names, by which their collections are told apart."""
    first: dict[str, str] = {}
    for number, path in enumerate(paths):
        other = first.setdefault(collection_of(path), path)
        if other != path:
            notes.add(
                f"has the file name of {other}, and both would be one collection",
                "Rename one of the files",
                column=f"{SETS}[{number}]",
                value=path,
            )


def check_symbols(
    genes: Sequence[str], symbols: set[str], organism: str, notes: Notes, what: str, hint: str = ""
) -> Iterator[str]:
    """Hold the genes to the symbols of the organism, and warn where they are written otherwise.

    The list of symbols is the human one; those of mouse and rat are held against it in capitals.

    Parameters
    ----------
    genes
        As a table writes them, each once; miRNAs are not looked at.
    symbols
        Of `known_symbols`.
    organism
        Organism of the study.
    notes
        Takes the problem that most are no symbols.
    what
        What names the genes, e.g. "the gene sets".
    hint
        Where symbols are found.

    Yields
    ------
    str
        A warning.
    """
    proteins = [gene for gene in genes if not is_mirna(gene)]
    if not proteins:
        return
    known = sum(gene.upper() in symbols for gene in proteins)
    if known < FEW * len(proteins):
        kind = next(
            (
                name
                for pattern, name in IDENTIFIERS
                if sum(bool(pattern.fullmatch(gene)) for gene in proteins) > MOST * len(proteins)
            ),
            "",
        )
        but = f", but {kind}" if kind else ""
        notes.add(
            f"names {len(proteins):,} genes of which {known} are gene symbols of {organism}{but}",
            f"Give {what} as symbols{hint}",
            value=listed(proteins, 3),
        )
        return
    capital = sum(gene == gene.upper() for gene in proteins)
    if organism == "human" and capital < MOST * len(proteins):
        notes.add(
            f"writes its genes as of mouse or rat, e.g. {listed(proteins, 3)}, but the study is of"
            " human",
            f"Give {what} of human, or set organism",
        )
    elif organism != "human" and capital > MOST * len(proteins):
        yield (
            f"{notes.file}: writes its genes as of human, e.g. {listed(proteins, 3)}. They are"
            f" found in {organism} whatever their case, right for most orthologs but not for all."
            f" Better give {what} of {organism}"
        )


def _check_targets(
    path: str, organism: str, symbols: set[str], mirnas: set[str], notes: Notes
) -> Iterator[str]:
    """Hold the table of targets to the miRNAs and symbols of the organism."""
    pairs = read_targets(path, organism, notes)
    if pairs is None:
        return
    genes = pairs["gene"].unique()
    known = sum(gene in symbols for gene in genes)
    if known < FEW * len(genes):
        notes.add(
            f"names {len(genes):,} targets of which {known} are gene symbols of {organism}",
            "Give the targets as gene symbols",
            value=listed(genes, 3),
        )
    names = pairs.loc[~pairs["family"], "mirna"].unique()
    families = pairs.loc[pairs["family"], "mirna"].unique()
    found = resolve(names, mirnas, False) | resolve(families, mirnas, True)
    unknown = [name for name, stands_for in found.items() if not stands_for]
    if len(unknown) == len(found):
        notes.add(
            f"names {len(found):,} miRNAs, none of them a mature miRNA of {organism} in miRBase",
            "Write them as in miRBase, e.g. miR-21-5p",
            value=listed(unknown, 3),
        )
    elif unknown:
        yield (
            f"{path}: {len(unknown):,} of {len(found):,} miRNAs are no mature miRNA of {organism}"
            f" in miRBase, so they may never be found: {listed(unknown, 6)}"
        )
