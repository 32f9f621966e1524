"""The section on methods: what was done, with which versions and options, on which files."""

from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath, PureWindowsPath
from typing import Any

import pandas as pd

from evcargo import __version__
from evcargo.report.parts import Column, Table, counted, table_of
from evcargo.report.results import Results
from evcargo.study.model import ASSAYS, SPECTRA

STAGES = (
    "proteins",
    "rna",
    "transcripts",
    "particles",
    "purity",
    "differential",
    "interpretation",
    "biomarkers",
    "report",
)
PACKAGES = {
    "always": (
        "snakemake",
        "numpy",
        "scipy",
        "pandas",
        "anndata",
        "matplotlib",
        "altair",
        "multiqc",
    ),
    "mzml": ("sagepy", "pyteomics", "directlfq", "scikit-learn"),
    "fastq": ("cutadapt", "dnaio", "pybwa"),
    "long_fastq": ("cutadapt",),
    "counts": ("pydeseq2",),
    "biomarkers": ("scikit-learn",),
}
REFERENCES = {
    "misev2018": ("Théry 2018, MISEV2018", "10.1080/20013078.2018.1535750"),
    "misev2023": ("Welsh 2024, MISEV2023", "10.1002/jev2.12404"),
    "snakemake": ("Mölder 2021, Snakemake", "10.12688/f1000research.29032.2"),
    "multiqc": ("Ewels 2016, MultiQC", "10.1093/bioinformatics/btw354"),
    "sage": ("Lazear 2023, Sage", "10.1021/acs.jproteome.3c00486"),
    "fdr": ("Elias and Gygi 2007, target-decoy search", "10.1038/nmeth1019"),
    "picked": ("Savitski 2015, picked protein FDR", "10.1074/mcp.M114.046995"),
    "directlfq": ("Ammar 2023, directLFQ", "10.1016/j.mcpro.2023.100581"),
    "parsimony": (
        "Nesvizhskii and Aebersold 2005, protein inference",
        "10.1074/mcp.R500012-MCP200",
    ),
    "maxlfq": ("Cox 2014, MaxLFQ", "10.1074/mcp.M113.031591"),
    "top3": ("Silva 2006, three most intense peptides", "10.1074/mcp.M500230-MCP200"),
    "ibaq": ("Schwanhäusser 2011, iBAQ", "10.1038/nature10098"),
    "mztab": ("Griss 2014, mzTab", "10.1074/mcp.O113.036681"),
    "sdrf": ("Dai 2021, SDRF-Proteomics", "10.1038/s41467-021-26111-3"),
    "cutadapt": ("Martin 2011, cutadapt", "10.14806/ej.17.1.200"),
    "bwa": ("Li and Durbin 2009, BWA", "10.1093/bioinformatics/btp324"),
    "excerpt": ("Rozowsky 2019, exceRpt", "10.1016/j.cels.2019.03.004"),
    "mirtrace": ("Kang 2018, miRTrace", "10.1186/s13059-018-1588-9"),
    "rarefaction": ("Hurlbert 1971, rarefaction", "10.2307/1934145"),
    "twice": ("Colwell 2012, extrapolation", "10.1093/jpe/rtr044"),
    "salmon": ("Patro 2017, salmon", "10.1038/nmeth.4197"),
    "decoys": ("Srivastava 2020, selective alignment", "10.1186/s13059-020-02151-8"),
    "tximport": ("Soneson 2015, tximport", "10.12688/f1000research.7563.2"),
    "mirbase": ("Kozomara 2019, miRBase", "10.1093/nar/gky1141"),
    "ebayes": ("Smyth 2004, moderated t statistics", "10.2202/1544-6115.1027"),
    "deseq2": ("Love 2014, DESeq2", "10.1186/s13059-014-0550-8"),
    "pydeseq2": ("Muzellec 2023, PyDESeq2", "10.1093/bioinformatics/btad547"),
    "filter": ("Chen 2016, edgeR (filterByExpr)", "10.12688/f1000research.8987.2"),
    "camera": ("Wu and Smyth 2012, camera", "10.1093/nar/gks461"),
    "nested": ("Varma and Simon 2006, nested cross-validation", "10.1186/1471-2105-7-91"),
    "elastic_net": (
        "Zou and Hastie 2005, elastic net",
        "10.1111/j.1467-9868.2005.00503.x",
    ),
    "forest": ("Breiman 2001, random forests", "10.1023/A:1010933404324"),
    "auc": ("Newcombe 2006, interval of the AUC", "10.1002/sim.2324"),
    "permutation": ("Phipson and Smyth 2010, permutation p-values", "10.2202/1544-6115.1585"),
    "bh": ("Benjamini and Hochberg 1995", "10.1111/j.2517-6161.1995.tb02031.x"),
}


