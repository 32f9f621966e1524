"""Real data out of Debian packages, unpacked as any user, once."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest


def cache_folder() -> Path:
    """Where unpacked packages are kept between runs of the suite."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "evcargo-tests"


@cache
def debian_package(name: str) -> Path:
    """Folder of the unpacked package (`usr/share/doc/...` below it); skips the test without it."""
    folder = cache_folder() / name
    if folder.is_dir():
        return folder
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed, so Debian package {name} cannot be fetched")
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.with_name(f".part-{name}-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        _run(["apt-get", "download", name], part, name)
        package = next(part.glob("*.deb"))
        _run(["dpkg-deb", "-x", str(package), str(part / "x")], part, name)
        if not folder.is_dir():
            (part / "x").rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _run(command: list[str], folder: Path, name: str) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        pytest.skip(f"Debian package {name} cannot be fetched: {reason}")
