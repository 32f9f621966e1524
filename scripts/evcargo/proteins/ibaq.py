"""iBAQ: intensity per peptide that a protein could show (Schwanhaeusser 2011, 10.1038/nature10098).

It is nearly proportional to the amount of substance, so that proteins of one sample are compared by
it; ratios between samples are better told by the roll-up.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from evcargo.proteins.digest import cut_sites

#: Length of the peptides that count as observable, residues.
LENGTHS = (6, 30)


def observable_peptides(sequence: str, enzyme: str) -> int:
    """Count the fully cut peptides of 6 to 30 residues of a protein.

    Peptides that come twice count twice, since each copy adds to the intensity.
    """
    lengths = np.diff(cut_sites(sequence, enzyme))
    return int(((lengths >= LENGTHS[0]) & (lengths <= LENGTHS[1])).sum())


def ibaq(
    sums: pd.DataFrame, proteins: Iterable[tuple[str, str]], enzyme: str = "trypsin"
) -> pd.DataFrame:
    """Divide the summed intensity of each group by the observable peptides of its leading protein.

    Parameters
    ----------
    sums
        Group x sample, index the leading accession: summed intensity of its peptides (unique and
        razor), NaN is missing.
    proteins
        Accession and sequence of every protein.
    enzyme
        Key of `evcargo.proteins.digest.ENZYMES`.

    Returns
    -------
    pandas.DataFrame
        As `sums`; NaN for a protein without any observable peptide.
    """
    wanted = set(sums.index)
    count = pd.Series(
        {name: observable_peptides(text, enzyme) for name, text in proteins if name in wanted},
        dtype=float,
    ).reindex(sums.index)
    return sums.div(count.where(count > 0), axis=0)