def methods_section(results: Results) -> dict[str, Any]:
    """Collect what the section shows."""
    kinds = set(zip(results.runs["assay"], results.runs["format"].fillna(""), strict=True))
    has = {
        "mzml": any(("proteins", kind) in kinds for kind in SPECTRA),
        "fastq": ("rna", "fastq") in kinds,
        "long_fastq": ("transcripts", "fastq") in kinds,
        "proteins": "proteins" in results.assays,
        "rna": "rna" in results.assays,
        "transcripts": "transcripts" in results.assays,
        "particles": "particles" in results.assays,
        "gate": results.rna_gate is not None,
        "contrasts": bool(results.config["contrasts"]),
        "biomarkers": results.biomarkers is not None,
    }
    has["counts"] = has["contrasts"] and (has["rna"] or has["transcripts"])
    return {
        "has": has,
        "config": results.config,
        "sources": {assay: results.sources.get(assay, "") for assay in ASSAYS},
        "evcargo": __version__,
        "versions": versions(has),
        "options": option_table(results, has),
        "gate": gate_rules(results),
        "sequences": reference_table(results),
        "inputs": input_table(results),
        "proteins": proteins_text(results),
        "references": _references(has, results.proteins_facts),
    }


def versions(has: Mapping[str, bool]) -> Table:
    """List the versions of the packages that this study used, where the report was written."""
    used = [group for key, group in PACKAGES.items() if key == "always" or has[key]]
    names = sorted({name for group in used for name in group})
    rows = [("evcargo", __version__), *((n, v) for n in names if (v := _version(n)))]
    frame = pd.DataFrame(rows, columns=["package", "version"])
    return table_of("versions", "Software", frame, [Column("package"), Column("version")])


def option_table(results: Results, has: Mapping[str, bool]) -> Table:
    """List the options of the stages that ran, with what the schema says about them."""
    rows = []
    for stage in STAGES:
        if stage in ("proteins", "rna", "particles") and not has[stage]:
            continue
        if stage == "transcripts" and not has["long_fastq"]:
            continue
        if stage in ("differential", "interpretation") and not has["contrasts"]:
            continue
        if stage == "biomarkers" and not has["biomarkers"]:
            continue
        schema = results.schema.get("properties", {}).get(stage, {})
        rows += list(_options(stage, results.config.get(stage) or {}, schema))
    frame = pd.DataFrame(rows, columns=["option", "value", "meaning"])
    return table_of(
        "options", "Options", frame, [Column("option"), Column("value"), Column("meaning")]
    )


def proteins_text(results: Results) -> str:
    """Say how protein quantities were made, as their matrix and its tables tell it."""
    facts = results.proteins_facts
    said = []
    for key, words in (
        ("score", "PSMs were ranked by"),
        ("raw_quantity", "Quantity:"),
        ("rollup", "Peptides were rolled up to protein groups by"),
        ("normalisation", "Normalisation for tests:"),
    ):
        if facts.get(key):
            said.append(f"{words} {facts[key].rstrip('.')}.")
    missing = results.proteins_missing
    if missing is not None and missing["transferred"].notna().any():
        number = int(missing["transferred"].sum())
        said.append(
            f"{counted(number, 'quantity', 'quantities')} of protein groups in samples"
            f" {'comes' if number == 1 else 'come'} only from ions matched between runs; the layer"
            " transferred of the matrix marks them."
            if number
            else "No protein group is quantified by ions matched between runs alone."
        )
    return " ".join(said)


