"""A web page that is attached: fetched once, read, bounded, and never from the own network unasked."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest

from mixchat.chat import web_page
from mixchat.chat.web_page import fetch_page
from mixchat.domain.errors import BadRequest

PAGE = b"""<!doctype html><html><head><title>Bees &amp; birds</title><script>evil()</script></head><body><nav>Home Login</nav>
<main><h1>Dance</h1><p>They dance in <b>eights</b>.</p><pre><code>x = 1\n  y = 2</code></pre></main>
<footer>Imprint</footer></body></html>"""


@asynccontextmanager
async def site(answer: Callable[[str], bytes]) -> AsyncGenerator[tuple[str, list[str]]]:
    """Serve raw answers on loopback; the list holds the paths that were asked for."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(head.split()[1])
        writer.write(answer(asked[-1]))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


def ok(body: bytes, kind: str = "text/html; charset=utf-8") -> bytes:
    return f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


async def test_a_page_is_its_own_words_and_is_fetched_once():
    async with site(lambda _: ok(PAGE)) as (address, asked):
        page = await fetch_page(f"{address}/post?a=1", own_network=True)
    text = page.data.decode()
    assert text.startswith(f"# Bees & birds\n{address}/post?a=1\n")
    assert "They dance in **eights**." in text
    assert "x = 1\n  y = 2" in text
    assert not any(word in text for word in ("evil", "Login", "Imprint"))
    assert asked == ["/post?a=1"]


async def test_other_texts_come_as_they_are_and_files_byte_for_byte():
    async with site(
        lambda path: ok(b'{"a": 1}', "application/json") if path == "/j" else ok(b"%PDF-1", "application/pdf")
    ) as (address, _):
        assert (await fetch_page(f"{address}/j", own_network=True)).data == b'{"a": 1}'
        assert (await fetch_page(f"{address}/p", own_network=True)).data == b"%PDF-1"


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/", "http://localhost:9/", "http://[::1]/", "http://0.0.0.0/", "http://127.1/", "http://2130706433/",
     "http://[::ffff:127.0.0.1]/", "ftp://example.com/", "http:///x", "https://user:pw@127.0.0.1/"],
)  # fmt: skip
async def test_nothing_of_this_machine_is_fetched_unasked(address: str):
    with pytest.raises(BadRequest):
        await fetch_page(address)


@pytest.mark.parametrize(
    ("number", "public"),
    [("93.184.216.34", True), ("10.0.0.1", False), ("192.168.1.1", False), ("172.16.0.1", False), ("169.254.169.254", False),
     ("100.64.0.1", False), ("224.0.0.1", False), ("::ffff:10.0.0.1", False), ("fe80::1%eth0", False), ("fd00::1", False),
     ("2002:7f00:1::", False), ("2606:2800:220:1::1", True)],
)  # fmt: skip
def test_what_is_public_is_told_by_the_number(number: str, public: bool):
    assert web_page._is_public(number) == public


async def test_a_redirect_into_the_own_network_is_not_followed(monkeypatch: pytest.MonkeyPatch):
    async with site(
        lambda path: b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.2/secret\r\ncontent-length: 0\r\n\r\n"
    ) as (address, asked):
        first = web_page._is_public
        monkeypatch.setattr(web_page, "_is_public", lambda number: number == "127.0.0.1" or first(number))
        with pytest.raises(
            BadRequest, match=r"127\.0\.0\.2/secret is on this machine or in your own network"
        ):
            await fetch_page(f"{address}/x")
    assert asked == ["/x"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "answered 404 Not Found"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5_000_001, "larger than 5 MB"),
        (b"HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n", "leads on and on"),
        (b"nonsense\r\n\r\n", "cannot be fetched"),
        (b"", "cannot be fetched"),
    ],
    ids=range(5),
)
async def test_what_cannot_be_fetched_is_one_sentence(answer: bytes, said: str):
    async with site(lambda _: answer) as (address, _):
        with pytest.raises(BadRequest, match=said):
            await fetch_page(address, own_network=True)


async def test_a_page_of_any_bytes_is_no_trouble():
    for body in (b"\xff\xfe\x00<", b"<" * 100_000, b"<div>" * 5000, b"", b"<title>\xf0\x9f</title>"):
        async with site(lambda _, body=body: ok(body)) as (address, _):
            assert (await fetch_page(address, own_network=True)).data
