"""Tables of an invented study, as the stages before the report write them.

Four tumour (T1..T4) and four healthy (H1..H4) plasma EV preparations and two depleted plasmas (D1,
D2), about 300 proteins and 150 small RNAs. T4 is haemolysed and H4 is heavy with lipoprotein and
albumin; the particle run of H3 failed.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import yaml
from made_interpretation import interpretation_tables
from made_proteins import proteins_quality, proteins_tables

from evcargo.contracts import CONTRACTS
from evcargo.purity.actions import act
from evcargo.purity.checklist import checklist
from evcargo.purity.study import compare as compare_purity
from evcargo.rna.cycles import POSITION_COLUMNS
from evcargo.rna.evidence import Evidence, adapter_table
from evcargo.rna.gate import assess, position_table, saturation_table
from evcargo.study.schema import read_schema
from evcargo.tables import read_table, write_matrix, write_table

SAMPLES = ["T1", "T2", "T3", "T4", "H1", "H2", "H3", "H4", "D1", "D2"]
MARKERS = {
    "1a": ["CD9", "CD63", "CD81", "CD82", "ITGA2B"],
    "2a": ["TSG101", "PDCD6IP", "FLOT1", "SDCBP"],
    "3a": ["APOA1", "APOB", "ALB"],
    "4b": ["CYC1", "TOMM20"],
}
PROTEIN_CLASSES = [
    "EV core",
    "lipoprotein",
    "albumin",
    "immunoglobulin and complement",
    "haemoglobin",
    "platelet",
    "keratin",
    "bovine",
    "other",
]
RNA_CLASSES = ["miRNA", "tRNA", "Y_RNA", "rRNA", "spike_in"]
FUNNEL = ["too short", "low quality", "no adapter", "miRNA", "tRNA", "Y_RNA", "rRNA", "unmapped"]
GATE_SCHEMA = read_schema("config")["properties"]["rna"]["properties"]["gate"]["properties"]
GATE = {key: option["default"] for key, option in GATE_SCHEMA.items()} | {"min_reads": 50_000}
CONTRAST = {
    "name": "tumour_v_healthy",
    "column": "condition",
    "test": "tumour",
    "reference": "healthy",
    "covariates": ["batch"],
    "material": "ev",
}


@dataclass(frozen=True)
class MadeStudy:
    """What to make: the assays, the contrast, and the words that a hostile user would put in."""

    assays: tuple[str, ...] = ("proteins", "rna", "particles")
    contrast: bool = True
    title: str = ""
    test_level: str = "tumour"
    gene: str = "FN1"
    reason: str = "adapter dimers only"
    n_transcripts: int = 0
    route: str = "spectra"
    seed: int = 7


def make_study(folder: Path, made: MadeStudy = MadeStudy()) -> dict[str, str | list[str]]:
    """Write the tables below `folder` and give the inputs of rule write_report."""
    rng = np.random.default_rng(made.seed)
    results = folder / "results"
    samples = _samples(made)
    inputs: dict[str, str | list[str]] = {}

    def put(name: str, frame: pd.DataFrame, contract: str, key: str | None = None) -> None:
        write_table(frame, results / name, contract)
        inputs[key or contract] = str(results / name)

    put("study/samples.tsv", samples, "samples")
    put("study/runs.tsv", _runs(made), "runs")
    inputs["config"] = _config(results / "study/config.yaml", made)
    put("purity/criteria.tsv", _criteria(made, rng), "criteria")
    put("purity/verdicts.tsv", _verdicts(made), "verdicts")
    put("purity/markers.tsv", _markers(made, rng), "markers")
    put("purity/shares.tsv", _shares(made, rng), "shares")
    put("purity/associations.tsv", _associations(made), "associations")
    for name, frame in _purity_study(results, made).items():
        put(f"purity/{name}.tsv", frame, name)
    put("quality/quality.tsv", _quality(made, rng), "quality")
    inputs["matrices"] = [
        _matrix(results / assay / f"{assay}.h5ad", samples, made, assay, rng)
        for assay in made.assays
        if assay != "particles"
    ]
    if "proteins" in made.assays:
        for name, frame in proteins_tables(samples, made.route, made.reason).items():
            put(f"proteins/{name.removeprefix('proteins_')}.tsv", frame, name)
    if "rna" in made.assays:
        put("rna/funnel.tsv", _funnel(rng), "funnel")
        evidence = _evidence(made)
        put("rna/gate.tsv", assess(evidence, GATE), "rna_gate")
        put("rna/adapters.tsv", adapter_table(evidence), "rna_adapters")
        put("rna/saturation.tsv", saturation_table(evidence), "rna_saturation")
        put("rna/positions.tsv", position_table(evidence), "rna_positions")
        put("rna/lengths.tsv", _lengths(evidence), "rna_lengths")
        put("rna/classes.tsv", _classes(evidence), "rna_classes")
        put("rna/fragments.tsv", _fragments(evidence), "rna_fragments")
        put("rna/manifest.tsv", _manifest(made), "rna_manifest")
    if "particles" in made.assays:
        put("particles/particles.tsv", _particles(rng), "particles")
        distribution = results / "particles/distribution.tsv"
        _distribution(rng).to_csv(distribution, sep="\t", index=False)
        inputs["distribution"] = str(distribution)
    if made.contrast:
        tables = {a: _differential(made, a, rng) for a in made.assays if a != "particles"}
        put("differential/contrasts.tsv", _contrasts(made, tables), "contrasts")
        inputs["differential"] = []
        for assay, table in tables.items():
            path = results / f"differential/{CONTRAST['name']}.{assay}.tsv"
            write_table(table, path, "differential")
            inputs["differential"].append(str(path))
        made_tables = interpretation_tables(tables, CONTRAST["name"], made.gene)
        for contract, of_contract in made_tables.items():
            inputs[contract] = []
            for name, table in of_contract.items():
                path = results / f"interpretation/{name}.{contract}.tsv"
                write_table(table, path, contract)
                inputs[contract].append(str(path))
    return inputs


def _samples(made: MadeStudy) -> pd.DataFrame:
    frame = pd.DataFrame(index=range(len(SAMPLES)), columns=CONTRACTS["samples"].names)
    frame["sample"] = SAMPLES
    frame["material"] = ["ev"] * 8 + ["depleted"] * 2
    frame["condition"] = [made.test_level] * 4 + ["healthy"] * 4 + [made.test_level, "healthy"]
    frame["subject"] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s1", "s5"]
    frame["batch"] = ["b1", "b2"] * 5
    frame["biofluid"], frame["isolation"] = "plasma", "size exclusion"
    frame["particle_count"], frame["protein_ug"] = 4e10, 20.0
    return frame


def _runs(made: MadeStudy) -> pd.DataFrame:
    kinds = {"proteins": "mzml", "rna": "fastq", "transcripts": "matrix", "particles": "particles"}
    rows = [
        {
            "run": sample,
            "sample": sample,
            "assay": assay,
            "path": f"raw/{assay}/{sample}.{kinds[assay]}",
            "fraction": 1,
            "replicate": 1,
            "format": kinds[assay],
        }
        for assay in made.assays
        for sample in SAMPLES
    ]
    return pd.DataFrame(rows, columns=CONTRACTS["runs"].names)


def _config(path: Path, made: MadeStudy) -> str:
    config = {
        "study": "plasma-ev",
        "organism": "human",
        "samples": "config/samples.tsv",
        "runs": "config/runs.tsv",
        "contrasts": [{**CONTRAST, "test": made.test_level}] if made.contrast else [],
        "proteins": {"fasta": "/data/private/human.fasta", "psm_fdr": 0.01, "rollup": "directlfq"},
        "rna": {"min_length": 16, "class_priority": RNA_CLASSES, "gate": GATE},
        "particles": {"window_nm": [30, 150]},
        "purity": {"action": "report"},
        "differential": {"alpha": 0.05, "min_samples": 2},
        "report": {"title": made.title, "top_features": 100},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return str(path)


REASONS = {
    "T3": "particles per protein: 1.9e+09 particles/ug is below 2e+09",
    "T4": "haemolysis: miR-451a to miR-23a-3p: 8.4 log2 is above 7",
    "H4": "lipoprotein share: 0.31 is above 0.25; albumin share: 0.22 is above 0.2",
}


def _criteria(made: MadeStudy, rng: np.random.Generator) -> pd.DataFrame:
    rows = []

    def add(sample, assay, criterion, verdict, value, unit, threshold, rule, evidence):
        if assay not in made.assays:
            verdict, value, evidence = "not assessed", np.nan, ""
            rule = f"the study has no {assay}"
        rows.append((sample, assay, criterion, verdict, value, unit, threshold, rule, evidence))

    for sample in SAMPLES:
        depleted, heavy, red = sample[0] == "D", sample == "H4", sample == "T4"
        n = 0 if depleted else 4
        add(
            sample,
            "proteins",
            "tetraspanins detected",
            "fail" if depleted else "pass",
            n,
            "markers",
            "pass >= 2, fail < 1",
            f"{n} of 4 tetraspanins are detected",
            "CD9; CD63" if n else "",
        )
        add(
            sample,
            "proteins",
            "ESCRT and cytosolic markers detected",
            "not assessed" if depleted else "pass",
            np.nan if depleted else 3,
            "markers",
            "pass >= 2, fail < 1",
            "too shallow" if depleted else "3 are detected",
            "TSG101",
        )
        for name, share, warn, fail in (
            ("lipoprotein share", 0.31 if heavy else 0.06, 0.1, 0.25),
            ("albumin share", 0.55 if depleted else 0.22 if heavy else 0.04, 0.1, 0.2),
            ("bovine protein share", 0.002, 0.01, 0.05),
        ):
            value = share * rng.uniform(0.9, 1.0) if share < warn else share
            verdict = "fail" if value >= fail else "warn" if value >= warn else "pass"
            add(
                sample,
                "proteins",
                name,
                verdict,
                value,
                "fraction",
                f"warn >= {warn}, fail >= {fail}",
                f"the {name} is {value:.3f}",
                "ALB; APOB; APOA1",
            )
        value = 8.4 if red else rng.uniform(1, 4)
        add(
            sample,
            "rna",
            "haemolysis: miR-451a to miR-23a-3p",
            "fail" if red else "pass",
            value,
            "log2",
            "warn > 5, fail > 7",
            f"miR-451a over miR-23a-3p is {value:.1f} log2",
            "miR-451a; miR-23a-3p",
        )
        if sample == "H3":
            add(
                sample,
                "particles",
                "particles per protein",
                "not assessed",
                np.nan,
                "particles/ug",
                "pass >= 2e9",
                "the particle run failed",
                "",
            )
        else:
            value = 1.9e9 if sample == "T3" else 2.6e9
            add(
                sample,
                "particles",
                "particles per protein",
                "warn" if value < 2e9 else "pass",
                value,
                "particles/ug",
                "pass >= 2e9, warn >= 1e9",
                f"{value:.2g} particles per ug",
                "",
            )
    frame = pd.DataFrame(rows, columns=CONTRACTS["criteria"].names[:-1])
    frame["source"] = "MISEV2023 (10.1002/jev2.12404)"
    return frame


def _verdicts(made: MadeStudy) -> pd.DataFrame:
    criteria = _criteria(made, np.random.default_rng(made.seed))
    counts = criteria.groupby("sample")["verdict"].value_counts().unstack(fill_value=0)
    frame = pd.DataFrame({"sample": SAMPLES})
    for verdict in ("pass", "warn", "fail", "not assessed"):
        column = counts[verdict] if verdict in counts else pd.Series(0, index=counts.index)
        frame[f"n_{verdict.replace(' ', '_')}"] = column.reindex(SAMPLES).to_numpy()
    gravest = ["fail", "warn", "pass", "not assessed"]
    frame["verdict"] = [
        "not assessed"
        if row["sample"][0] == "D"
        else next(v for v in gravest if row[f"n_{v.replace(' ', '_')}"])
        for _, row in frame.iterrows()
    ]
    reasons = {"pass": "all assessed criteria passed", "not assessed": "not an EV preparation"}
    frame["reason"] = [
        reasons.get(verdict) or REASONS[sample]
        for sample, verdict in zip(frame["sample"], frame["verdict"], strict=True)
    ]
    return frame


def _markers(made: MadeStudy, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for sample in SAMPLES if "proteins" in made.assays else []:
        for category, genes in MARKERS.items():
            for gene in genes:
                seen = category == "3a" or (sample[0] != "D" and category in "1a2a")
                rows.append(
                    {
                        "sample": sample,
                        "panel": f"misev2018_{category}",
                        "category": category,
                        "role": "contaminant" if category == "3a" else "ev",
                        "gene": gene,
                        "evidence": "detected"
                        if seen
                        else "not detected"
                        if gene != "CYC1"
                        else "not assessed",
                        "feature": f"P_{gene}",
                        "intensity": 1e7 if seen else np.nan,
                        "share": rng.uniform(0.001, 0.02) if seen else np.nan,
                        "rank": 12 if seen else pd.NA,
                        "n_peptides": 5 if seen else pd.NA,
                    }
                )
    return pd.DataFrame(rows, columns=CONTRACTS["markers"].names)


def _shares(made: MadeStudy, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for sample in SAMPLES:
        if "proteins" in made.assays:
            weights = np.array([6, 6, 4, 12, 1, 3, 1, 0.2, 60]) * rng.uniform(0.8, 1.2, 9)
            weights[[1, 2]] += (
                {"H": [30, 22], "D": [10, 55]}.get(sample[0], [0, 0])
                if sample in ("H4", "D1", "D2")
                else [0, 0]
            )
            weights[4] += 9 if sample == "T4" else 0
            if sample[0] == "D":
                weights[0] = 0.1
            rows += [
                (sample, "proteins", c, w)
                for c, w in zip(PROTEIN_CLASSES, weights / weights.sum(), strict=True)
            ]
        if "rna" in made.assays:
            weights = np.array([50, 20, 15, 10, 3]) * rng.uniform(0.7, 1.3, 5)
            rows += [
                (sample, "rna", c, w)
                for c, w in zip(RNA_CLASSES, weights / weights.sum(), strict=True)
            ]
    return pd.DataFrame(rows, columns=CONTRACTS["shares"].names)


def _purity_study(results: Path, made: MadeStudy) -> dict[str, pd.DataFrame]:
    """Purity over the study, as the rules of the purity stage find it in the other made tables."""
    folders = dict.fromkeys(("criteria", "verdicts", "markers", "shares"), "purity")
    folders["samples"] = "study"
    read = {name: read_table(results / at / f"{name}.tsv", name) for name, at in folders.items()}
    given = (read[name] for name in ("samples", "criteria", "shares", "markers"))
    actions = act(read["verdicts"], "report", {"warn": 1.0, "fail": 0.25})
    tables = compare_purity(*given, actions, 0.05) | {"actions": actions}
    tables["checklist"] = checklist("human", "report", read | tables)
    return tables


def _associations(made: MadeStudy) -> pd.DataFrame:
    name, small = CONTRAST["name"], "groups too small for adjusted p-values over 3 metrics"
    rows = [
        (
            name,
            "haemolysis: miR-451a to miR-23a-3p",
            "rna",
            "purity",
            4,
            4,
            3.1,
            2.2,
            0.873,
            "exact rank-sum test",
            0.0286,
            0.0286,
            0.0857,
            True,
            f"suggestive: plain p-value < 0.05; {small}",
        ),
        (
            name,
            "lipoprotein share",
            "proteins",
            "purity",
            4,
            4,
            0.061,
            0.058,
            0.109,
            "exact rank-sum test",
            0.886,
            0.0286,
            0.93,
            False,
            f"plain p-value not < 0.05; {small}",
        ),
        (
            name,
            "keratin share",
            "proteins",
            "purity",
            4,
            4,
            0.0,
            0.0,
            np.nan,
            "",
            np.nan,
            np.nan,
            np.nan,
            pd.NA,
            "the same in all samples",
        ),
        (
            name,
            "panel subtype_small_ev share",
            "proteins",
            "profile",
            4,
            4,
            0.08,
            0.04,
            0.873,
            "exact rank-sum test",
            0.0286,
            0.0286,
            0.0286,
            True,
            "adjusted p-value < 0.05",
        ),
    ]
    rows = [row for row in rows if made.contrast and row[2] in made.assays]
    return pd.DataFrame(rows, columns=CONTRACTS["associations"].names)


def _quality(made: MadeStudy, rng: np.random.Generator) -> pd.DataFrame:
    metrics = {
        "proteins": [
            ("ms2_spectra", "spectra"),
            ("identification_rate", "fraction"),
            ("peptides", "peptides"),
            ("protein_groups", "protein groups"),
        ],
        "rna": [("raw reads", "reads"), ("mapped reads", "reads"), ("miRNAs", "features")],
        "transcripts": [("library size", "counts")],
        "particles": [("median diameter", "nm")],
    }
    rows = [
        (
            sample,
            run,
            assay,
            metric,
            float(rng.uniform() if unit == "fraction" else rng.integers(100, 9000)),
            unit,
        )
        for assay in made.assays
        for sample in SAMPLES
        for metric, unit in metrics[assay]
        for run in ("", sample)
        if not (assay == "particles" and sample == "H3")
    ]
    if "proteins" in made.assays and made.route == "spectra":
        rows += proteins_quality(SAMPLES)
    frame = pd.DataFrame(rows, columns=CONTRACTS["quality"].names)
    frame["run"] = frame["run"].replace("", pd.NA)
    return frame


def _funnel(rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for sample in SAMPLES:
        rows += [
            (sample, step, int(n))
            for step, n in zip(FUNNEL, rng.integers(500, 6000, len(FUNNEL)), strict=True)
        ]
    return pd.DataFrame(rows, columns=CONTRACTS["funnel"].names)


def _evidence(made: MadeStudy) -> dict[str, Evidence]:
    """Sound small RNA in all samples but H2, which failed, and D1, which has no run."""
    reads = np.round(2e5 / np.arange(1, 301) ** 1.3)
    names = [("miRNA", f"m{n}") for n in range(len(reads))]
    counts = pd.Series(reads, pd.MultiIndex.from_tuples(names, names=["class", "feature"]))
    run = {"kit": "illumina", "adapter": "TGGAATTC", "clip_5p": 0, "clip_3p": 0}
    run |= {"umi_length": 0, "verdict": "HIGH", "share": 0.97}
    run |= {"found": "illumina", "found_share": 0.97, "problem": ""}
    run["notes"] = ""
    evidence = {}
    for sample in SAMPLES:
        metrics = {"raw_reads": 9e5, "trimmed_reads": 8e5, "q30_share": 0.9}
        metrics["mirna_hairpin_insert_share"] = 0.6
        own = Evidence(
            status="ok",
            metrics={**metrics, "rrna_insert_share": 0.7 if sample == "T2" else 0.1},
            funnel={"too_short": 100_000, "miRNA": 480_000, "rRNA": 80_000, "unassigned": 240_000},
            lengths={0: 20_000, 10: 80_000, 22: 600_000, 32: 200_000},
            adapters=(run | {"run": sample, "sample": sample},),
            counts=counts,
            hairpins=tuple(frozenset({f"m{n}"}) for n in range(1000)),
            positions=_mismatches(9 if sample == "T2" else 0),
        )
        if sample == "H2":
            broken = run | {"run": sample, "sample": sample, "problem": made.reason}
            own = replace(own, status="failed", problem=made.reason, adapters=(broken,))
        evidence[sample] = Evidence() if sample == "D1" else own
    return evidence


def _mismatches(bad: int) -> pd.DataFrame:
    """Of 10,000 reads at each position, 10 with a mismatch, and 3,000 at a bad one."""
    rows = []
    for position in range(1, 26):
        wrong = 3000 if position == bad else 10
        bases = (10_000 - wrong, 0, wrong, 0)
        share = wrong / 10_000
        rows.append((position, 10_000, *bases, wrong, "m1", wrong / 2, share, position == bad))
    return pd.DataFrame(rows, columns=[*POSITION_COLUMNS, "bad"])


def _lengths(evidence: dict[str, Evidence]) -> pd.DataFrame:
    rows = [(name, nt, n) for name, one in evidence.items() for nt, n in one.lengths.items()]
    return pd.DataFrame(rows, columns=CONTRACTS["rna_lengths"].names)


def _fragments(evidence: dict[str, Evidence]) -> pd.DataFrame:
    types = {"5' half": 700.0, "tRF-3": 200.0, "i-tRF": 100.0}
    rows = [
        (name, "tRNA", "tRNA-Gly-GCC", kind, reads)
        for name, one in evidence.items()
        for kind, reads in types.items()
        if one.lengths
    ]
    return pd.DataFrame(rows, columns=CONTRACTS["rna_fragments"].names)


def _manifest(made: MadeStudy) -> pd.DataFrame:
    about = {"version": "22", "source": "miRBase", "licence": made.reason}
    row = {"class": "hairpin", "file": "human_hairpin.fa", "origin": "shipped", "sequences": 1917}
    rows = [{**row, "sha256": "0123456789abcdef" * 4, **about}]
    return pd.DataFrame(rows, columns=CONTRACTS["rna_manifest"].names)


def _classes(evidence: dict[str, Evidence]) -> pd.DataFrame:
    rows = [
        (name, step, one.funnel[step], one.funnel[step] / 800_000)
        for name, one in evidence.items()
        for step in ("miRNA", "rRNA", "unassigned")
        if one.funnel
    ]
    return pd.DataFrame(rows, columns=CONTRACTS["rna_classes"].names)


def _particles(rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for sample in SAMPLES:
        row = dict.fromkeys(CONTRACTS["particles"].names, np.nan)
        row |= {"sample": sample, "status": "ok", "status_reason": ""}
        if sample == "H3":
            row |= {"status": "failed", "status_reason": "the table ends in the middle of a line"}
        else:
            middle = 105 + 10 * rng.standard_normal()
            row |= {
                "mode_nm": middle - 8,
                "mean_nm": middle + 6,
                "d10_nm": middle * 0.6,
                "d50_nm": middle,
                "d90_nm": middle * 1.7,
            }
            row |= {"share_in_window": 0.82, "particles_per_ml": 2.1e10, "particles_per_ug": 2e9}
        rows.append(row)
    return pd.DataFrame(rows)


def _distribution(rng: np.random.Generator) -> pd.DataFrame:
    diameter = np.arange(20.0, 500.0, 5.0)
    rows = []
    for sample in SAMPLES:
        if sample == "H3":
            continue
        middle = np.log(100 + 10 * rng.standard_normal() + (40 if sample[0] == "D" else 0))
        height = np.exp(-((np.log(diameter) - middle) ** 2) / (2 * 0.32**2))
        counts = rng.poisson(height * 400) * 5e5
        rows.append(
            pd.DataFrame(
                {
                    "sample": sample,
                    "diameter_nm": diameter,
                    "share": counts / counts.sum(),
                    "concentration_per_ml": counts,
                }
            )
        )
    return pd.concat(rows)


def _differential(made: MadeStudy, assay: str, rng: np.random.Generator) -> pd.DataFrame:
    n = {"proteins": 300, "rna": 150, "transcripts": made.n_transcripts}[assay]
    frame = pd.DataFrame(index=range(n), columns=CONTRACTS["differential"].names)
    frame["feature"] = [f"P{i:05d}" if assay == "proteins" else f"hsa-miR-{i}-5p" for i in range(n)]
    frame["name"] = [f"GENE{i}" if assay == "proteins" else f"hsa-miR-{i}-5p" for i in range(n)]
    frame.loc[0, "name"] = made.gene
    frame["class"] = {"proteins": "protein", "rna": "miRNA"}.get(assay, "transcript")
    frame["n_test"], frame["n_reference"] = 4, 4
    error = rng.uniform(0.2, 0.5, n)
    effect = rng.normal(0, 0.25, n)
    effect[:14] += np.where(np.arange(14) % 3 == 0, -2.2, 2.4)
    from scipy import stats

    p = 2 * stats.norm.sf(np.abs(effect / error))
    tested = np.ones(n, bool)
    tested[-20:] = False
    adjusted = np.full(n, np.nan)
    adjusted[tested] = stats.false_discovery_control(p[tested])
    frame["mean"] = rng.normal(24, 2, n)
    frame["log2_fold_change"], frame["standard_error"] = effect, error
    frame["ci_low"], frame["ci_high"] = effect - 1.96 * error, effect + 1.96 * error
    frame["statistic"], frame["p_value"], frame["adjusted_p_value"] = effect / error, p, adjusted
    frame["significant"], frame["tested"] = adjusted < 0.05, tested
    blank = [
        "mean",
        "log2_fold_change",
        "standard_error",
        "ci_low",
        "ci_high",
        "statistic",
        "p_value",
    ]
    frame.loc[~tested, blank] = np.nan
    frame["reason"] = np.where(tested, pd.NA, "fewer than 2 samples with a value on one side")
    detection = ["detected_test", "detected_reference"]
    detection += ["detection_p_value", "detection_adjusted_p_value"]
    frame.loc[2, detection] = 2, 2, 1.0, 1.0
    if assay == "rna":  # one that differs, and one that could not be tested
        frame.loc[0, detection] = frame.loc[n - 1, detection] = 4, 0, 0.02, 0.03
    flags = {4: ("haemolysis", "haemoglobin rises with lysed red cells")}
    if assay == "proteins":
        flags |= {
            5: ("lipoprotein", "apolipoprotein of the MISEV2018 category 3a"),
            7: ("bovine", "taxon 9913"),
            60: ("keratin", "skin"),
        }
    for row, (flag, why) in flags.items():
        frame.loc[row, ["flag", "flag_reason"]] = flag, why
    return _with_robustness(frame, error)


def _with_robustness(frame: pd.DataFrame, error: np.ndarray) -> pd.DataFrame:
    kept = np.where(np.arange(len(frame)) % 3 == 1, 0.2, 0.9)
    given = frame["log2_fold_change"].astype(float) * kept
    frame["log2_fold_change_given_purity"] = given
    frame["ci_low_given_purity"] = given - 2.4 * error
    frame["ci_high_given_purity"] = given + 2.4 * error
    frame["p_value_given_purity"] = np.where(kept > 0.5, 0.001, 0.4)
    frame["robustness"] = np.where(kept > 0.5, "stands", "explained by lipoprotein share")
    frame.loc[frame.index % 9 == 3, "robustness"] = "weakened"
    frame["robustness_reason"] = "given lipoprotein share it keeps some of its fold change"
    frame.loc[frame["flag"].notna(), "robustness"] = "contaminant itself"
    quiet = ~frame["significant"].astype(bool) & frame["flag"].isna()
    frame.loc[quiet, "robustness"] = "not assessed"
    frame.loc[quiet, "robustness_reason"] = "not significant without purity"
    return frame


def _contrasts(made: MadeStudy, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = []
    for assay, table in tables.items():
        hits = table[table["significant"]]
        rows.append(
            {
                "contrast": CONTRAST["name"],
                "assay": assay,
                "n_test": 4,
                "n_reference": 4,
                "tested": int(table["tested"].sum()),
                "not_tested": int((~table["tested"]).sum()),
                "significant": len(hits),
                "up": int((hits["log2_fold_change"] > 0).sum()),
                "down": int((hits["log2_fold_change"] < 0).sum()),
                "detected": int((table["detection_adjusted_p_value"].astype(float) < 0.05).sum()),
                "flagged": int(hits["flag"].notna().sum()),
                "axes": "lipoprotein share",
                "stands": int((hits["robustness"] == "stands").sum()),
                "weakened": int((hits["robustness"] == "weakened").sum()),
                "explained": int(hits["robustness"].str.startswith("explained").sum()),
                "contaminant": int((hits["robustness"] == "contaminant itself").sum()),
                "not_assessed": 0,
                "method": "moderated t (limma eBayes), BH"
                if assay == "proteins"
                else "PyDESeq2, Wald, BH",
                "warning": "",
            }
        )
    return pd.DataFrame(rows, columns=CONTRACTS["contrasts"].names)


def _matrix(
    path: Path, samples: pd.DataFrame, made: MadeStudy, assay: str, rng: np.random.Generator
) -> str:
    obs = (
        samples.set_index("sample")
        .astype({"particle_count": float, "protein_ug": float})
        .fillna("")
    )
    obs["status"], obs["status_reason"] = "ok", ""
    obs.loc["H2", ["status", "status_reason"]] = (
        ["failed", made.reason] if assay == "rna" else ["ok", ""]
    )
    n = 12
    var = pd.DataFrame(
        {"name": [f"n{i}" for i in range(n)]}, index=[f"{assay}{i}" for i in range(n)]
    )
    if assay == "proteins":
        var.index = pd.Index([*(f"P{i:05d}" for i in range(n - 2)), "P_CD9", "P_CD63"])
        var["accessions"] = [f"{name};Q1" for name in var.index]
        var["ambiguous"] = var.index.isin(["P00003", "P_CD63"])
    matrix = anndata.AnnData(rng.uniform(1, 9, (len(obs), n)), obs=obs, var=var)
    matrix.layers["normalised"] = np.log2(matrix.X)
    matrix.uns |= {"source": f"{assay}: sagepy 0.4.6, 1 % FDR", "raw_quantity": "intensity"}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_matrix(matrix, path)
    return str(path)
