"""From a contrast to a design matrix over the samples that it compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evcargo.errors import EvcargoError
from evcargo.tables import CONTRACTS

INTERCEPT = "intercept"
COMPARISON = "comparison"
MIN_SAMPLES = 2

# Columns of the sample sheet that name something: a batch 1, 2, 3 is not a quantity.
NAMING = frozenset(c.name for c in CONTRACTS["samples"].columns if c.dtype == "text")


class NotTestable(Exception):  # noqa: N818 - an answer, not a fault
    """Why a contrast cannot be tested in one assay; the other assays go on."""


@dataclass(frozen=True)
class Design:
    """Who is compared with whom, and what is adjusted for.

    Parameters
    ----------
    matrix
        Samples x coefficients: `INTERCEPT` (the reference level), `COMPARISON` (1 at the test
        level, so that its coefficient is test minus reference), then the covariates.
    test, reference
        Names of the two levels.
    """

    matrix: pd.DataFrame
    test: str
    reference: str

    @property
    def samples(self) -> list[str]:
        """The compared samples."""
        return self.matrix.index.tolist()

    @property
    def at_test(self) -> NDArray[np.bool_]:
        """Which of the compared samples are at the test level."""
        return self.matrix[COMPARISON].to_numpy() == 1

    @property
    def residual_df(self) -> int:
        """Compared samples minus coefficients."""
        return self.matrix.shape[0] - self.matrix.shape[1]

    @property
    def formula(self) -> str:
        """The coefficients, for people."""
        return "~ " + " + ".join(self.matrix.columns.drop(INTERCEPT))


def model_matrix(samples: pd.DataFrame, contrast: Mapping[str, Any]) -> Design:
    """Design matrix of a contrast over the samples that it compares.

    A categorical covariate gets one column per level but the first; a numeric one (a column that
    is no text column of the sample sheet and holds numbers only) is centred and divided by its
    standard deviation over the compared samples, so that the other coefficients and the count
    model stay well scaled.

    Parameters
    ----------
    samples
        The sample sheet, indexed by sample (``obs`` of a matrix); samples whose ``status`` is not
        ``ok`` are left out.
    contrast
        The fields of `evcargo.study.model.Contrast`.

    Returns
    -------
    Design
        Rows in the order of the sheet.

    Raises
    ------
    NotTestable
        If a level has fewer than two usable samples, or the design is rank deficient or leaves no
        residual degree of freedom.
    EvcargoError
        If a column is unknown, or a compared sample has no value in a covariate.
    """
    name = contrast["name"]
    covariates: Sequence[str] = contrast.get("covariates") or ()
    unknown = [column for column in (contrast["column"], *covariates) if column not in samples]
    if unknown:
        raise EvcargoError(
            f"contrast {name}: the sample sheet has no column {unknown[0]!r}. Correct the config"
        )
    compared, at_test = _compared(samples, contrast)
    columns: dict[str, NDArray[np.float64]] = {
        INTERCEPT: np.ones(len(compared)),
        COMPARISON: at_test.astype(float),
    }
    for covariate in covariates:
        columns.update(_coded(compared[covariate], name))
    matrix = pd.DataFrame(columns, index=compared.index)
    _check_rank(matrix)
    return Design(matrix, str(contrast["test"]), str(contrast["reference"]))


def _compared(
    samples: pd.DataFrame, contrast: Mapping[str, Any]
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    levels = samples[contrast["column"]].map(as_text)
    sides = {side: str(contrast[side]) for side in ("test", "reference")}
    chosen = levels.isin(sides.values()) & (samples["material"] == contrast["material"])
    usable = chosen & (samples["status"] == "ok") if "status" in samples else chosen
    for level in sides.values():
        count = int((levels[usable] == level).sum())
        if count < MIN_SAMPLES:
            raise NotTestable(
                f"{count} usable sample{'' if count == 1 else 's'} at {level}; a test needs"
                f" {MIN_SAMPLES} on either side"
            )
    return samples[usable], (levels[usable] == sides["test"]).to_numpy()


def as_text(value: object) -> str:
    """A cell of the sample sheet as the config names it: 2.0 is ``2``, a missing cell is empty."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _coded(values: pd.Series, contrast: str) -> dict[str, NDArray[np.float64]]:
    text = values.map(as_text)
    absent = text.index[text == ""].tolist()
    if absent:
        raise EvcargoError(
            f"contrast {contrast}: no value in covariate {values.name!r} for sample"
            f" {', '.join(absent[:5])}. Fill the sample sheet, or take out the covariate"
        )
    numbers = pd.to_numeric(text, errors="coerce")
    if values.name not in NAMING and np.isfinite(numbers).all():
        spread = numbers.std(ddof=1)
        centred = (numbers - numbers.mean()).to_numpy(dtype=float)
        return {str(values.name): centred / spread if spread > 0 else centred}
    levels = sorted(set(text))
    return {f"{values.name}={level}": (text == level).to_numpy(float) for level in levels[1:]}


def _check_rank(matrix: pd.DataFrame) -> None:
    """Name the first column that the columns before it already explain."""
    values = matrix.to_numpy()
    rank = 1
    for count in range(2, values.shape[1] + 1):
        if np.linalg.matrix_rank(values[:, :count]) == rank:
            raise NotTestable(
                f"{matrix.columns[count - 1]} cannot be told from the comparison and the other"
                " covariates in the usable samples"
            )
        rank = count
    if values.shape[0] <= values.shape[1]:
        raise NotTestable(
            f"{values.shape[0]} usable samples leave no residual degree of freedom for"
            f" {values.shape[1]} coefficients"
        )
