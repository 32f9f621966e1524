"""The column contract of every table that the stages exchange; `config/README.md` prints them.

A table is a tab-separated file with a header, UTF-8, with line feeds as line ends, and an empty cell
for a missing value. Its contract names each column with type, unit and meaning.
"""

from collections.abc import Mapping
from types import MappingProxyType

from evcargo.contracts.biomarkers import BIOMARKERS
from evcargo.contracts.column import Column, Contract
from evcargo.contracts.differential import DIFFERENTIAL
from evcargo.contracts.interpretation import INTERPRETATION
from evcargo.contracts.particles import PARTICLES
from evcargo.contracts.proteins import PROTEINS
from evcargo.contracts.purity import PURITY
from evcargo.contracts.rna import RNA
from evcargo.contracts.study import STUDY
from evcargo.contracts.transcripts import TRANSCRIPTS

__all__ = ["CONTRACTS", "Column", "Contract"]

CONTRACTS: Mapping[str, Contract] = MappingProxyType(
    {
        **STUDY,
        **RNA,
        **TRANSCRIPTS,
        **PROTEINS,
        **PARTICLES,
        **PURITY,
        **DIFFERENTIAL,
        **INTERPRETATION,
        **BIOMARKERS,
    }
)
