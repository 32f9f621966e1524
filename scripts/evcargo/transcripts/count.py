"""The products of the stage: matrix and quality figures of all samples."""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from evcargo.contracts import CONTRACTS
from evcargo.rna.assign import SPIKE_IN
from evcargo.rna.matrix import OK, SampleCounts, count_matrix, name_features, without_empty
from evcargo.tables import read_table, write_matrix, write_matrix_tsv, write_table
from evcargo.transcripts.abundance import LENGTH_SCALED, GeneQuantities, gene_quantities
from evcargo.transcripts.quality import Figure, gene_figures, read_figures, warnings_of

if TYPE_CHECKING:
    from anndata import AnnData

ASSAY, OPTION = "transcripts", "transcripts.min_library_size"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Quantified:
    """What the quantified samples of a study left behind.

    Parameters
    ----------
    quantities, summaries
        Sample -> files of `evcargo.transcripts.quantify.quantify_sample`.
    genes
        Table of contract ``transcript_genes``.
    gene_counts
        How transcripts become gene counts, see `evcargo.transcripts.abundance.gene_quantities`.
    has_genome
        Whether the index has the genome as decoy.
    limits
        Metric -> limit, see `evcargo.transcripts.quality.warnings_of`.
    min_library_size
        Fragments from which a sample is never taken for empty (`evcargo.empty_samples`).
    """

    quantities: Mapping[str, str]
    summaries: Mapping[str, str]
    genes: str
    gene_counts: str
    has_genome: bool
    limits: Mapping[str, float | None] = field(default_factory=dict)
    min_library_size: int = 0


def count_imported(
    samples: str | Path,
    imported: str | Path,
    products: Mapping[str, str | Path],
    min_library_size: int = 0,
    imported_features: str | Path | None = None,
) -> None:
    """Bring the counts that came as tables (contract ``imported_counts``) together.

    `samples` is the sample sheet, contract ``samples``; see `count_quantified` for `products`, and
    `Quantified` for `min_library_size`. `imported_features` holds names and genes of the features
    (contract of that name).
    """
    long = read_table(imported, "imported_counts")
    sheet = read_table(samples, "samples")
    every = {
        str(sample): SampleCounts(own.set_index("feature")["reads"].astype(float))
        for sample, own in long.groupby("sample")
    }
    added = set(long.loc[long["class"] == SPIKE_IN, "feature"])
    counted = without_empty(every, sheet, added, min_library_size, "counts", OPTION)
    long = long[long["sample"].isin([name for name, one in counted.items() if not one.problem])]
    features = long.drop_duplicates("feature").set_index("feature")[["class"]].assign(sequence="")
    matrix = count_matrix(sheet, counted, features, "count table", "reads")
    if imported_features:
        name_features(matrix, read_table(imported_features, "imported_features"))
    lacking = len(features) - long.groupby("sample")["feature"].nunique()
    for sample, number in lacking[lacking > 0].items():
        _add_warning(
            matrix,
            str(sample),
            f"its table lacks {number} of the {len(features)} features of all tables, which count"
            " as 0",
        )
    figures = {sample: list(gene_figures(one.counts, None)) for sample, one in every.items()}
    _write(matrix, figures, products)


def count_quantified(
    samples: str | Path, quantified: Quantified, products: Mapping[str, str | Path]
) -> None:
    """Bring the quantities of all samples together, as genes.

    Parameters
    ----------
    samples
        The sample sheet, contract ``samples``.
    quantified
        What was quantified.
    products
        Files to write: matrix (.h5ad), table (its TSV), quality.

    Notes
    -----
    The matrix holds counts rounded to whole numbers, which PyDESeq2 needs, and the layers
    ``fractional`` (as salmon estimated them), ``cpm``, ``normalised`` (log2 counts per million),
    ``tpm`` and ``length`` (effective length, nt). ``status_reason`` of a sample that is ok holds
    its warnings.
    """
    told = {
        sample: json.loads(Path(path).read_text(encoding="utf-8"))
        for sample, path in quantified.summaries.items()
    }
    genes = read_table(quantified.genes, "transcript_genes")
    sheet = read_table(samples, "samples")
    found, counted = _usable_quantities(quantified, told, genes, sheet)
    about = genes.drop_duplicates("gene").set_index("gene").loc[found.counts.index]
    versions = sorted({one["library"]["salmon"] for one in told.values() if one["library"]})
    how = " by lengthScaledTPM" if quantified.gene_counts == LENGTH_SCALED else ""
    source = f"FASTQ: cutadapt, salmon {', '.join(versions)}, transcripts summed to genes{how}"
    matrix = count_matrix(
        sheet,
        counted,
        about[["class"]].assign(sequence=""),
        source,
        "fragments, rounded",
    )
    names = about["name"].fillna("").astype(str).to_numpy(object)
    matrix.var["name"] = np.where(names == "", matrix.var_names.astype(str), names)
    matrix.var["gene"] = names
    for layer, table in (("tpm", found.tpm), ("length", found.length)):
        wide = table.T.reindex(matrix.obs_names).to_numpy(float)
        matrix.layers[layer] = wide.reshape(matrix.shape)
    matrix.obs["library_type"] = [
        told[sample]["library"].get("library_type", "") if sample in told else ""
        for sample in matrix.obs_names
    ]
    ribosomal = genes.groupby("gene")["ribosomal"].any().loc[found.counts.index].astype(bool)
    figures = _figures(matrix, told, ribosomal, quantified.has_genome)
    for sample in matrix.obs_names[matrix.obs["status"] == OK]:
        for warning in warnings_of(figures[sample], quantified.limits):
            _add_warning(matrix, sample, warning)
    _write(matrix, figures, products)
    _warn(matrix, told, ribosomal)


