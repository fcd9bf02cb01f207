"""A web page as a text that can be attached: fetched once, within limits, and never from inside the own network."""

import asyncio
import ipaddress
import re
import socket
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

import httpx
from msgspec import Struct

from mixchat.domain.errors import BadRequest, OwnNetwork
from mixchat.domain.plain_text import without_passwords

if TYPE_CHECKING:
    import ssl

MOST_BYTES: Final = 5_000_000
_SECONDS: Final = 20.0
_HOPS: Final = 5
_HIDDEN: Final = (
    "script, style, noscript, template, svg, nav, header, footer, aside, form, iframe, button, dialog"
)
_TEXT: Final = re.compile(r"text/|application/(?:[\w.+-]*\+)?(?:json|xml|yaml|toml|javascript)")
_HEADERS: Final = {
    "user-agent": "mixchat",
    "accept": "text/html,text/*,application/json,application/pdf,image/*;q=0.8",
}


class WebPage(Struct, frozen=True):
    """What was found at an address."""

    address: str
    """Where it was in the end, after redirects."""
    data: bytes
    """The readable text of a page; any other file as it is."""


async def fetch_page(
    address: str, *, own_network: bool = False, client: httpx.AsyncClient | None = None
) -> WebPage:
    """Fetch what is at `address`.

    Args:
        address: begins with `http://` or `https://`.
        own_network: whether addresses of this machine and of private networks may be asked, too.
        client: who asks; by default one of its own.

    Raises:
        BadRequest: it cannot be fetched, or is too large.
        OwnNetwork: it is on this machine or in its network, and those may not be asked.
    """
    own = client is None
    client = client or httpx.AsyncClient(follow_redirects=False, timeout=_SECONDS, verify=_trusted())
    try:
        async with asyncio.timeout(_SECONDS):
            return await _follow(client, address, own_network=own_network)
    except TimeoutError:
        raise BadRequest(f"{address} did not answer within {_SECONDS:.0f} seconds.") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        raise BadRequest(f"{address} cannot be fetched ({_reason(error)}).") from None
    finally:
        if own:
            await client.aclose()


async def _follow(client: httpx.AsyncClient, address: str, *, own_network: bool) -> WebPage:
    for _ in range(_HOPS):
        extensions, url, host = await _target(address, own_network=own_network)
        request = client.build_request("GET", url, headers={**_HEADERS, "host": host}, extensions=extensions)
        response = await client.send(request, stream=True)
        try:
            if response.is_redirect:
                address = urljoin(address, response.headers["location"])
                continue
            return await _read(response, address)
        finally:
            await response.aclose()
    raise BadRequest(f"{address} leads on and on to other addresses.")


async def _target(address: str, *, own_network: bool) -> tuple[dict[str, str], httpx.URL, str]:
    """Return where to connect to: the very number that was looked at, so that a name cannot change its mind."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadRequest(f"{address} is not an http or https address.")
    url = httpx.URL(address)
    host = url.netloc.decode("ascii").rpartition("@")[2]
    if own_network:
        return {}, url, host
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    numbers = [str(entry[4][0]) for entry in found]
    if not numbers or not all(_is_public(number) for number in numbers):
        raise OwnNetwork(f"{without_passwords(address)} is on this machine or in your own network.")
    return {"sni_hostname": parts.hostname}, url.copy_with(host=numbers[0]), host


def _is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (inner is None or inner.is_global)


async def _read(response: httpx.Response, address: str) -> WebPage:
    if not response.is_success:
        raise BadRequest(
            f"{address} answered {response.status_code} {response.reason_phrase}.".replace(" .", ".")
        )
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if size > MOST_BYTES:
            raise BadRequest(f"{address} is larger than {MOST_BYTES // 1_000_000} MB.")
        pieces.append(piece)
    data = b"".join(pieces)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml", ""):
        return WebPage(address, await asyncio.to_thread(_readable, data, response.charset_encoding, address))
    if _TEXT.fullmatch(kind) or kind.startswith("text/"):
        return WebPage(address, data.decode(response.charset_encoding or "utf-8", errors="replace").encode())
    return WebPage(address, data)


def _readable(data: bytes, charset: str | None, address: str) -> bytes:
    """Return a page's own words as Markdown, without what frames every page of its site."""
    from justhtml import JustHTML

    page = JustHTML(data, encoding=charset, sanitize=False)
    for hidden in page.query(_HIDDEN):
        if hidden.parent is not None:
            hidden.parent.remove_child(hidden)
    titles = page.query("title")
    title = titles[0].to_text().strip() if titles else ""
    bodies = page.query("main") or page.query("article") or page.query("body")
    text = bodies[0].to_markdown() if bodies else ""
    head = f"# {' '.join(title.split())}\n" if title else ""
    return f"{head}{address}\n\n{text.strip()}\n".encode(errors="replace")


def _trusted() -> "ssl.SSLContext":
    import ssl

    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
