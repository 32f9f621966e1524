"""The column contract of every table that the stages exchange; `config/README.md` prints them.

A table is a tab-separated file with a header, UTF-8, with line feeds as line ends, and an empty cell
for a missing value. Its contract names each column with type, unit and meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True)
class Column:
    """One column: its name, type (`text`, `number`, `count` or `flag`), unit and meaning."""

    name: str
    dtype: Literal["text", "number", "count", "flag"]
    unit: str
    meaning: str


@dataclass(frozen=True)
class Contract:
    """The columns of one kind of table, and whether it may have more (`open`)."""

    file: str
    columns: tuple[Column, ...]
    open: bool = False

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order."""
        return [column.name for column in self.columns]


def _contract(file: str, *columns: tuple[str, str, str, str], more: bool = False) -> Contract:
    return Contract(file, tuple(Column(*column) for column in columns), more)  # type: ignore[arg-type]


# fmt: off
CONTRACTS: Mapping[str, Contract] = MappingProxyType(
    {
        "samples": _contract(
            "results/study/samples.tsv",
            ("sample", "text", "", "name of the preparation"),
            ("material", "text", "", "ev, source (cells, whole plasma ...) or depleted (flow-through)"),
            ("condition", "text", "", "group of the sample"),
            ("subject", "text", "", "donor, animal or culture; pairs samples of one origin"),
            ("batch", "text", "", "preparation or measurement batch"),
            ("biofluid", "text", "", "matrix that the EVs come from"),
            ("isolation", "text", "", "isolation method"),
            ("particle_count", "number", "particles", "particles in the whole preparation"),
            ("protein_ug", "number", "ug", "protein in the whole preparation"),
            more=True,
        ),
        "runs": _contract(
            "results/study/runs.tsv",
            ("run", "text", "", "name of the run: the sample, with .f<fraction>.r<replicate>.l<lane>.m<mate> as needed"),
            ("sample", "text", "", "sample that was measured"),
            ("assay", "text", "", "proteins, rna, transcripts or particles"),
            ("path", "text", "", "file of the run"),
            ("fraction", "count", "", "fraction of the sample, from 1"),
            ("replicate", "count", "", "technical replicate, from 1"),
            ("kit", "text", "", "library kit of an RNA run, or auto"),
            ("format", "text", "", "mzml, fastq, or the kind of table"),
            ("column", "text", "", "column of this run in a table that holds many runs"),
            ("mate", "count", "", "1 or 2 of paired reads, 0 where the sheet says that reads are single"),
        ),
        "quality": _contract(
            "results/<assay>/quality.tsv, results/quality/quality.tsv",
            ("sample", "text", "", "sample"),
            ("run", "text", "", "run, or empty for a figure of the whole sample"),
            ("assay", "text", "", "assay"),
            ("metric", "text", "", "name of the figure"),
            ("value", "number", "see unit", "the figure"),
            ("unit", "text", "", "its unit"),
        ),
        "funnel": _contract(
            "results/rna/funnel.tsv",
            ("sample", "text", "", "sample; the other cells are empty if it has none"),
            ("step", "text", "", "where the reads ended; the steps of one sample sum to its raw reads"),
            ("reads", "count", "reads", "reads that ended there"),
        ),
        "rna_lengths": _contract(
            "results/rna/lengths.tsv",
            ("sample", "text", "", "sample; the other cells are empty if it has none"),
            ("length", "count", "nt", "length of the insert after the adapter was removed"),
            ("reads", "count", "reads", "reads of that length"),
        ),
        "rna_classes": _contract(
            "results/rna/classes.tsv",
            ("sample", "text", "", "sample; the other cells are empty if it has none"),
            ("class", "text", "", "RNA class, or unassigned"),
            ("reads", "count", "reads or molecules", "inserts of that class"),
            ("share", "number", "fraction", "share of the inserts; the classes of one sample sum to 1"),
        ),
        "rna_gate": _contract(
            "results/rna/gate.tsv",
            ("sample", "text", "", "sample"),
            ("rule", "text", "", "rule of the quality gate; overall is the gravest of the others"),
            ("verdict", "text", "", "pass, warn, fail or not assessed"),
            ("value", "number", "see unit", "the measured value"),
            ("unit", "text", "", "unit of the value and of the threshold"),
            ("threshold", "text", "", "the thresholds that were applied, with their direction"),
            ("source", "text", "", "paper or tool that the rule and threshold come from"),
            ("reason", "text", "", "what was found, or why the rule was not assessed"),
        ),
        "rna_adapters": _contract(
            "results/rna/adapters.tsv",
            ("sample", "text", "", "sample; the other cells are empty if it has no reads"),
            ("run", "text", "", "run"),
            ("kit", "text", "", "library kit that the reads were trimmed with"),
            ("umi_length", "count", "nt", "length of the molecular identifier, 0 if there is none"),
            ("verdict", "text", "", "HIGH, CONFLICT or NONE: how clearly the reads carry one adapter"),
            ("share", "number", "fraction", "first reads that carry the adapter of the kit"),
            ("found", "text", "", "kit of the most frequent known adapter"),
            ("found_share", "number", "fraction", "first reads that carry that adapter"),
            ("problem", "text", "", "why the run cannot be trusted, empty if it can"),
            ("notes", "text", "", "what else is unusual about the file"),
        ),
        "rna_saturation": _contract(
            "results/rna/saturation.tsv",
            ("sample", "text", "", "sample; the other cells are empty if it has no counts"),
            ("reads", "count", "reads or molecules", "reads drawn, of all that count as a feature"),
            ("features", "number", "mature miRNAs", "how many a random draw is expected to show"),
        ),
        "rna_counts": _contract(
            "results/rna/counts/<sample>.tsv",
            ("feature", "text", "", "stable feature id"),
            ("class", "text", "", "RNA class"),
            ("reads", "count", "reads or molecules", "integer count (largest remainder); sums to the class"),
            ("fractional_reads", "number", "reads or molecules", "count with multi-mappers in equal parts"),
            ("inserts", "count", "inserts", "distinct inserts that fit the feature"),
        ),
        "rna_isomirs": _contract(
            "results/rna/isomirs/<sample>.tsv",
            ("feature", "text", "", "mature miRNA, as in the counts"),
            ("hairpins", "text", "", "hairpins that the insert lies on, separated by commas"),
            ("sequence", "text", "", "the insert"),
            ("reads", "number", "reads or molecules", "its reads, in equal parts where it fits several matures; they sum to the miRNA reads"),
            ("variant", "text", "", "difference from the mature in the words of mirGFF3 1.2; NA for the reference sequence"),
            ("shift_5p", "count", "nt", "start, relative to that of the mature; positive is later"),
            ("shift_3p", "count", "nt", "end of the templated part, relative to that of the mature; positive is later"),
            ("tail", "text", "", "non-templated letters at the 3' end"),
            ("mismatch", "text", "", "position in the insert from 1, letter of the hairpin > letter of the insert"),
            ("share", "number", "fraction", "share of the reads of its mature"),
            ("filter", "text", "", "low share: below rna.isomir_share; else empty"),
        ),
        "rna_fragments": _contract(
            "results/rna/fragments.tsv",
            ("sample", "text", "", "sample; the other cells are empty if it has none"),
            ("class", "text", "", "tRNA or Y_RNA"),
            ("feature", "text", "", "feature, as in the counts"),
            ("type", "text", "", "tRNA: 5' half, 3' half, tRF-5, tRF-3, i-tRF, whole, long 5', long 3'; Y RNA: 5' fragment, 3' fragment, internal, whole"),
            ("reads", "number", "reads or molecules", "reads; the types of one class sum to its reads"),
        ),
        "rna_exogenous": _contract(
            "results/rna/exogenous.tsv",
            ("sample", "text", "", "sample; the other cells are empty if it has none"),
            ("sequence", "text", "", "name of the foreign sequence; a match is weak evidence (low confidence)"),
            ("reads", "number", "reads or molecules", "reads that fit nothing else and match it exactly, in equal parts where several match"),
            ("inserts", "count", "inserts", "distinct inserts that match it"),
        ),
        "rna_features": _contract(
            "results/rna/reference/features.tsv",
            ("reference", "count", "", "number of the sequence in reference.fa"),
            ("class", "text", "", "RNA class"),
            ("feature", "text", "", "what an insert there counts as"),
            ("start", "count", "nt", "0-based start on the sequence"),
            ("end", "count", "nt", "0-based end on the sequence, exclusive"),
            ("sequence", "text", "", "sequence of the feature, if it has one of at most 200 nt"),
        ),
        "rna_manifest": _contract(
            "results/rna/reference/manifest.tsv",
            ("class", "text", "", "RNA class; miRNA is given by hairpin and mature"),
            ("file", "text", "", "name of the FASTA file"),
            ("origin", "text", "", "shipped or user"),
            ("sequences", "count", "sequences", "sequences in it"),
            ("sha256", "text", "", "its checksum"),
            ("version", "text", "", "version of the database, of shipped files"),
            ("source", "text", "", "where the sequences come from; the URL of a fetched file"),
            ("licence", "text", "", "terms of use of shipped files"),
        ),
        "transcript_genes": _contract(
            "results/transcripts/genes.tsv",
            ("transcript", "text", "", "transcript of the FASTA, in its order"),
            ("gene", "text", "", "gene that it is counted for"),
            ("name", "text", "", "name of the gene, if known"),
            ("class", "text", "", "biotype of the gene, or transcript"),
            ("ribosomal", "flag", "", "whether the gene is ribosomal RNA, by class or name"),
        ),
        "transcript_quantities": _contract(
            "results/transcripts/quantified/<sample>.tsv",
            ("transcript", "text", "", "transcript"),
            ("length", "count", "nt", "its length"),
            ("effective_length", "number", "nt", "its length as salmon corrects it for fragment length and bias"),
            ("tpm", "number", "transcripts per million", "its abundance"),
            ("reads", "number", "fragments", "fragments that salmon gives it; a pair is one"),
        ),
        "imported_counts": _contract(
            "results/<assay>/imported.tsv",
            ("sample", "text", "", "sample"),
            ("feature", "text", "", "feature as the table names it"),
            ("class", "text", "", "RNA class by name"),
            ("reads", "count", "reads", "count, summed over the runs of the sample"),
        ),
        "proteins_spectra": _contract(
            "results/proteins/spectra.tsv",
            ("run", "text", "", "run"),
            ("sample", "text", "", "sample"),
            ("instrument", "text", "", "model of the instrument, as the file states it"),
            ("acquired", "text", "", "start of the measurement, ISO 8601, as the file states it"),
            ("injection_order", "count", "", "rank of the run by the start of its measurement, from 1; empty if any run lacks it"),
            ("minutes", "number", "min", "first to last spectrum"),
            ("ms1_spectra", "count", "spectra", "MS1 spectra"),
            ("ms2_spectra", "count", "spectra", "MS2 spectra"),
            ("ms1_tic", "number", "intensity", "summed intensity of the MS1 spectra"),
            ("format", "text", "", "mzML, mzML.gz, MGF ..."),
            ("notes", "text", "", "what is unusual about the file, e.g. profile spectra that were centroided"),
        ),
        "proteins_rules": _contract(
            "results/proteins/rules.tsv",
            ("level", "text", "", "PSM, peptide or protein group"),
            ("targets", "count", "entries", "targets that competed"),
            ("decoys", "count", "entries", "decoys that competed"),
            ("accepted", "count", "entries", "targets accepted"),
            ("rule", "text", "", "how they were accepted"),
            ("score", "text", "", "score that they were ranked by, and why"),
        ),
        "proteins_filters": _contract(
            "results/proteins/filters.tsv",
            ("path", "text", "", "table that was imported"),
            ("engine", "text", "", "engine and kind of table, told by its header"),
            ("step", "count", "", "order in which the filters were applied, from 1"),
            ("filter", "text", "", "rule of the filter; empty text is never a rule"),
            ("before", "count", "rows", "rows before the filter"),
            ("after", "count", "rows", "rows after the filter"),
            ("source", "text", "", "documentation or paper that the filter comes from"),
        ),
        "proteins_columns": _contract(
            "results/proteins/columns.tsv",
            ("run", "text", "", "run of the run sheet"),
            ("sample", "text", "", "its sample"),
            ("path", "text", "", "table that was imported"),
            ("column", "text", "", "column of the table, or value of its run column, that was taken"),
            ("matched_by", "text", "", "exact name, prefix, file name or annotation"),
            ("quantity", "text", "", "quantity that was taken, e.g. LFQ intensity"),
        ),
        "proteins_origins": _contract(
            "results/proteins/origins.tsv",
            ("sample", "text", "", "sample"),
            ("origin", "text", "", "host (only host proteins hold the peptide), shared (host and foreign), bovine (only bovine), foreign (any other)"),
            ("peptides", "count", "peptides", "quantified peptides of that origin"),
            ("intensity", "number", "intensity", "their summed intensity, not normalised"),
            ("share", "number", "fraction", "share of the intensity; the origins of one sample sum to 1"),
        ),
        "proteins_missing": _contract(
            "results/proteins/missing.tsv",
            ("sample", "text", "", "sample"),
            ("protein_groups", "count", "protein groups", "accepted protein groups of the study"),
            ("quantified", "count", "protein groups", "of them, quantified in the sample"),
            ("transferred", "count", "protein groups", "of those, only by ions transferred from other runs"),
            ("missing", "count", "protein groups", "not quantified in the sample"),
            ("missing_below_detection", "number", "protein groups", "of the missing, expected to be below the detection limit"),
            ("missing_at_random", "number", "protein groups", "of the missing, not explained by a low level: missing at random, or truly absent"),
        ),
        "proteins_normalisation": _contract(
            "results/proteins/normalisation.tsv",
            ("sample", "text", "", "sample"),
            ("batch", "text", "", "batch of the sample sheet"),
            ("method", "text", "", "normalisation that was applied"),
            ("shift", "number", "log2", "median of what was subtracted"),
            ("median_before", "number", "log2", "median log2 quantity before"),
            ("median_after", "number", "log2", "median log2 quantity after"),
            ("spread_before", "number", "log2", "interquartile range of the log2 quantities before"),
            ("spread_after", "number", "log2", "interquartile range after"),
        ),
        "particles": _contract(
            "results/particles/particles.tsv",
            ("sample", "text", "", "sample"),
            ("status", "text", "", "ok, failed or no run"),
            ("status_reason", "text", "", "why the sample is not ok"),
            ("mode_nm", "number", "nm", "size bin with most particles per nm"),
            ("mean_nm", "number", "nm", "mean diameter, weighted by concentration"),
            ("d10_nm", "number", "nm", "10 % of the particles are smaller"),
            ("d50_nm", "number", "nm", "median diameter"),
            ("d90_nm", "number", "nm", "90 % of the particles are smaller"),
            ("share_in_window", "number", "fraction", "particles within the size window (default 30-150 nm)"),
            ("particles_per_ml", "number", "particles/ml", "total concentration"),
            ("particles_per_ug", "number", "particles/ug", "particle_count / protein_ug of the sample sheet"),
        ),
        "distribution": _contract(
            "results/particles/distribution.tsv",
            ("sample", "text", "", "sample"),
            ("diameter_nm", "number", "nm", "middle of the size bin"),
            ("share", "number", "fraction", "share of the sample's particles in the bin"),
            ("concentration_per_ml", "number", "particles/ml", "particles in the bin, if known"),
        ),
        "criteria": _contract(
            "results/purity/criteria.tsv",
            ("sample", "text", "", "sample"),
            ("assay", "text", "", "assay that the evidence comes from"),
            ("criterion", "text", "", "the purity question, in words"),
            ("verdict", "text", "", "pass, warn, fail or not assessed"),
            ("value", "number", "see unit", "the measured value"),
            ("unit", "text", "", "unit of the value and of the threshold"),
            ("threshold", "text", "", "the thresholds that were applied, with their direction"),
            ("rule", "text", "", "the rule that fired, as a sentence"),
            ("evidence", "text", "", "the markers or figures behind the value"),
            ("source", "text", "", "paper or tool that the rule and threshold come from"),
        ),
        "verdicts": _contract(
            "results/purity/verdicts.tsv",
            ("sample", "text", "", "sample"),
            ("verdict", "text", "", "fail, warn, pass or not assessed: the gravest of its criteria"),
            ("n_pass", "count", "criteria", "criteria passed"),
            ("n_warn", "count", "criteria", "criteria with a warning"),
            ("n_fail", "count", "criteria", "criteria failed"),
            ("n_not_assessed", "count", "criteria", "criteria without evidence"),
            ("reason", "text", "", "the criteria that decided"),
        ),
        "markers": _contract(
            "results/purity/markers.tsv",
            ("sample", "text", "", "sample"),
            ("panel", "text", "", "panel of the marker, e.g. misev2018_1a"),
            ("category", "text", "", "category, e.g. 1a"),
            ("role", "text", "", "ev, contaminant, intracellular, secreted ..."),
            ("gene", "text", "", "approved gene symbol of the study's organism"),
            ("evidence", "text", "", "detected, ambiguous (only a further member of the group), not detected, or not assessed (run too shallow)"),
            ("feature", "text", "", "protein group that carries the marker"),
            ("intensity", "number", "raw intensity", "raw quantity of that protein group"),
            ("share", "number", "fraction", "its share of the sample's summed intensity"),
            ("rank", "count", "", "its rank by intensity in the sample, from 1"),
            ("n_peptides", "count", "peptides", "peptides of that protein group"),
        ),
        "shares": _contract(
            "results/purity/shares.tsv",
            ("sample", "text", "", "sample"),
            ("assay", "text", "", "proteins or rna"),
            ("class", "text", "", "exclusive class of the signal; the classes of one sample sum to 1"),
            ("share", "number", "fraction", "share of the non-normalised signal"),
        ),
        "associations": _contract(
            "results/purity/associations.tsv",
            ("contrast", "text", "", "contrast"),
            ("metric", "text", "", "purity metric"),
            ("assay", "text", "", "assay of the metric"),
            ("n_test", "count", "samples", "samples at the test level with a value"),
            ("n_reference", "count", "samples", "samples at the reference level with a value"),
            ("median_test", "number", "see metric", "median at the test level"),
            ("median_reference", "number", "see metric", "median at the reference level"),
            ("p_value", "number", "", "exact Mann-Whitney test, two-sided"),
            ("adjusted_p_value", "number", "", "Benjamini-Hochberg over the metrics of the contrast"),
            ("associated", "flag", "", "adjusted or plain p-value below the threshold, as `rule` says; empty where no test can tell"),
            ("rule", "text", "", "the rule that decided"),
        ),
        "differential": _contract(
            "results/differential/<contrast>.<assay>.tsv",
            ("feature", "text", "", "stable feature id"),
            ("name", "text", "", "name for people: gene symbol or RNA name"),
            ("class", "text", "", "protein, or the RNA class"),
            ("n_test", "count", "samples", "samples at the test level with a value"),
            ("n_reference", "count", "samples", "samples at the reference level with a value"),
            ("mean", "number", "log2 intensity or normalised counts", "mean over the compared samples"),
            ("log2_fold_change", "number", "log2", "test minus reference"),
            ("standard_error", "number", "log2", "standard error of the log2 fold change"),
            ("ci_low", "number", "log2", "lower end of the 95 % confidence interval"),
            ("ci_high", "number", "log2", "upper end of the 95 % confidence interval"),
            ("statistic", "number", "", "moderated t (proteins) or Wald z (RNA)"),
            ("p_value", "number", "", "two-sided p-value"),
            ("adjusted_p_value", "number", "", "Benjamini-Hochberg"),
            ("significant", "flag", "", "adjusted p-value below differential.alpha"),
            ("tested", "flag", "", "whether a test was possible"),
            ("reason", "text", "", "why it was not tested, or has no adjusted p-value"),
            ("flag", "text", "", "contaminant or impurity class of the feature, empty if none"),
            ("flag_reason", "text", "", "why it carries the flag"),
        ),
        "contrasts": _contract(
            "results/differential/contrasts.tsv",
            ("contrast", "text", "", "contrast"),
            ("assay", "text", "", "assay"),
            ("n_test", "count", "samples", "samples at the test level"),
            ("n_reference", "count", "samples", "samples at the reference level"),
            ("tested", "count", "features", "features tested"),
            ("not_tested", "count", "features", "features not tested, each with its reason in the table"),
            ("significant", "count", "features", "significant features"),
            ("up", "count", "features", "significant and higher at the test level"),
            ("down", "count", "features", "significant and lower at the test level"),
            ("flagged", "count", "features", "significant, but a contaminant or impurity marker"),
            ("method", "text", "", "the test, with its settings"),
            ("warning", "text", "", "what the reader must know before reading the table"),
        ),
    }
)
# fmt: on
