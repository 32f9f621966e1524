"""Reference files that the config names by URL: fetched once, over https, checked by sha256."""

import hashlib
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    UnknownHandler,
)

from evcargo.errors import EvcargoError
from evcargo.job import whole_file

CHUNK = 1 << 20
TIMEOUT_S = 60.0
Opener = Callable[[str], AbstractContextManager[IO[bytes]]]


def https_opener(context: ssl.SSLContext | None = None, timeout: float = TIMEOUT_S) -> Opener:
    """Make an opener of https addresses, which does not follow a redirect to another scheme.

    Parameters
    ----------
    context
        Certificates to trust; those of the system by default.
    timeout
        Seconds without any answer after which it gives up.
    """
    director = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPSHandler(context=context),
        HTTPRedirectHandler(),
        HTTPErrorProcessor(),
        HTTPDefaultErrorHandler(),
        UnknownHandler(),
    ):
        director.add_handler(handler)
    director.addheaders = [("User-Agent", "evcargo")]

    def opened(url: str) -> AbstractContextManager[Any]:
        answer = director.open(url, timeout=timeout)
        if answer is None:  # no handler knows the scheme
            raise URLError(f"cannot open {url}")
        return answer

    return opened


def fetch_reference(url: str, sha256: str, path: str | Path, opener: Opener | None = None) -> None:
    """Fetch a file, and keep it only if it is the one that the config asks for.

    Parameters
    ----------
    url
        Its https address.
    sha256
        Checksum that it must have, in hex.
    path
        Where to put it. The file is streamed to a part file beside it, which is moved into place
        when the checksum is right.
    opener
        Opens an address for reading; `https_opener` by default.

    Raises
    ------
    EvcargoError
        If the address is not https, cannot be reached, is too slow, gives a web page, or gives a
        file of another checksum.
    """
    if urlsplit(url).scheme != "https":
        raise EvcargoError(f"{url}: is not an https address. Give one, or download the file")
    with whole_file(path) as part:
        try:
            found = _streamed(url, part, opener or https_opener())
        except HTTPError as error:
            raise EvcargoError(
                f"{url}: the server answers {error.code} {error.reason}. Check the address in a"
                " browser"
            ) from None
        except TimeoutError:
            raise EvcargoError(f"{url}: timed out. Try again, or download the file") from None
        except (URLError, HTTPException, OSError) as error:
            why = getattr(error, "reason", error)
            if isinstance(why, TimeoutError):
                why = "timed out"
            raise EvcargoError(
                f"{url}: cannot be fetched ({why}). Check the network, or download the file and"
                " give its path"
            ) from None
        if found != sha256.lower():
            raise EvcargoError(
                f"{url}: has sha256 {found}, but the config asks for {sha256.lower()}. The file"
                " has changed or was cut off: look at it, then write its sha256 into the config"
            )


def _streamed(url: str, part: Path, opener: Opener) -> str:
    """Write the file and return its checksum."""
    digest = hashlib.sha256()
    with opener(url) as answer, part.open("wb") as stream:
        first = True
        while chunk := answer.read(CHUNK):
            if first and chunk.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                raise EvcargoError(
                    f"{url}: gives a web page, not a file. Give the address of the file itself"
                )
            first = False
            digest.update(chunk)
            stream.write(chunk)
    return digest.hexdigest()
