"""
Pictures and feeds from the public web: catalog's `WebSource`.

The addresses come from strangers' feeds: only public ones are reached, and each redirect starts over. Time, size and
the number of redirects are bounded.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable
from urllib.parse import quote, urljoin, urlsplit

from entrepot.catalog.ports import NotFetched
from entrepot.integrations import pinned
from entrepot.integrations.pinned import Address
from entrepot.kernel.sentences import Sentence
from entrepot.notifications import rules

_PORTS = frozenset({80, 443, 8080, 8443})
_REDIRECTS_MAX = 4
_CONNECT_SECONDS = 5.0
_TOTAL_SECONDS = 20.0
_TOO_SLOW = Sentence("The server did not answer in time.")
_USER_AGENT = "Entrepot/1 (fetcher of an open-source marketplace)"


class PublicWeb:
    """Fetches over HTTP and HTTPS from public addresses only."""

    def __init__(
        self,
        *,
        bytes_max: int = 15 * 1024 * 1024,
        wanted: str = "image/*",
        total_seconds: float = _TOTAL_SECONDS,
        ports: frozenset[int] = _PORTS,
        is_allowed: Callable[[Address], bool] = rules.is_public,
    ) -> None:
        """`wanted` is said to the server; `ports` and `is_allowed` differ in tests alone, on their own machine."""
        self._bytes_max = bytes_max
        self._wanted = wanted
        self._total_seconds = total_seconds
        self._ports = ports
        self._is_allowed = is_allowed

    def fetch(self, url: str) -> bytes:
        deadline = time.monotonic() + self._total_seconds
        for _ in range(_REDIRECTS_MAX + 1):
            answer = self._ask(url, deadline)
            if isinstance(answer, bytes):
                return answer
            url = answer
        raise NotFetched(Sentence("The address redirects more than %(most)s times.", most=_REDIRECTS_MAX))

    def _ask(self, url: str, deadline: float) -> bytes | str:
        """Return the bytes at an address, or the address that it redirects to."""
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise NotFetched(Sentence("The address is not a valid one.")) from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NotFetched(Sentence("Only addresses with http or https are fetched."))
        if parts.username or port not in self._ports:
            raise NotFetched(Sentence("Addresses with a log-in or an unusual port are not fetched."))
        address = self._resolve(parts.hostname, port)
        connection = _connection(parts.scheme, parts.hostname, address, port, min(_CONNECT_SECONDS, _left(deadline)))
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            path = target.encode("ascii", "ignore").decode() if target.isascii() else _quoted(target)
            connection.request(
                "GET", path, headers={"Host": parts.netloc, "User-Agent": _USER_AGENT, "Accept": self._wanted}
            )
            response = connection.getresponse()
            if response.status in (301, 302, 303, 307, 308):
                location = response.getheader("Location")
                if not location:
                    raise NotFetched(Sentence("The address redirects to nowhere."))
                return urljoin(url, location)
            if response.status != 200:
                again = response.status == 429 or response.status >= 500
                raise NotFetched(
                    Sentence("The server answers %(answer)s.", answer=f"{response.status} {response.reason}"),
                    again=again,
                )
            return self._body(response, connection, deadline)
        except ssl.SSLError as fault:
            raise NotFetched(Sentence("No safe connection: %(reason)s.", reason=fault.reason or "TLS")) from None
        except TimeoutError:
            raise NotFetched(_TOO_SLOW, again=True) from None
        except (OSError, http.client.HTTPException) as fault:
            raise NotFetched(
                Sentence("The server cannot be reached: %(reason)s.", reason=type(fault).__name__), again=True
            ) from None
        finally:
            connection.close()

    def _resolve(self, host: str, port: int) -> str:
        try:
            return pinned.resolve(host, port, is_allowed=self._is_allowed)
        except pinned.NameUnknown:
            raise NotFetched(Sentence("The name %(host)s is not known.", host=host[:100]), again=True) from None
        except pinned.NotAllowed:
            raise NotFetched(
                Sentence("The name %(host)s leads to an address that is not public.", host=host[:100])
            ) from None

    def _body(
        self, response: http.client.HTTPResponse, connection: http.client.HTTPConnection, deadline: float
    ) -> bytes:
        announced = response.getheader("Content-Length", "")
        if announced.isdecimal() and int(announced) > self._bytes_max:
            raise NotFetched(Sentence("The file is larger than %(most)s MB.", most=self._bytes_max // 1024 // 1024))
        body = bytearray()
        while True:
            if connection.sock is not None:
                connection.sock.settimeout(_left(deadline))
            chunk = response.read1(65_536)
            if not chunk:
                return bytes(body)
            body += chunk
            if len(body) > self._bytes_max:
                raise NotFetched(Sentence("The file is larger than %(most)s MB.", most=self._bytes_max // 1024 // 1024))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise NotFetched(_TOO_SLOW, again=True)
    return left


def _connection(scheme: str, host: str, address: str, port: int, timeout: float) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return pinned.PinnedHTTPS(host, port, address=address, context=context, timeout=timeout)
    return http.client.HTTPConnection(address, port, timeout=timeout)


def _quoted(target: str) -> str:
    return quote(target, safe="/?&=%:@!$'()*+,;~-._")
