"""Files of a bwa index, and of the backgrounds that left-over reads are compared with."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

GENOME, EXOGENOUS = "genome", "exogenous"
BACKGROUNDS = (GENOME, EXOGENOUS)
ENDS = ("amb", "ann", "bwt", "pac", "sa")


def bwa_files(prefix: str) -> list[str]:
    """Files of the bwa index of a prefix, as ``bwa index`` writes them."""
    return [f"{prefix}.{end}" for end in ENDS]


def is_index(prefix: str) -> bool:
    """Whether a bwa index of this prefix is there (its ``.bwt`` file)."""
    return Path(f"{prefix}.bwt").is_file()


def background_inputs(path: str) -> list[str]:
    """Files that a background is made from: those of the bwa index, or else the FASTA."""
    return bwa_files(path) if is_index(path) else [path]


def backgrounds(config: Mapping[str, Any]) -> list[str]:
    """Backgrounds that the config names, in the order in which reads are compared with them."""
    return [name for name in BACKGROUNDS if config["rna"][name]]
