"""Find ThermoRawFileParser (10.1021/acs.jproteome.9b00328), for Thermo .raw files."""

import shutil

#: Names of the program: of bioconda, of older packages, of its own releases.
PROGRAMS = ("thermorawfileparser", "ThermoRawFileParser", "ThermoRawFileParser.sh")


def find_program() -> str | None:
    """Path of ThermoRawFileParser, or None where it is not installed."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)
