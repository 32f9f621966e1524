"""Tables of every program whose names are random words: nothing passes, whatever the program."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from counts_tables import LONG, SMALL, genes_of, identifier, products, runs_for
from protein_matrices import amounts
from proteins_tables_helpers import all_imported, one_each
from purity_helpers import PANELS, default_options

from evcargo.contracts import CONTRACTS
from evcargo.counts.importing import import_counts
from evcargo.purity.markers import read_panels
from evcargo.purity.score import score
from evcargo.rna.count import TABLES, count_study
from evcargo.tables import read_matrix, write_table
from evcargo.transcripts.count import count_imported

SAMPLES = ["T1", "T2", "T3", "H1", "H2", "H3"]
JUDGED = {"pass", "warn", "fail"}


def words(number: int) -> list[str]:
    """Invented words: consonants and vowels in turn, so that none is a symbol or an accession."""
    rng = np.random.default_rng(8)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    drawn = dict.fromkeys("".join(rng.choice(syllables, 4)) for _ in range(2 * number))
    return list(drawn)[:number]


def sample_sheet() -> pd.DataFrame:
    sheet = pd.DataFrame({"sample": SAMPLES}, columns=CONTRACTS["samples"].names)
    return sheet.assign(material="ev", biofluid="plasma", condition=["a"] * 3 + ["b"] * 3)


def criteria(**matrices) -> pd.DataFrame:
    panels = read_panels(PANELS, "human")
    tables = score(sample_sheet(), panels, default_options(), genes=genes_of(), **matrices)
    (assay,) = matrices
    assert "pass" not in set(tables["verdicts"]["verdict"])
    return tables["criteria"][tables["criteria"]["assay"] == assay]


def maxquant(names: Sequence[str], table: pd.DataFrame) -> pd.DataFrame:
    data = {"Protein IDs": names, "Majority protein IDs": names, "Gene names": names}
    data |= {"Unique peptides": 3, "Reverse": "", "Potential contaminant": ""}
    data |= {"Only identified by site": "", "id": range(len(names))}
    return pd.DataFrame(data | {f"LFQ intensity {one}": table[one].to_numpy() for one in SAMPLES})


def fragpipe(names: Sequence[str], table: pd.DataFrame) -> pd.DataFrame:
    data = {"Protein": names, "Protein ID": names, "Entry Name": names, "Gene": names}
    data |= {"Organism": "", "Protein Probability": 1.0, "Combined Total Peptides": 5}
    data |= {f"{one} Spectral Count": 4 for one in SAMPLES}
    return pd.DataFrame(
        data | {f"{one} MaxLFQ Intensity": table[one].to_numpy() for one in SAMPLES}
    )


def diann(names: Sequence[str], table: pd.DataFrame) -> pd.DataFrame:
    data = {"Protein.Group": names, "Protein.Names": names, "Genes": names}
    data |= {"First.Protein.Description": ""}
    return pd.DataFrame(data | {f"/data/{one}.raw": table[one].to_numpy() for one in SAMPLES})


def spectronaut(names: Sequence[str], table: pd.DataFrame) -> pd.DataFrame:
    long = table.set_axis(pd.Index(names, name="PG.ProteinGroups")).melt(
        ignore_index=False, var_name="R.FileName", value_name="PG.Quantity"
    )
    return long.reset_index().assign(**{"PG.Genes": lambda t: t["PG.ProteinGroups"]})


def matrix(names: Sequence[str], table: pd.DataFrame) -> pd.DataFrame:
    return table.set_axis(pd.Index(names, name="Name")).reset_index()


PROTEIN_LAYOUTS = [maxquant, fragpipe, diann, spectronaut, matrix]


@pytest.mark.parametrize("layout", PROTEIN_LAYOUTS)
def test_proteins(tmp_path: Path, layout: Callable[..., pd.DataFrame]) -> None:
    table = amounts()
    judged = {}
    for kind, names in (("words", words(300)), ("symbols", table.index.tolist())):
        path = tmp_path / f"{kind}.tsv"
        layout(names, table).to_csv(path, sep="\t", index=False)
        of_kind = criteria(proteins=all_imported(one_each(path, *SAMPLES)).matrix)
        judged[kind] = set(of_kind["verdict"]) & JUDGED
    assert judged["words"] == set()
    assert judged["symbols"]


def of_samples(lead: dict[str, object], table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(lead | {one: table[one].to_numpy() for one in SAMPLES})


def featurecounts(names: Sequence[str], table: pd.DataFrame) -> pd.DataFrame:
    lead = {"Geneid": names, "Chr": "1", "Start": 1, "End": 900, "Strand": "+", "Length": 900}
    return of_samples(lead, table)


def salmon_merged(names: Sequence[str], table: pd.DataFrame) -> pd.DataFrame:
    return of_samples(
        {"gene_id": names, "gene_name": names}, table.add(0.25 * (table.index % 2), 0)
    )


def htseq(names: Sequence[str], table: pd.DataFrame) -> pd.DataFrame:
    counters = pd.DataFrame(500, ["__no_feature", "__ambiguous"], SAMPLES)
    both = pd.concat([table.set_axis(list(names)), counters])
    return both.rename_axis("gene").reset_index()


def mirge(names: Sequence[str], table: pd.DataFrame) -> pd.DataFrame:
    total = table.sum().to_frame("miRNAtotal").T
    return pd.concat([total, table.set_axis(list(names))]).rename_axis("miRNA").reset_index()


def mirdeep2(names: Sequence[str], table: pd.DataFrame) -> pd.DataFrame:
    return of_samples({"#miRNA": names, "precursor": names, "total": 1.0}, table)


def plain(names: Sequence[str], table: pd.DataFrame) -> pd.DataFrame:
    return of_samples({"name": names}, table)


KNOWN = {
    SMALL: ["hsa-miR-451a", "hsa-miR-23a-3p", *(f"hsa-let-7{one}-5p" for one in "abcdefi")],
    LONG: [
        "HBB",
        "HBA1",
        "ACTB",
        "PPBP",
        "PF4",
        "GAPDH",
        "CD9",
        "RPL3",
        "RPS6",
        "MT-CO1",
        "MT-ND1",
        "MT-RNR1",
    ],
}
COUNT_LAYOUTS = [
    *((SMALL, layout) for layout in (plain, mirge, mirdeep2)),
    *((LONG, layout) for layout in (plain, featurecounts, salmon_merged, htseq)),
]


def counted(folder: Path, path: Path, assay: str):
    paths = products(folder)
    import_counts(runs_for(path, *SAMPLES), identifier(assay), paths)
    write_table(sample_sheet(), folder / "samples.tsv", "samples")
    names = ["table", "fractional", "cpm", "quality", *(name for _, name, _ in TABLES)]
    files = {name: folder / f"{name}.tsv" for name in names} | {"matrix": folder / "m.h5ad"}
    sheets = [folder / "samples.tsv", *([None] if assay == SMALL else []), paths["counts"], files]
    count = count_study if assay == SMALL else count_imported
    count(*sheets, imported_features=paths["features"])
    return read_matrix(folder / "m.h5ad")


@pytest.mark.parametrize(("assay", "layout"), COUNT_LAYOUTS)
def test_counts(tmp_path: Path, assay: str, layout: Callable[..., pd.DataFrame]) -> None:
    known = KNOWN[assay]
    rng = np.random.default_rng(2)
    judged, measured = {}, {}
    for kind, names in (("words", words(60)), ("known", known)):
        values = rng.integers(2_000, 90_000, (len(names), len(SAMPLES)))
        path = tmp_path / f"{kind}.tsv"
        layout(names, pd.DataFrame(values, columns=SAMPLES)).to_csv(path, sep="\t", index=False)
        of_kind = criteria(**{assay: counted(tmp_path, path, assay)})
        judged[kind] = set(of_kind["verdict"]) & JUDGED
        measured[kind] = bool(of_kind["value"].notna().any())
    assert judged["words"] == set()
    assert measured == {"words": False, "known": True}  # criteria of long RNA have no limits
    assert judged["known"] or assay == LONG
