"""Convert Thermo .raw files to mzML with ThermoRawFileParser."""

from pathlib import Path

from evcargo.errors import EvcargoError
from evcargo.job import run_program, whole_file
from evcargo.proteins.thermo import find_program

CENTROIDED_MZML = "-f=1"  # the vendor's peak picking is on unless it is switched off


def convert_raw(raw: str | Path, mzml: str | Path) -> None:
    """Convert one file; the mzML is centroided, and there whole or not at all.

    Raises
    ------
    EvcargoError
        If the program is not installed, or cannot convert the file.
    """
    program = find_program()
    if program is None:
        raise EvcargoError(
            f"{raw}: ThermoRawFileParser, which converts it, is not installed. Use snakemake --sdm"
            " conda, install it (conda install -c bioconda thermorawfileparser), or convert the"
            " file to mzML yourself and give that"
        )
    with whole_file(mzml) as part:
        code, lines = run_program([program, f"-i={raw}", f"-b={part}", CENTROIDED_MZML])
        if code or not part.stat().st_size:
            reason = next((line for line in reversed(lines) if "ERROR" in line), "no reason given")
            raise EvcargoError(
                f"{raw}: ThermoRawFileParser could not convert it ({reason[:200]}). Copy the file"
                " again, or convert it with msconvert and give the mzML"
            )
