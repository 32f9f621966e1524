"""What the words of an SDRF mean here: labels, acquisition, organism, material and biofluid."""

import re
from collections.abc import Mapping

NOTHING = {"", "not available", "not applicable", "not provided", "na", "n/a", "none", "unknown"}
SPECIES = {"human": "homo sapiens", "mouse": "mus musculus", "rat": "rattus norvegicus"}
TAXA = {"human": 9606, "mouse": 10090, "rat": 10116}
LABEL_FREE = re.compile(r"(label[ -]?free|unlabell?ed)( sample)?|ms:1002038", re.IGNORECASE)
INDEPENDENT = re.compile(
    r"data[ -]independent|\b(dia|swath|diapasef)\b|pride:0000450", re.IGNORECASE
)

# Asked in this order; the first column with a known word decides.
MATERIAL_COLUMNS = (
    "characteristics[sample type]",
    "characteristics[material type]",
    "characteristics[enrichment process]",
    "characteristics[organism part]",
    "characteristics[cell type]",
    "characteristics[subcellular component]",
    "source name",
)
MATERIALS = (
    (
        "depleted",
        r"deplet|\b(ev|exosome|vesicle)s?[ -]free\b|flow[ -]?through|\bsupernatant",
    ),
    (
        "source",
        r"lysate|homogenate|source material|\bwhole (cell|plasma|serum|tissue|blood)|\binput\b",
    ),
    ("ev", r"vesicle|exosom|ectosom|\bs?evs?\b|oncosome|apoptotic bod"),
)
BIOFLUID_COLUMNS = (
    "characteristics[biofluid]",
    "characteristics[organism part]",
    "characteristics[material type]",
    "characteristics[cell type]",
)
BIOFLUIDS = (
    ("cell_culture", r"cell culture|culture medium|conditioned medi"),
    ("plasma", r"\bplasma\b"),
    ("serum", r"\bserum\b"),
    ("urine", r"\burine\b"),
    ("csf", r"cerebrospinal fluid|\bcsf\b"),
    ("saliva", r"\bsaliva\b"),
    ("milk", r"\bmilk\b"),
    ("ascites", r"ascit|peritoneal fluid"),
    ("tissue", r"\btissue\b"),
)
# Written by us, and read back by the patterns above.
SAMPLE_TYPES = {
    "ev": "extracellular vesicle",
    "source": "source material",
    "depleted": "vesicle-depleted material",
}
ORGANISM_PARTS = {
    "plasma": "blood plasma",
    "serum": "blood serum",
    "urine": "urine",
    "csf": "cerebrospinal fluid",
    "saliva": "saliva",
    "milk": "milk",
    "ascites": "ascites",
    "tissue": "tissue",
    "cell_culture": "cell culture",
}


def term(cell: str) -> str:
    """Give the name in a cell: of ``AC=...;NT=name``, ``name``; empty for the words for nothing."""
    named = re.search(r"(?:^|;)\s*NT\s*=\s*([^;]*)", cell, re.IGNORECASE)
    text = named[1].strip() if named else cell
    return "" if text.casefold() in NOTHING else text


def is_label_free(label: str) -> bool:
    """Whether a label says that the run holds one unlabelled sample."""
    return LABEL_FREE.fullmatch(label.strip()) is not None


def is_data_independent(method: str) -> bool:
    """Whether an acquisition method is data-independent."""
    return INDEPENDENT.search(method) is not None


def material_of(cells: Mapping[str, str]) -> str:
    """Tell ``ev``, ``source`` or ``depleted`` by the words of a row; empty if none says it."""
    return _first_word(cells, MATERIAL_COLUMNS, MATERIALS)


def biofluid_of(cells: Mapping[str, str]) -> str:
    """Tell the biofluid by the words of a row; a cell line is of cell culture; else empty."""
    found = _first_word(cells, BIOFLUID_COLUMNS, BIOFLUIDS)
    return found or ("cell_culture" if cells.get("characteristics[cell line]") else "")


def _first_word(
    cells: Mapping[str, str], columns: tuple[str, ...], patterns: tuple[tuple[str, str], ...]
) -> str:
    for column in columns:
        for word, pattern in patterns:
            if re.search(pattern, cells.get(column, ""), re.IGNORECASE):
                return word
    return ""
