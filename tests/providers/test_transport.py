"""The layer between sockets and SDKs: signs of life, bounds, and the way to a server."""

import asyncio
import contextlib
import gzip
import itertools
import resource
import ssl
import time
import zlib
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import pytest

from mixchat.domain.errors import Interrupted, TooSlow, Unreachable
from mixchat.domain.events import TextDelta
from mixchat.providers.connections import Connections
from mixchat.providers.proxies import proxy_for
from mixchat.providers.tls_error import tls_sentence
from tests.providers.adapters import KINDS, Desk
from tests.providers.loopback import Got, Say, loopback
from tests.providers.reports import SPEECHES
from tests.providers.test_contract import _impatient  # pyright: ignore[reportPrivateUsage]
from tests.providers.test_reports import ask, complete
from tests.wires import Raw, Reply, Status, Web, Wires


class Beats:
    """Counts signs of life."""

    def __init__(self) -> None:
        self.count = 0

    def touch(self) -> None:
        self.count += 1


async def test_every_byte_is_a_sign_of_life_also_where_it_makes_no_event(
    chat_services: Desk, wires: Wires
) -> None:
    speech = SPEECHES[chat_services.kind]
    quiet = "\n" if chat_services.kind == "ollama" else ": keep-alive\n\n"
    pauses = [part for _ in range(5) for part in (quiet, 0.02)]
    wires.script(
        "m", Raw((*pauses, *complete(speech, speech.text("At last."))), content_type=speech.content_type)
    )
    beats = Beats()
    events = [event async for event in chat_services.provider.stream(chat_services.request(), beats)]
    assert beats.count >= 6  # the headers, five comments or blank lines, the reply
    assert len(events) <= 4


async def test_signs_of_life_of_one_call_are_not_anothers(chat_services: Desk, wires: Wires) -> None:
    first, second = Beats(), Beats()
    wires.script("m", Reply("one two three four", rate=100))

    async def read(beats: Beats) -> None:
        async for _ in chat_services.provider.stream(chat_services.request(), beats):
            pass

    await read(first)
    before = first.count
    await asyncio.gather(read(second), read(second))
    assert first.count == before > 0
    assert second.count > 0


@pytest.mark.parametrize(("kind", "frozen"), itertools.product(KINDS, (True, False)))
async def test_only_who_is_told_of_every_byte_limits_the_silence(kind: str, *, frozen: bool) -> None:
    """The library's own alarm knows no thaw: after Ctrl+Z or a shut lid it is due beside what has arrived."""
    speech = SPEECHES[kind]
    parts = complete(speech, speech.text("It was here all the time."))
    body = "".join(part for part in parts if isinstance(part, str)).encode()

    def answer(_: Got) -> Say:
        time.sleep(0.15 if frozen else 0.6)
        return Say(body=body, headers={"content-type": speech.content_type})

    with loopback(answer) as server:
        desk = Desk(kind, server.url)
        desk.provider.preload()
        _impatient(desk, 0.3)
        try:
            if frozen:
                asyncio.get_running_loop().call_later(0.1, time.sleep, 0.6)
            events = [event async for event in desk.provider.stream(desk.request(), Beats())]
        finally:
            await desk.aclose()
    assert (
        "".join(event.text for event in events if isinstance(event, TextDelta)) == "It was here all the time."
    )


