"""What every job of the workflow shares: its log, and outputs that are never half written."""

import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import NamedTemporaryFile

from evcargo.errors import EvcargoError

_log = logging.getLogger(__name__)


@contextmanager
def job_log(log: Sequence[str] | str) -> Iterator[logging.Logger]:
    """Send everything a job says to its log file, and its error also to the terminal.

    Parameters
    ----------
    log
        The rule's log, as ``snakemake.log``; the first file is used.

    Yields
    ------
    logging.Logger
        The package's logger.

    Raises
    ------
    SystemExit
        With status 1 after an `EvcargoError`, whose text was shown in one line.
    """
    path = Path(log if isinstance(log, str) else log[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger("evcargo")
    with path.open("w", encoding="utf-8") as stream:
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        try:
            with redirect_stdout(stream), redirect_stderr(stream):
                yield logger
        except EvcargoError as error:
            stream.write(f"ERROR {error}\n")
            print(f"evcargo: {error}", file=sys.stderr)
            raise SystemExit(1) from None
        except BaseException:
            traceback.print_exc(file=stream)
            raise
        finally:
            logger.removeHandler(handler)


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Give a temporary name beside `path` and move it into place when the block ends well.

    A job that is killed, or that goes on as an orphan on a cluster, can so never leave half a file.
    The temporary name keeps the suffixes of `path`, which many writers go by.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(
        dir=target.parent, prefix=".part-", suffix=target.name, delete=False
    ) as handle:
        part = Path(handle.name)
    try:
        yield part
        part.chmod(0o666 & ~_umask())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    import os

    mask = os.umask(0)
    os.umask(mask)
    return mask


def run_program(command: Sequence[str]) -> tuple[int, list[str]]:
    """Run a program, never through a shell; all it says goes to the log.

    Returns
    -------
    code : int
        Its exit code.
    lines : list of str
        What it said, without blank lines.
    """
    _log.info("%s", command)
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    _log.info("%s", done.stdout)
    return done.returncode, [line.strip() for line in done.stdout.splitlines() if line.strip()]
