"""The image of the Dockerfile, built on a local base, runs a study without a network.

The base here is a Debian 12 of debootstrap; the public base of the Dockerfile is not tested.
"""

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

WANTED = "EVCARGO_CONTAINER_TEST"
PACKAGES = ("podman", "runc", "debootstrap")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
SEARCH_PATH = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# A user that neither this computer nor the image knows.
STRANGER = 12345

Podman = Callable[..., str]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get(WANTED) != "1",
        reason=f"takes about 5 minutes and 8 GB of disk; {WANTED}=1 make test runs it",
    ),
]


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    """Call podman with a storage of its own, which is deleted in the end."""
    if os.getuid() != 0:
        pytest.skip("building a base image with debootstrap needs root")
    missing = [name for name in PACKAGES if shutil.which(name) is None]
    if missing and not (shutil.which("apt-get") and installed(missing)):
        pytest.skip(f"apt-get cannot install {' '.join(missing)}")

    folder = tmp_path_factory.mktemp("podman")
    config = folder / "containers.conf"
    config.write_text(containers_conf())
    command = ["podman", f"--root={folder}/storage", f"--runroot={folder}/run"]

    def call(*arguments: str, stdin: Path | None = None, timeout: float = 900) -> str:
        with Path(stdin or os.devnull).open("rb") as stream:
            done = subprocess.run(
                [*command, *arguments],
                env=os.environ | {"CONTAINERS_CONF": str(config)},
                stdin=stream,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=timeout,
            )
        output = done.stdout.decode(errors="replace")
        assert done.returncode == 0, output[-8000:]
        return output

    yield call
    # Only podman may take layers apart: the overlay mounts are below the folder.
    call("system", "reset", "--force")
    shutil.rmtree(folder)


def installed(packages: list[str]) -> bool:
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}

    def succeeds(command: list[str]) -> bool:
        return subprocess.run(command, env=environment).returncode == 0

    return succeeds(install) or (succeeds([*apt, "update"]) and succeeds(install))


def containers_conf() -> str:
    """Settings for podman where root lacks capabilities, and for any kind of cgroups."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    processes = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    processes = 32768 if processes == resource.RLIM_INFINITY else min(processes, 32768)
    return f"""
[containers]
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


@pytest.fixture(scope="module")
def image(podman: Podman, root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The built image."""
    base = tmp_path_factory.mktemp("base")
    sources = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"]
    mirrors = subprocess.run(sources, check=True, capture_output=True, text=True).stdout.split()
    include = "--include=ca-certificates,python3,python3-venv"
    bootstrap = ["debootstrap", "--variant=minbase", include, "bookworm", str(base / "root")]
    done = subprocess.run([*bootstrap, *mirrors[:1]], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"debootstrap cannot make a base image: {done.stdout.strip().splitlines()[-1]}")
    archive = base / "base.tar"
    subprocess.run(["tar", "-C", base / "root", "-cf", archive, "."], check=True)
    shutil.rmtree(base / "root")
    podman("import", "--change", SEARCH_PATH, "-", "localhost/base", stdin=archive)
    archive.unlink()

    trust = []
    if CERTIFICATES.is_file():
        trust = [
            f"--volume={CERTIFICATES}:{CERTIFICATES}:ro",
            f"--build-arg=PIP_CERT={CERTIFICATES}",
        ]
    build = ["build", "--network=host", "--build-arg=BASE=localhost/base", *trust]
    podman(*build, "--tag=localhost/evcargo", str(root))
    return "localhost/evcargo"


def test_a_study_runs_in_the_image_without_network_or_known_user(
    podman, image, tiny_study, local_run, tables_of, tmp_path
):
    study = tmp_path / "study"
    shutil.copytree(tiny_study, study)
    for path in (study, *study.rglob("*")):
        os.chown(path, STRANGER, STRANGER)
    run = ["run", "--rm", "--network=none", f"--user={STRANGER}:{STRANGER}"]
    podman(*run, f"--volume={study}:/study", image, "--cores", "2")
    assert (study / "results/report/index.html").stat().st_uid == STRANGER
    assert tables_of(study) == tables_of(local_run)

    again = podman(*run, f"--volume={study}:/study", image, "--cores", "2")
    assert "Nothing to be done" in again


def test_the_image_does_not_run_as_root(podman, image):
    assert podman("run", "--rm", "--entrypoint=id", image, "-u").strip() == "10001"
