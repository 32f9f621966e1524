"""Which columns of numbers are samples, and which describe the features."""

import re
from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from evcargo.errors import EvcargoError
from evcargo.files.numbers import NoNumberError, find_number_style, parse_numbers

FEWEST_SAMPLES = 3
"""Samples that columns of another scale are held against."""
LARGE = 1000.0
"""What most samples reach, so that small numbers in one column are of another scale."""
FEW_VALUES = range(1, 10)
"""Charges, ranks and numbers of missed cleavages; a library with reads has larger counts, too."""
_NUMBER = re.compile(r"[-+]?[\d.,' \u00a0\u202f]*\d(e[-+]?\d+)?", re.IGNORECASE)
_MISSING = re.compile(r"(|na|nan|n/a|inf|-inf|null|none|-|#n/a|#num!|#div/0!|filtered)", re.I)
# Numbers about a feature, no samples; the second part is written with blanks between the words.
_ABOUT = re.compile(
    r"(length|len|effective ?length|start|end|width|total|sum|mean|average|avg|median|sd|std|stdev"
    r"|cv|p|q|fdr|padj|pvalue|.*[pq][-_. ]?val(ue)?|adj.*|log2?(2)?[-_ ]?fc|.*fold.*"
    r"|basemean|lfcse|stat|score|coverage.*|.*coverage|mw|mol.*weight.*|mass|entrez.*|.*peptides?"
    r"|.*score|column \d+|row name|index|unnamed.*|id|rank|.*count of.*|annotation.*|ncbi.*"
    r"|dispersion|log-?cpm|aveexpr|ave expr|t|b|f|lr|se|sigma.*|order|category|scan|num|charge|z"
    r"|m/?z|.*neutral.mass|e-?value|xcorr|.*retention.*|rt|ions.*|missing.*|spectral.angle"
    r"|.*number of times.*|.*[ _.]ids?|delta.?cn"
    r"|proteotypic|charges|(original |peptide )?(precursor|product|fragment) charge"
    r"|(peptide|protein|sequence) length|.*probability|expectation|e value|pep|purity"
    r"|(calculated|calibrated|observed|theoretical|theo|experimental|exp|peptide|precursor|delta)"
    r" (peptide |observed )?(mass|m/?z|mh|mhplus)( in \w+| error.*)?|delta (m|m in \w+|rt|mod|ppm)"
    r"|(m/?z|mh|mhplus|rt|apex rt) in \w+|.* in (percent|ppm|da|ms|min|v)|average reporter sn"
    r"|((total|unique|razor|combined|combined total|combined unique) )?spectral counts?"
    r"|(total|unique|razor) intensity|number of .*|(.* )?missed cleavages?"
    r"|(.* )?(engine|concatenated) rank|(first|last|master) scans?|(total|matched) ions|.* node no"
    r"|iso (5p|3p|add|add3p|add5p|snp|snv)( .*)?|(rpm|cpm|tpm|[fr]pkm) ?(lib|library|total)?)",
    re.IGNORECASE,
)
# Names of the column of numbers in a table of one sample.
OF_ONE = re.compile(
    r"(raw|total|read|umi)?[-_. ]?(counts?|reads?|intensity|abundance|area|quantity|lfq|value)",
    re.IGNORECASE,
)
_NORMALISED = re.compile(
    r"(?P<raw>.+?)[\s_.\-]*\(?(norm(ali[sz]ed)?|rpm|cpm|tpm|[fr]pkm)\)?", re.IGNORECASE
)


def is_about_features(name: str) -> bool:
    """Whether the name of a column is that of a figure of the features, such as a charge."""
    words = re.sub(r"[\s_.\-]+", " ", name.strip())
    return any(_ABOUT.fullmatch(form) for form in (name.strip(), words))


def are_numbers(cells: Sequence[str]) -> bool:
    """Whether cells are numbers, some of which may be missing."""
    filled = [cell for cell in cells if not is_missing(cell.strip())]
    return bool(filled) and all(_NUMBER.fullmatch(cell.strip()) for cell in filled)


def is_missing(cell: str) -> bool:
    """Whether a cell stands for a missing value."""
    return _MISSING.fullmatch(cell) is not None


def no_samples(columns: Mapping[str, Sequence[str]], path: str) -> dict[str, str]:
    """Tell which columns of numbers are no samples, by names and values of all of them.

    Parameters
    ----------
    columns
        Column -> its first cells; columns that `is_about_features` are not among them.
    path
        The file.

    Returns
    -------
    dict
        Column -> why. What the values alone tell is a guess, and is called so.
    """
    reasons = {
        name: f"is {match['raw']}, normalised"
        for name in columns
        if (match := _NORMALISED.fullmatch(name)) and match["raw"] in columns
    }
    rest = [name for name in columns if name not in reasons]
    bare = [name for name in rest if OF_ONE.fullmatch(name)]
    if len(rest) - len(bare) > 1:
        reasons |= dict.fromkeys(bare, "its name is that of a quantity, not of a sample")
    remaining = {name: cells for name, cells in columns.items() if name not in reasons}
    return reasons | _of_another_scale(remaining, path)


def _of_another_scale(columns: Mapping[str, Sequence[str]], path: str) -> dict[str, str]:
    """Columns whose values are small where those of most columns are large, by no sample's name."""
    values = _values(columns, path)
    large = [name for name, numbers in values.items() if numbers.max(initial=0) >= LARGE]
    if len(large) < FEWEST_SAMPLES or 2 * len(large) <= len(values):
        return {}
    reach = f"{median(values[name].max() for name in large):,.0f}"
    forms = {_form(name) for name in large}
    small = {
        name: what
        for name, numbers in values.items()
        if name not in large and _form(name) not in forms and (what := _kind_of_figure(numbers))
    }
    return {
        name: f"is taken for no sample (a guess): it holds {what}, while most columns reach"
        f" {reach}. Add it to the sheets if it is a sample"
        for name, what in small.items()
        if not _shares_a_word(name, large)
    }


def _kind_of_figure(numbers: NDArray[np.float64]) -> str:
    """Say what small numbers are; empty for what a sample with few reads may hold.

    Such a library has zeros in most rows, and more than nine reads in some.
    """
    if not len(numbers) or np.median(numbers) <= 0:
        return ""
    low, high = numbers.min(), numbers.max()
    whole = bool((numbers == numbers.round()).all())
    if whole and low >= 0 and high in FEW_VALUES:
        return f"whole numbers from {low:.0f} to {high:.0f} only"
    return "" if whole or low < 0 or high > 1 else "numbers from 0 to 1 only"


def _values(columns: Mapping[str, Sequence[str]], path: str) -> dict[str, NDArray[np.float64]]:
    cells = [cell for of_column in columns.values() for cell in of_column]
    try:
        style = find_number_style(cells, path)
        numbers = {name: parse_numbers(of_column, style) for name, of_column in columns.items()}
    except (EvcargoError, NoNumberError):
        return {}
    return {name: of_column[~np.isnan(of_column)] for name, of_column in numbers.items()}


def _form(name: str) -> str:
    """Form of a name: T1 and K27 are alike, and so are a-1 and b-2; words without number differ."""
    if not re.search(r"\d", name):
        return name
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", name))


def _shares_a_word(name: str, others: Sequence[str]) -> bool:
    """Whether most of the others share the first or the last word of a name."""
    words = re.split(r"[\W_]+", name.casefold())
    split = [re.split(r"[\W_]+", other.casefold()) for other in others]
    return any(2 * sum(words[at] == other[at] for other in split) > len(split) for at in (0, -1))