def _usable_quantities(
    quantified: Quantified, told: Mapping[str, Any], genes: pd.DataFrame, sheet: pd.DataFrame
) -> tuple[GeneQuantities, dict[str, SampleCounts]]:
    """Quantities of the genes in the samples that take part, and the counts of all samples."""
    failed = {
        sample: SampleCounts(problem=one["problem"])
        for sample, one in told.items()
        if one["problem"]
    }
    usable = [sample for sample in told if sample not in failed]
    found = _by_gene(quantified, genes, usable)
    unit, least = "fragments on transcripts", quantified.min_library_size
    counted = without_empty(_counts(found), sheet, (), least, unit, OPTION)
    rest = [sample for sample in usable if not counted[sample].problem]
    if len(rest) < len(usable):  # the lengths of genes are means over the samples
        found = _by_gene(quantified, genes, rest)
        counted |= _counts(found)
    return found, counted | failed


def _counts(found: GeneQuantities) -> dict[str, SampleCounts]:
    return {
        str(sample): SampleCounts(counts.round(), fractional=counts)
        for sample, counts in found.counts.items()
    }


def _by_gene(quantified: Quantified, genes: pd.DataFrame, usable: list[str]) -> GeneQuantities:
    index = pd.Index(genes["transcript"].astype(str))
    tables = (
        (
            sample,
            read_table(quantified.quantities[sample], "transcript_quantities").set_index(
                "transcript"
            ),
        )
        for sample in usable
    )
    of = pd.Series(genes["gene"].astype(str).to_numpy(object), index)
    return gene_quantities(tables, of, quantified.gene_counts)


def _figures(
    matrix: "AnnData", told: Mapping[str, Any], ribosomal: pd.Series, has_genome: bool
) -> dict[str, list[Figure]]:
    counts = matrix.to_df()
    figures = {sample: list(read_figures(one, has_genome)) for sample, one in told.items()}
    for sample in matrix.obs_names[matrix.obs["status"] == OK]:
        figures[sample] += gene_figures(counts.loc[sample], ribosomal)
    return figures


def _add_warning(matrix: "AnnData", sample: str, warning: str) -> None:
    """Warn in the log, and in the reason of the sample's status, which the report shows."""
    _log.warning("%s: %s", sample, warning)
    before = matrix.obs.loc[sample, "status_reason"]
    matrix.obs.loc[sample, "status_reason"] = f"{before}; {warning}" if before else warning


def _write(
    matrix: "AnnData",
    figures: Mapping[str, Iterable[Figure]],
    products: Mapping[str, str | Path],
) -> None:
    write_matrix(matrix, products["matrix"])
    write_matrix_tsv(matrix, products["table"])
    metrics = [
        (sample, "", ASSAY, name, value, unit)
        for sample in matrix.obs_names
        for name, value, unit in figures.get(sample, ())
    ]
    frame = pd.DataFrame(metrics, columns=CONTRACTS["quality"].names)
    write_table(frame, products["quality"], "quality")


def _warn(matrix: "AnnData", told: Mapping[str, Any], ribosomal: pd.Series) -> None:
    """Say in the log what a reader of the counts must know."""
    for sample, one in told.items():
        if one["problem"]:
            _log.warning("%s: %s", sample, one["problem"])
    types = matrix.obs.loc[matrix.obs["status"] == OK, "library_type"]
    if types.nunique() > 1:
        each = ", ".join(f"{kind} ({(types == kind).sum()})" for kind in sorted(types.unique()))
        _log.warning("the samples have different library types: %s", each)
    if not ribosomal.any():
        _log.warning("the transcriptome has no ribosomal RNA: its share is not assessed")