@cache
def bomb_of(coding: str) -> bytes:
    """Return 100 MB of blanks, packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, {"gzip": 31, "deflate": 15}.get(coding, -15))
    return b"".join([packer.compress(b" " * 1024**2) for _ in range(100)]) + packer.flush()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "bare deflate"])
async def test_a_bomb_is_defused(chat_services: Desk, wires: Wires, coding: str) -> None:
    bomb = bomb_of(coding)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    heard = await ask(chat_services, wires, bomb, headers={"content-encoding": coding.rpartition(" ")[2]})
    assert isinstance(heard.error, Interrupted)
    assert "sent more than 64 MB" in heard.error.message
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 200


async def test_an_endless_line_is_not_held(chat_services: Desk, wires: Wires) -> None:
    heard = await ask(chat_services, wires, "data: {", *(["x" * 1024**2] * 20))
    assert isinstance(heard.error, Interrupted)
    assert "more than 16 MB" in heard.error.message


async def test_a_hundred_thousand_levels_are_nonsense_and_no_crash(chat_services: Desk, wires: Wires) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    framed = f"{deep}\n" if chat_services.kind == "ollama" else f'data: {{"choices": {deep}}}\n\n'
    assert isinstance((await ask(chat_services, wires, framed)).error, Interrupted)
    wires.script("_listing", Web(deep, content_type="application/json"))
    with pytest.raises(Interrupted):
        await chat_services.provider.models()
    wires.script("m", Status(400, body=deep))
    assert (await chat_services.ask()).error is not None


async def test_too_many_headers_are_said(chat_services: Desk, wires: Wires) -> None:
    heard = await ask(chat_services, wires, "x", headers={f"x-{number}": "y" for number in range(300)})
    assert heard.error is not None
    assert "too many headers" in heard.error.message or isinstance(heard.error, Unreachable)


async def test_a_compression_that_nobody_asked_for_is_said(chat_services: Desk, wires: Wires) -> None:
    heard = await ask(chat_services, wires, b"\x00\x01", headers={"content-encoding": "br"})
    assert isinstance(heard.error, Interrupted)
    assert "(br)" in heard.error.message
    broken = await ask(chat_services, wires, b"\x1f\x8bnothing", headers={"content-encoding": "gzip"})
    assert isinstance(broken.error, Interrupted)


async def test_a_compressed_list_and_a_compressed_error_are_read(chat_services: Desk, wires: Wires) -> None:
    assert await chat_services.provider.models()
    told = gzip.compress(b'{"error": {"message": "The model `m` does not exist."}}')
    heard = await ask(
        chat_services, wires, told, headers={"content-encoding": "gzip"}, content_type="application/json"
    )
    assert "does not exist" in str(heard.error)


async def test_a_list_that_never_comes_is_given_up(chat_services: Desk, wires: Wires) -> None:
    from tests.wires import Silence

    _impatient(chat_services, 0.2)
    wires.script("m", Silence())
    assert isinstance((await chat_services.ask()).error, TooSlow)


PROXIES = {"HTTPS_PROXY": "http://p.example:3128", "ALL_PROXY": "socks://s.example:1080"}


@pytest.mark.parametrize(
    ("environ", "scheme", "host", "proxy"),
    [
        (PROXIES, "https", "api.example.com", "http://p.example:3128"),
        (PROXIES, "http", "api.example.com", "socks5://s.example:1080"),
        (PROXIES, "http", "127.0.0.1", None), (PROXIES, "https", "localhost", None), (PROXIES, "http", "::1", None),
        (PROXIES, "http", "0.0.0.0", None), (PROXIES, "http", "127.8.9.1", None),
        (PROXIES | {"NO_PROXY": "example.com"}, "https", "api.example.com", None),
        (PROXIES | {"NO_PROXY": "*"}, "https", "api.example.com", None),
        ({"https_proxy": "p.example:8080"}, "https", "api.example.com", "http://p.example:8080"),
        ({"all_proxy": "SOCKS://u:p@s.example:1"}, "https", "api.example.com", "socks5://u:p@s.example:1"),
        ({"HTTPS_PROXY": "socks5h://s.example:1"}, "https", "api.example.com", "socks5h://s.example:1"),
        ({"HTTPS_PROXY": "  "}, "https", "api.example.com", None), ({}, "https", "api.example.com", None),
    ],
)  # fmt: skip
def test_the_way_to_a_server(
    environ: dict[str, str], scheme: str, host: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(scheme, host) == proxy


FAULTS = {
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'a.example'. (_ssl.c:1006)": "another host name",
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: IP address mismatch, certificate is not valid for '10.0.0.1'.": "another host name",
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)": "has expired",
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate is not yet valid": "not valid yet",
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)": "self-signed",
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate": "is not trusted",
    "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)": "does not speak TLS",
    "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version": "no way of encryption",
}  # fmt: skip


@pytest.mark.parametrize("said", FAULTS)
def test_a_fault_of_a_certificate_has_its_own_sentence(said: str) -> None:
    error = ConnectionError("connect failed")
    error.__cause__ = ssl.SSLError(1, said)
    words = tls_sentence((error, error.__cause__), "https://a.example")
    assert FAULTS[said] in words
    assert tls_sentence((ConnectionError("refused"),), "https://a.example") == ""


async def test_an_address_that_speaks_no_tls_is_said(chat_services: Desk, wires: Wires) -> None:
    from msgspec import structs

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        secure = Desk(chat_services.kind, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        error = (await secure.ask()).error
        await secure.aclose()
    assert isinstance(error, Unreachable)
    assert "does not speak TLS" in error.message
    assert error.failure.reached is False
    assert structs.asdict(error.failure)["reached"] is False


async def test_a_connection_that_never_completes_is_unreachable_in_every_adapter(chat_services: Desk) -> None:
    import socket

    import httpx
    import httpx2

    with socket.socket() as full:  # a queue that is full answers no further connection
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        busy = [socket.socket() for _ in range(4)]
        for each in busy:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        desk = Desk(chat_services.kind, f"http://127.0.0.1:{full.getsockname()[1]}")
        desk.connections.sdk.timeout = httpx2.Timeout(5, connect=0.3)
        desk.connections.own.timeout = httpx.Timeout(5, connect=0.3)
        error = (await desk.ask()).error
        await desk.aclose()
        for each in busy:
            each.close()
    assert isinstance(error, Unreachable), error
    assert error.failure.reached is False


async def test_a_query_of_the_address_goes_with_every_request(chat_services: Desk, wires: Wires) -> None:
    from msgspec import structs

    desk = Desk(chat_services.kind, wires.url)
    at = f"{desk.service.base_url}?api-version=2026-01-01"
    desk.service = desk.provider._service = structs.replace(desk.service, base_url=at)  # pyright: ignore
    assert (await desk.ask()).text
    assert await desk.provider.models()
    assert all(
        ("api-version", "2026-01-01") in parse_qsl(urlsplit(seen.path).query, strict_parsing=True)
        for seen in wires.seen
    )
    assert len(wires.seen) == 2
    await desk.aclose()


@pytest.mark.parametrize("client", ["own", "sdk"])
async def test_what_only_reads_is_sent_again_where_an_idle_connection_was_just_closed(client: str) -> None:
    got: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        got.append(head.split()[0].decode())
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        with contextlib.suppress(asyncio.IncompleteReadError):
            head = await reader.readuntil(
                b"\r\n\r\n"
            )  # the connection is used again and closed without a word
            got.append(head.split()[0].decode())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    connections = Connections()
    async with server:
        http = getattr(connections, client)
        for _ in range(2):
            assert (await http.get(url)).text == "{}"
        assert got == ["GET", "GET", "GET"]
        with pytest.raises(Exception, match="disconnected"):
            await http.post(url)  # on the connection that answered last: a prompt is not sent twice unasked
        assert got[3:] == ["POST"]
        await connections.aclose()
