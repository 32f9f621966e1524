r"""Write human_ev.fasta, contaminants.fasta and human_genes.tsv anew from the sources in README.md.

    python make.py --swissprot human_sp_td.fasta --hgnc hgnc_entries.tsv \
        --maxquant contaminants.fasta --crap crap.fasta

What goes in is decided by human_ev.tsv and contaminants.tsv beside this file; sequences and human
names come from the sources.
"""

import argparse
import csv
import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
HUMAN = "OS=Homo sapiens OX=9606"


def entries(path: Path) -> Iterator[tuple[str, str]]:
    """Header and sequence of each FASTA entry."""
    header, parts = "", []
    for line in path.read_text(encoding="latin-1").splitlines():
        if line.startswith(">"):
            if header:
                yield header, "".join(parts)
            header, parts = line[1:].strip(), []
        else:
            parts.append(line.strip())
    yield header, "".join(parts)


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a tab-separated table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def natural(symbol: str) -> list[tuple[int, int, str]]:
    """Sort key that puts H4C2 before H4C11."""
    return [
        (1, int(part), "") if part.isdigit() else (0, 0, part)
        for part in re.split(r"(\d+)", symbol)
    ]


def names_of(hgnc: Path) -> dict[str, tuple[str, str]]:
    """Approved symbol and name of each UniProt accession; the first symbol where it has several."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows(hgnc):
        if row["Status"] == "Approved":
            for accession in (row["UniProt ID(supplied by UniProt)"] or "").split(","):
                name = (row["Approved symbol"], row["Approved name"])
                found.setdefault(accession.strip(), []).append(name)
    return {
        accession: min(names, key=lambda name: natural(name[0]))
        for accession, names in found.items()
    }


def write(path: Path, proteins: list[tuple[str, str]]) -> None:
    """Write FASTA with 60 residues per line."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for header, sequence in proteins:
            lines = [sequence[start : start + 60] for start in range(0, len(sequence), 60)]
            stream.write("\n".join([f">{header}", *lines, ""]))


def human(swissprot: Path, hgnc: Path) -> list[tuple[str, str]]:
    """Take the chosen human proteins, sorted by accession; decoys are left behind."""
    names = names_of(hgnc)
    sequences = {
        header.split("|")[1]: (header.split()[0], sequence)
        for header, sequence in entries(swissprot)
        if header.startswith("sp|")
    }
    chosen = []
    for row in rows(HERE / "human_ev.tsv"):
        identifier, sequence = sequences[row["accession"]]
        symbol, name = names[row["accession"]]
        chosen.append((f"{identifier} {name[0].upper()}{name[1:]} {HUMAN} GN={symbol}", sequence))
    return chosen


def contaminants(maxquant: Path, crap: Path) -> list[tuple[str, str]]:
    """Take the chosen contaminants that are not the host's own, sorted by accession."""
    sources = {
        "alphabase": {header.split()[0]: sequence for header, sequence in entries(maxquant)},
        "crap": dict(entries(crap)),
    }
    chosen = []
    for row in rows(HERE / "contaminants.tsv"):
        if row["source"] == "host":
            continue
        gene = f" GN={row['gene']}" if row["gene"] else ""
        header = (
            f"{row['database']}|{row['accession']}|{row['entry']} {row['name']}"
            f" OS={row['organism']} OX={row['taxon']}{gene}"
        )
        chosen.append((header, sources[row["source"]][row["source_id"]]))
    return chosen


def genes(hgnc: Path) -> list[tuple[str, str, str]]:
    """Symbol, UniProt accession and Ensembl gene of every human gene with a protein, by symbol."""
    found = []
    symbol_of = {accession: symbol for accession, (symbol, _) in names_of(hgnc).items()}
    for row in rows(hgnc):
        if row["Status"] != "Approved":
            continue
        symbol, ensembl = row["Approved symbol"], row["Ensembl gene ID"]
        given = (row["UniProt ID(supplied by UniProt)"] or "").split(",")
        accessions = sorted(one.strip() for one in given)
        # Identical histones and others of several genes: the accession goes to the first.
        mine = [one for one in accessions if symbol_of.get(one) == symbol]
        if row["Locus type"] == "gene with protein product":
            mine = mine or [""]
        found += [(symbol, accession, ensembl) for accession in mine]
    return sorted(found, key=lambda one: (natural(one[0]), one[1]))


def write_genes(path: Path, found: list[tuple[str, str, str]]) -> None:
    """Write the table of genes."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(
            "\t".join(row) + "\n" for row in [("gene", "accession", "ensembl"), *found]
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Write the FASTA files and the table of genes anew."
    )
    for source in ("swissprot", "hgnc", "maxquant", "crap"):
        parser.add_argument(f"--{source}", type=Path, required=True)
    paths = parser.parse_args()
    write(HERE / "human_ev.fasta", human(paths.swissprot, paths.hgnc))
    write(HERE / "contaminants.fasta", contaminants(paths.maxquant, paths.crap))
    write_genes(HERE / "human_genes.tsv", genes(paths.hgnc))