def gate_rules(results: Results) -> Table | None:
    """List the rules of the quality gate with their limits and sources; None without a gate."""
    if results.rna_gate is None:
        return None
    names = ["rule", "threshold", "unit", "source"]
    frame = results.rna_gate[names].drop_duplicates("rule")
    columns = [Column(name) for name in names]
    return table_of("gate-rules", "Rules of the quality gate of small RNA", frame, columns)


def reference_table(results: Results) -> Table | None:
    """List the RNA references with version and checksum; None where no reads were aligned."""
    if results.rna_manifest is None:
        return None
    names = ["class", "file", "origin", "version", "source", "licence", "sequences", "sha256"]
    columns = [Column(name, "number" if name == "sequences" else "text") for name in names]
    frame = results.rna_manifest[names].copy()
    frame["sha256"] = frame["sha256"].str[:16]  # enough to tell files apart; all are in the file
    return table_of("rna-references", "References of small RNA", frame, columns)


def input_table(results: Results) -> Table:
    """List the files of the runs, by name only: folders belong to the machine."""
    frame = results.runs[["run", "assay", "path", "format", "fraction", "replicate"]].copy()
    frame["path"] = frame["path"].map(base_name, na_action="ignore")
    columns = [
        Column("run"),
        Column("assay"),
        Column("file"),
        Column("kind"),
        Column("fraction", "number"),
        Column("replicate", "number"),
    ]
    return table_of("inputs", "Input files", frame, columns)


def base_name(path: str) -> str:
    """Give the name of a file without its folders, whichever system wrote the path."""
    return PureWindowsPath(PurePath(path).name).name


def _options(
    name: str, values: Mapping[str, Any], schema: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    properties = schema.get("properties", {})
    for key, value in values.items():
        known = properties.get(key, {})
        if isinstance(value, Mapping) and (value or "properties" in known):
            yield from _options(f"{name}.{key}", value, known)
        else:
            yield f"{name}.{key}", _value_text(value), str(known.get("description", ""))


def _value_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value_text(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and ("/" in value or "\\" in value) and " " not in value:
        if value.startswith("https://"):
            return value
        return base_name(value)
    return "none" if value in ("", None) or value == {} else str(value)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _references(has: Mapping[str, bool], facts: Mapping[str, str]) -> list[tuple[str, str]]:
    keys = ["misev2023", "misev2018"]
    if has["mzml"]:
        keys += ["sage", "fdr", "picked", "parsimony"]
        rollup = facts.get("rollup", "").casefold()
        keys += [key for key in ("directlfq", "maxlfq", "top3") if rollup.startswith(key)]
    if "ibaq" in facts.get("layers", "").split():
        keys += ["ibaq"]
    if has["proteins"]:
        keys += ["mztab"] + (["sdrf"] if has["mzml"] else [])
    if has["fastq"]:
        keys += ["cutadapt", "bwa", "mirbase"]
    if has["gate"]:
        keys += ["excerpt", "mirtrace", "rarefaction", "twice"]
    if has["long_fastq"]:
        keys += ["salmon", "decoys", "tximport"] + (["cutadapt"] if not has["fastq"] else [])
    if has["contrasts"]:
        keys += ["ebayes"] if has["proteins"] else []
        keys += ["deseq2", "pydeseq2", "filter"] if has["counts"] else []
        keys += ["camera", "bh"]
    if has["biomarkers"]:
        keys += ["nested", "elastic_net", "forest", "auc", "permutation"]
    return [REFERENCES[key] for key in [*keys, "snakemake", "multiqc"]]
