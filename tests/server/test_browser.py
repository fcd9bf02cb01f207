"""The app in a real browser: a prompt typed, the reply read; and who is kept out."""

import asyncio
import base64
import json
import re
import shutil
import signal
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import psutil
import pyte
import pytest

from tests.server.conftest import Served, Standing, serving, standing
from tests.wires.script import Reply
from tests.wires.server import Wires

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
    "--disable-background-networking", "--disable-sync", "--disable-extensions", "--remote-debugging-port=0",
    "--window-size=1200,800",
)  # fmt: skip


@pytest.fixture
async def served(wires: Wires) -> AsyncGenerator[Served]:
    async with serving() as served:
        yield served


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """One server for everything that it refuses."""
    with standing(tmp_path_factory.mktemp("page")) as page:
        yield page


class Page:
    """A page in headless Chromium, spoken to by its own debugging protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self.problems: list[str] = []

    async def call(self, method: str, **params: object) -> dict[str, Any]:
        """Call a method of the protocol, taking in what is told until it answers."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        while True:
            said = await self._socket.receive_json()
            if said.get("id") == self._number:
                return said.get("result", {})
            self._hear(said.get("method"), said.get("params", {}))

    def _hear(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Runtime.exceptionThrown":
                self.problems.append(str(params))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.problems.append(str(params))
            case "Network.webSocketFrameReceived" if params["response"]["opcode"] == 2:
                self._stream.feed(base64.b64decode(params["response"]["payloadData"]))
            case "Network.webSocketFrameSent" if '"resize"' in params["response"]["payloadData"]:
                size = json.loads(params["response"]["payloadData"])[1]
                self._screen.resize(size["height"], size["width"])
            case _:
                pass

    async def type(self, text: str) -> None:
        """Type as a hand does."""
        for sign in text:
            await self.call("Input.dispatchKeyEvent", type="char", text=sign)

    async def click(self, x: int, y: int) -> None:
        """Click, as one does to write into a page."""
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press_enter(self) -> None:
        for kind in ("keyDown", "keyUp"):
            await self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key="Enter",
                code="Enter",
                windowsVirtualKeyCode=13,
                text="\r",
            )

    async def shows(self, pattern: str) -> bool:
        """Whether the terminal in the page comes to show `pattern`."""
        for _ in range(150):
            await self.call("Runtime.evaluate", expression="1")
            if re.search(pattern, "\n".join(self._screen.display)):
                return True
            await asyncio.sleep(0.2)
        return False


async def browse(address: str, profile: Path) -> AsyncGenerator[Page]:
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM, *FLAGS, f"--user-data-dir={profile}", address,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port_file = profile / "DevToolsActivePort"
        for _ in range(300):
            if port_file.exists() and port_file.read_text():
                break
            await asyncio.sleep(0.1)
        port = port_file.read_text().split()[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as found:
                target = next(page for page in await found.json() if page["type"] == "page")
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                await page.call("Runtime.enable")
                await page.call("Log.enable")
                await page.call("Network.enable")
                await page.call("Page.reload")
                yield page
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.timeout(120)
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (apt-get install chromium)")
async def test_a_prompt_is_typed_and_its_reply_read_in_a_browser(
    wires: Wires, served: Served, tmp_path: Path
):
    wires.script("near", Reply("Bees dance in eights."))
    pages = browse(served.address, tmp_path / "chromium")
    page = await anext(pages)
    try:
        assert await page.shows("Ask|mixchat|daily-driver")
        await page.click(600, 300)
        await page.type("How do bees dance?")
        assert await page.shows("How do bees dance")
        await page.press_enter()
        assert await page.shows(r"Bees dance in eights\.")
        assert "How do bees dance?" in str(wires.seen[0].json)
        picture = await page.call("Page.captureScreenshot")
        (tmp_path / "browser.png").write_bytes(base64.b64decode(picture["data"]))
        assert page.problems == []
    finally:
        await pages.aclose()


async def test_the_page_fetches_nothing_from_elsewhere_and_may_not(page: Standing):
    async with httpx.AsyncClient() as http:
        answer = await http.get(page.address)
        assert (await http.get(f"http://127.0.0.1:{page.port}/static/js/textual.js")).status_code == 200
    assert "googleapis" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 401),
        ("/?token=wrong", {}, 401),
        ("/?token=TOKEN", {"Host": "evil.example:PORT"}, 403),
        ("/?token=TOKEN", {"Origin": "https://evil.example"}, 403),
        ("/ws/wrong", {"Origin": "http://127.0.0.1:PORT"}, 403),
        ("/ws/TOKEN", {"Origin": "https://evil.example"}, 403),
        ("/ws/TOKEN", {}, 403),
        ("/static/", {}, 403),
        ("/nothing", {}, 404),
    ],
)
async def test_who_has_no_token_or_comes_from_elsewhere_is_kept_out(
    page: Standing, path: str, headers: dict[str, str], status: int
):
    async with httpx.AsyncClient() as http:
        sent = {name: page.put(value) for name, value in headers.items()}
        answer = await http.get(page.put(f"http://127.0.0.1:{page.port}{path}"), headers=sent)
    assert answer.status_code == status


async def test_it_ends_within_two_seconds_and_takes_its_apps_along(wires: Wires, served: Served):
    async with aiohttp.ClientSession() as session:
        origin = f"http://127.0.0.1:{served.port}"
        async with session.ws_connect(
            f"{origin}/ws/{served.token}?width=80&height=24", origin=origin
        ) as socket:
            first = await asyncio.wait_for(socket.receive(), 30)
            assert first.type == aiohttp.WSMsgType.BINARY
            children = psutil.Process(served.process.pid).children(recursive=True)
            assert children
            began = time.monotonic()
            assert await served.stop(signal.SIGTERM) == 0
            assert time.monotonic() - began < 2
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
