"""From a key to the painted list, in the screen of all chats: 100,000 messages in 5,000 chats.

pytest -m bench tests/bench/test_bench_screens.py -s
"""

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Sequence

import msgspec
import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, Static

from mixchat.tui.screens.chats.chats_screen import ChatsScreen
from mixchat.tui.screens.row_list import ListRow
from tests.bench.test_bench_history import CHATS, TURNS, WEIGHTS, WORDS, _turn
from tests.tui.screens.scene import SceneRuntime, opened
from tests.tui.stage import Stage, on_stage

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]


def _fill(runtime: SceneRuntime) -> None:
    draw = random.Random(7)
    encode = msgspec.json.Encoder().encode
    database = runtime.storage.database
    database.connection.execute("PRAGMA synchronous = OFF")

    def text(words: int) -> str:
        return " ".join(draw.choices(WORDS, WEIGHTS, k=words))

    columns = database.connection.execute("SELECT count(*) FROM pragma_table_info('tallies')").fetchone()[0]
    zeros = ", 0" * (columns - 4)
    with database.writing() as connection:
        for number in range(CHATS):
            chat, parent = f"chat{number:04}", None
            updated = runtime.storage.clock.now() - number * 3_600
            connection.execute(
                "INSERT INTO chats (id, title, created, updated) VALUES (?, ?, 0, ?)",
                (chat, text(4), updated),
            )
            connection.execute(f"INSERT INTO tallies VALUES ('chat', ?, '2023-11-01', 10{zeros})", (chat,))
            for at in range(TURNS // CHATS):
                turn = _turn(at, chat, parent, text)
                body = encode(msgspec.structs.replace(turn, prompt="", reply=""))
                connection.execute(
                    "INSERT INTO turns (id, chat, parent, created, outcome, prompt, reply, body)"
                    " VALUES (?, ?, ?, 0, 'complete', ?, ?, ?)",
                    (turn.id, chat, parent, turn.prompt, turn.reply, body),
                )
                parent = turn.id


async def _painted(stage: Stage, key: str, shows: Callable[[], bool]) -> float:
    """Press a key and return the milliseconds until the list shows what it leads to."""
    began = time.perf_counter()
    await stage.pilot.press(key)
    while not shows():
        await asyncio.sleep(0)
        if time.perf_counter() - began > 10:
            raise AssertionError("nothing came")
    return (time.perf_counter() - began) * 1000


class _Bare(App[None]):
    """A field that echoes what is typed."""

    def compose(self) -> ComposeResult:
        yield Input()
        yield Static("", id="echo")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one("#echo", Static).update(event.value)


async def _control() -> float:
    """Return the milliseconds from a key to a changed label in a bare app."""
    taken: list[float] = []
    async with _Bare().run_test(size=(120, 40)) as pilot:
        echo = pilot.app.query_one("#echo", Static)
        for at, key in enumerate("abcdefghij", start=1):
            began = time.perf_counter()
            await pilot.press(key)
            assert len(str(echo.content)) == at
            taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def _count(screen: ChatsScreen) -> tuple[list[int], list[float]]:
    """Return two lists that fill while the screen is used: the rows of each list, and what each search took."""
    told: list[int] = []
    taken: list[float] = []
    update, search = screen.rows.update_rows, screen._search

    def counted(rows: Sequence[ListRow], highlighted: str = "", *, empty: str | None = None) -> None:
        update(rows, highlighted, empty=empty)
        told.append(len(screen.rows._rows))

    def timed() -> None:
        began = time.perf_counter()
        search()
        taken.append((time.perf_counter() - began) * 1000)

    screen.rows.update_rows, screen._search = counted, timed  # type: ignore[method-assign]
    return told, taken


async def test_from_a_key_to_the_list():
    runtime = SceneRuntime()
    _fill(runtime)
    control = await _control()
    async with on_stage(runtime) as stage:
        began = time.perf_counter()
        screen = await opened(stage, "chats", ChatsScreen)
        opening = (time.perf_counter() - began) * 1000
        told, searching = _count(screen)

        async def searched(key: str) -> float:
            seen = len(told)
            return await _painted(stage, key, lambda: len(told) > seen)

        figures = {
            "a key that searches": [await searched(key) for key in "albacen"],
            "of that, searching and making rows": searching,
            "a key taken back": [await searched("backspace") for _ in range(6)],
            "a row down": [await _painted(stage, "down", lambda: True) for _ in range(20)],
            "a page down": [await _painted(stage, "pagedown", lambda: True) for _ in range(20)],
        }
    print(f"\ncontrol: a key in a bare app with one field      {control:7.1f} ms")
    for name, taken in figures.items():
        median = statistics.median(taken)
        print(f"{name:48} {median:7.1f} ms, at most {max(taken):.1f} ms  {median / control:5.2f}x")
    print(f"{'opening the list of 5,000 chats':48} {opening:7.1f} ms")
    assert statistics.median(searching) < 50
    assert statistics.median(figures["a key that searches"]) < control + 150
    assert statistics.median(figures["a row down"]) < control + 50
    assert opening < 1500
