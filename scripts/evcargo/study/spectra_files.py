"""Where the data files are that an SDRF names: beside it, perhaps as the mzML made of them."""

from pathlib import Path

CONVERTED = (".mzML", ".mzML.gz", ".mzml", ".mzml.gz")
RAW = (".raw", ".d", ".wiff", ".mzml", ".mzml.gz", ".mgf")


def data_file_path(name: str, folder: str) -> str:
    """Find a data file.

    The mzML of that name comes first, since vendors' files need conversion; then the file itself.
    Where neither is there the path is that of the mzML, for the message that it is missing.

    Parameters
    ----------
    name
        Name of the file as the SDRF gives it, mostly that of the vendor's file.
    folder
        Folder of the files; names with folders of their own start there too.
    """
    whole = Path(folder) / name
    folded = name.casefold()
    suffix = next((end for end in sorted(RAW, key=len)[::-1] if folded.endswith(end)), "")
    stem = name[: len(name) - len(suffix)] if suffix else name
    converted = [Path(folder) / f"{stem}{end}" for end in CONVERTED]
    if suffix not in (".raw", ".d", ".wiff", ""):
        converted = [whole, *converted]
    for path in (*converted, whole):
        if path.exists():
            return str(path)
    return str(converted[0])
