"""References that the config names by URL. Nothing here leaves this machine."""

import hashlib
import ssl
import subprocess
from collections.abc import Iterator
from http.client import IncompleteRead
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError, URLError

import pytest

from evcargo.errors import EvcargoError
from evcargo.rna.fetch import fetch_reference, https_opener
from evcargo.rna.sheet import DOWNLOADS, download_of, reference_sources, user_references

URL = "https://example.org/r.fa"
FASTA = b">x\nACGT\n" * 400_000  # several chunks
SHA256 = hashlib.sha256(FASTA).hexdigest()


def test_the_file_is_fetched_whole(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "r.fa"
    fetch_reference(URL, SHA256.upper(), path, lambda url: BytesIO(FASTA))
    assert path.read_bytes() == FASTA
    assert [one.name for one in path.parent.iterdir()] == ["r.fa"]


@pytest.mark.parametrize(
    "url", ["http://a.org/r.fa", "ftp://a.org/r.fa", "file:///etc/passwd", "x"]
)
def test_other_schemes_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(EvcargoError, match="not an https address"):
        fetch_reference(url, SHA256, tmp_path / "r.fa", lambda url: BytesIO(FASTA))


def test_another_checksum_is_refused_and_both_are_shown(tmp_path: Path) -> None:
    with pytest.raises(EvcargoError) as caught:
        fetch_reference(URL, "0" * 64, tmp_path / "r.fa", lambda url: BytesIO(FASTA))
    assert SHA256 in str(caught.value)
    assert "0" * 64 in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><html>", b"\r\n <html>", b"\xef\xbb\xbf<?xml"])
def test_web_pages_are_refused(tmp_path: Path, page: bytes) -> None:
    digest = hashlib.sha256(page).hexdigest()
    with pytest.raises(EvcargoError, match="gives a web page"):
        fetch_reference(URL, digest, tmp_path / "r.fa", lambda url: BytesIO(page))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError("timed out"), "timed out"),
        (URLError(TimeoutError("timed out")), "timed out"),
        (URLError("Name or service not known"), "Name or service not known"),
        (HTTPError(URL, 404, "Not Found", None, None), "answers 404 Not Found"),  # type: ignore[arg-type]
        (IncompleteRead(b"x", 9), "IncompleteRead"),
        (ConnectionResetError("reset by peer"), "reset by peer"),
    ],
)
def test_failures_are_told_in_one_line(tmp_path: Path, error: Exception, said: str) -> None:
    def opener(url: str) -> BytesIO:
        raise error

    with pytest.raises(EvcargoError, match=said) as caught:
        fetch_reference(URL, SHA256, tmp_path / "r.fa", opener)
    assert str(caught.value).startswith(URL)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


class Answers(BaseHTTPRequestHandler):
    """Gives the file at /r.fa, sends /away to plain http, and has nothing else."""

    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/r.fa")
            self.end_headers()
        elif self.path == "/r.fa":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(FASTA)
        else:
            self.send_error(404)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ssl.SSLContext]]:
    """Serve `Answers` over TLS with a certificate that only our context trusts."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    try:
        subprocess.run(
            [*command, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    server = HTTPServer(("127.0.0.1", 0), Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_port}", ssl.create_default_context(cafile=certificate)
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "localhost")


def test_over_tls(tmp_path: Path, server: tuple[str, ssl.SSLContext]) -> None:
    address, context = server
    path = tmp_path / "r.fa"
    fetch_reference(f"{address}/r.fa", SHA256, path, https_opener(context))
    assert path.read_bytes() == FASTA


def test_tls_refuses(tmp_path: Path, server: tuple[str, ssl.SSLContext]) -> None:
    address, context = server
    path = tmp_path / "r.fa"
    with pytest.raises(EvcargoError, match="answers 404"):
        fetch_reference(f"{address}/none", SHA256, path, https_opener(context))
    with pytest.raises(EvcargoError, match="unknown url type: http"):
        fetch_reference(f"{address}/away", SHA256, path, https_opener(context))
    with pytest.raises(EvcargoError, match="certificate verify failed"):
        fetch_reference(f"{address}/r.fa", SHA256, path)
    assert not list(tmp_path.iterdir())


def test_names_of_downloads() -> None:
    given = {
        "Y_RNA": "mine.fa",
        "piRNA": {"url": "https://a.org/x/pi.FA.GZ?download=1", "sha256": SHA256},
        "lncRNA": {"url": "https://a.org/get/7", "sha256": "1" * 64},
    }
    assert user_references(given) == {
        "Y_RNA": "mine.fa",
        "piRNA": f"{DOWNLOADS}/piRNA.fa.gz",
        "lncRNA": f"{DOWNLOADS}/lncRNA.fa",
    }
    assert download_of(given, "lncRNA.fa") == given["lncRNA"]
    assert reference_sources(given) == {
        "piRNA": "https://a.org/x/pi.FA.GZ?download=1",
        "lncRNA": "https://a.org/get/7",
    }
    with pytest.raises(EvcargoError, match="names no such download"):
        download_of(given, "Y_RNA.fa")
