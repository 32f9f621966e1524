"""All references of a study as one aligner index, and what each place of them counts as."""

import hashlib
import logging
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pandas as pd
from pybwa import BwaIndex
from pybwa.libbwaindex import _set_bwa_idx_verbosity

from evcargo.errors import EvcargoError
from evcargo.job import whole_file
from evcargo.rna.fasta import Sequence, read_fasta
from evcargo.rna.identical import joined_names
from evcargo.rna.sheet import HAIRPIN, MATURE, class_mistake, index_files
from evcargo.rna.sheet import MIRNA as MIRNA
from evcargo.rna.sheet import PRECURSOR as PRECURSOR
from evcargo.tables import write_table

_ISODECODER = re.compile(r"((?:mt-)?(?:tRNA|tRX)-\w+-[ACGTUN]{3})-\d+$")
_ABOUT = ["version", "source", "licence"]

_log = logging.getLogger(__name__)


def reference_features(paths: Mapping[str, str | Path]) -> tuple[list[Sequence], pd.DataFrame]:
    """Sequences to align with, and what each place of them counts as.

    A hairpin counts as its mature miRNAs where an insert lies on one of them, elsewhere as
    `miRNA_precursor`. Sequences of one class with identical letters are one feature, named with all
    their names joined by ``/`` (see `evcargo.rna.identical.joined_names`). tRNAs count per
    anticodon (``tRNA-Gly-GCC`` for ``tRNA-Gly-GCC-1``), because fragments seldom tell the
    isodecoders apart. A name that an earlier class has taken gets its class in front.

    Parameters
    ----------
    paths
        RNA class -> FASTA file; miRNA as `hairpin` and `mature`.

    Returns
    -------
    sequences : list of Sequence
        All sequences; the number of one is its place in the list.
    features : pandas.DataFrame
        Contract ``rna_features``.

    Raises
    ------
    EvcargoError
        If a file is unusable, a class name is reserved, or only one of hairpin and mature is given.
    """
    name, wrong, remedy = class_mistake(paths)
    if wrong:
        raise EvcargoError(f"config, rna.references: {name} {wrong}. {remedy}")
    sequences: list[Sequence] = []
    rows: list[tuple[int, str, str, int, int, str]] = []
    for kind in sorted(set(paths) - {MATURE}):
        records = read_fasta(paths[kind])
        names = joined_names((_feature_of(one.name, kind), one.letters) for one in records)
        for number, record in enumerate(records, len(sequences)):
            rna_class = PRECURSOR if kind == HAIRPIN else kind
            name = names[record.letters]
            rows.append((number, rna_class, name, 0, len(record.letters), record.letters))
        if kind == HAIRPIN:
            matures = read_fasta(paths[MATURE])
            rows.extend(_mature_rows(records, matures, len(sequences), str(paths[MATURE])))
        sequences.extend(records)
    columns = ["reference", "class", "feature", "start", "end", "sequence"]
    features = pd.DataFrame(rows, columns=columns)
    first = features.groupby("feature")["class"].transform("first")
    taken_before = features["class"] != first
    features.loc[taken_before, "feature"] = features["class"] + ":" + features["feature"]
    several = features.groupby(["class", "feature"])["sequence"].transform("nunique") > 1
    features.loc[several | (features["sequence"].str.len() > 200), "sequence"] = ""
    return sequences, features


def _feature_of(name: str, kind: str) -> str:
    isodecoder = _ISODECODER.match(name) if kind == "tRNA" else None
    return isodecoder[1] if isodecoder else name


def _mature_rows(
    hairpins: list[Sequence], matures: list[Sequence], first: int, path: str
) -> Iterator[tuple[int, str, str, int, int, str]]:
    names: defaultdict[str, list[str]] = defaultdict(list)
    for mature in matures:
        names[mature.letters].append(mature.name)
    placed = sorted(_placed(list(names), hairpins))
    lost = sorted(set(names) - {letters for _, letters, _ in placed})
    if not placed:
        raise EvcargoError(
            f"{path}: no mature miRNA lies in a hairpin. Give hairpin and mature of one release"
        )
    if lost:
        _log.warning("%s: %d mature sequences lie in no hairpin: %s", path, len(lost), lost[:5])
    for place, letters, start in placed:
        name = "/".join(sorted(names[letters]))
        yield first + place, MIRNA, name, start, start + len(letters), letters


def _placed(matures: list[str], hairpins: list[Sequence]) -> Iterator[tuple[int, str, int]]:
    """Hairpin, mature and start wherever a mature lies exactly on a hairpin."""
    size = min(map(len, matures))
    beginnings: defaultdict[str, list[str]] = defaultdict(list)
    for mature in matures:
        beginnings[mature[:size]].append(mature)
    for place, hairpin in enumerate(hairpins):
        letters = hairpin.letters
        for start in range(len(letters) - size + 1):
            for mature in beginnings.get(letters[start : start + size], ()):
                if letters.startswith(mature, start):
                    yield place, mature, start


def build_reference(
    shipped: Mapping[str, str | Path],
    user: Mapping[str, str | Path],
    sources: str | Path,
    fasta: str | Path,
    features: str | Path,
    manifest: str | Path,
    urls: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write the index of all references, its features and its manifest.

    Parameters
    ----------
    shipped, user
        RNA class -> FASTA file; a class of the user replaces the shipped one.
    sources
        Table of the shipped files: file, source, version, licence.
    fasta
        FASTA of all sequences, named by number; the files of the index lie beside it
        (`index_files`).
    features
        Table of the features, contract ``rna_features``.
    manifest
        Table of the files with their sha256 and source, contract ``rna_manifest``.
    urls
        RNA class -> address that a file of the user was fetched from.
    """
    paths = {**shipped, **user}
    sequences, table = reference_features(paths)
    _write_index(sequences, Path(fasta))
    write_table(table, features, "rna_features")
    known = pd.read_csv(sources, sep="\t", dtype=str, keep_default_na=False).set_index("file")
    rows = []
    for kind, path in sorted(paths.items()):
        file, own = Path(path).name, kind in user
        origin = "user" if own else "shipped"
        about = ["", urls.get(kind, ""), ""] if own else known.loc[file, _ABOUT].tolist()
        rows.append((kind, file, origin, len(read_fasta(path)), _sha256(path), *about))
    columns = ["class", "file", "origin", "sequences", "sha256", *_ABOUT]
    write_table(pd.DataFrame(rows, columns=columns), manifest, "rna_manifest")


def _write_index(sequences: list[Sequence], fasta: Path) -> None:
    with TemporaryDirectory() as temporary:
        part = Path(temporary) / fasta.name
        with part.open("w", encoding="ascii") as stream:
            stream.writelines(f">{number}\n{one.letters}\n" for number, one in enumerate(sequences))
        _set_bwa_idx_verbosity(1)  # it writes to the terminal, past the log of the job
        BwaIndex.index(part)
        dictionary = part.with_suffix(".dict")
        # It names the folder of the FASTA file, which is another one each time.
        dictionary.write_text(re.sub(r"\tUR:\S*", "", dictionary.read_text()))
        for name in (str(fasta), *index_files(str(fasta))):
            with whole_file(name) as whole:
                shutil.copyfile(Path(temporary) / Path(name).name, whole)


def _sha256(path: str | Path) -> str:
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
