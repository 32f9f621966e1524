"""Names of samples whose files are named alike, each in a folder of its sample."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path, PurePath

from evcargo.files.run_names import step_stem
from evcargo.start.recognised import Recognised
from evcargo.start.sample_names import is_of_program, stem_of_file, without_stamp
from evcargo.study.model import RAW

# Of several tables of one sample the first is taken: by level, kind of RNA, strand and form.
_KINDS = (r"mirna|mature|microrna", r"trna", r"pirna", r"gencode|gene")
_SECOND = re.compile(
    r"antisense|hairpin|precursor|not[-_]?mature|pre[-_]?mirna|genelevel", re.IGNORECASE
)
ORDERS = {
    "proteins": "proteins before peptides, ions and PSMs",
    "rna": "miRNA before tRNA, piRNA and others, sense before antisense, mature before hairpin",
    "transcripts": "RNAs before sums over genes, sense before antisense",
}


def names_of_files(files: Sequence[Recognised]) -> dict[str, str]:
    """Name the samples of files that hold one sample each.

    Files of equal names (or equal but for a date and time) in different folders are of different
    samples, which the folders name: the nearest folders that differ. Where such a folder holds
    further names that are no words of a program, both name the sample (``batch2_T1``).

    Parameters
    ----------
    files
        Files of one assay.

    Returns
    -------
    dict
        Path -> name of the sample. FASTQ files of one name in folders of several samples keep that
        name: they are lanes.
    """
    keys = _keys(files)
    names = {file.path: stem_of_file(file.path, file.kind) for file in files}
    for path, key in keys.items():
        if is_of_program(key):
            names[path] = step_stem(_folder(path).name) or names[path]
    held: dict[Path, set[str]] = defaultdict(set)
    alike: dict[str, list[Recognised]] = defaultdict(list)
    for file in files:
        held[_folder(file.path)].add(keys[file.path])
        alike[keys[file.path]].append(file)
    mixed: set[Path] = set()
    for of_key in alike.values():
        folders = {_folder(file.path) for file in of_key}
        if len(folders) < 2:
            continue
        if all(_are_of_one_sample(held[folder]) for folder in folders):
            of_folder = names_of_folders(folders)
            names |= {file.path: of_folder[_folder(file.path)] for file in of_key}
        elif of_key[0].kind != "fastq":
            mixed |= folders
    of_folder = names_of_folders(mixed)
    names |= {
        file.path: f"{of_folder[_folder(file.path)]}_{stem_of_file(file.path, file.kind)}"
        for file in files
        if _folder(file.path) in of_folder
    }
    return names


def _folder(path: str) -> Path:
    return Path(path).absolute().parent


def _keys(files: Sequence[Recognised]) -> dict[str, str]:
    """Path -> what the names of files of different samples have in common.

    Dates and times are no part of it, unless they alone tell the files of one folder apart; people
    name raw files, so that theirs count whole.
    """
    stems = {file.path: stem_of_file(file.path, file.kind).casefold() for file in files}
    bare = {
        file.path: stems[file.path]
        if file.kind in RAW
        else without_stamp(stems[file.path]) or stems[file.path]
        for file in files
    }
    in_folder: dict[tuple[Path, str], set[str]] = defaultdict(set)
    for path, key in bare.items():
        in_folder[_folder(path), key].add(stems[path])
    return {
        path: key if len(in_folder[_folder(path), key]) == 1 else f"{stems[path]}.stamped"
        for path, key in bare.items()
    }


def _are_of_one_sample(keys: Collection[str]) -> bool:
    """Whether the files of a folder are those of one sample: one, or all named by a program."""
    return len(keys) < 2 or all(map(is_of_program, keys))


def names_of_folders(folders: Collection[Path]) -> dict[Path, str]:
    """Name folders after their nearest parts that differ.

    Parameters
    ----------
    folders
        Different folders.

    Returns
    -------
    dict
        Folder -> name; of two or more parts where the nearest is that of several folders.
    """
    if not folders:
        return {}
    for clean in (_bare, step_stem, str):
        names = dict.fromkeys(folders, "")
        for level in range(1, 1 + max(len(folder.parts) for folder in folders)):
            parts = {folder: clean(_part(folder, level)) for folder in folders}
            if len(set(parts.values())) == 1:
                continue
            names = {
                folder: "_".join(filter(None, (parts[folder], name)))
                for folder, name in names.items()
            }
            if all(names.values()) and len(set(names.values())) == len(folders):
                return names
    return {folder: str(folder) for folder in folders}


def _bare(part: str) -> str:
    return without_stamp(step_stem(part))


def _part(folder: PurePath, level: int) -> str:
    return folder.parts[-level] if level <= len(folder.parts) else ""


def order_of_table(file: Recognised) -> tuple[int, bool, int, str]:
    """Key that sorts the tables of one sample by `ORDERS`."""
    name = PurePath(file.path).name
    at = next((at for at, form in enumerate(_KINDS) if re.search(form, name, re.I)), len(_KINDS))
    return (file.rank, bool(_SECOND.search(name)), at, name)
