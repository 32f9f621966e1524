"""What the rules of the stage look up in the study, without loading what the jobs need."""

from evcargo.study.model import Study

ASSAY = "transcripts"


def read_files(study: Study, sample: str) -> dict[str, list[str]]:
    """FASTQ files of a sample, lanes and technical replicates together, in sheet order.

    Returns
    -------
    dict
        ``mates1``: single reads, or the first reads of pairs; ``mates2``: their second reads in
        the same order, empty for single reads.
    """
    runs = study.rows_of(ASSAY, sample, "fastq")
    mate = runs["mate"].fillna(0).astype(int)
    pairs = [run.removesuffix(f".m{number}") for run, number in zip(runs["run"], mate, strict=True)]
    paths = runs["path"].set_axis(pairs)
    second = paths[(mate == 2).to_numpy()]
    first = paths[(mate != 2).to_numpy()]
    return {
        "mates1": first.tolist(),
        "mates2": [second[name] for name in first.index] if len(second) else [],
    }
