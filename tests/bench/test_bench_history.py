"""Search, lists and opening at the size of years: 100,000 messages in 5,000 chats, and one chat of 10,000 turns.

pytest -m bench tests/bench/test_bench_history.py -s
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from mixchat.chat.branch import Branch as Branch
from mixchat.domain.clock import SystemClock
from mixchat.domain.turn import Outcome, Turn
from mixchat.storage.chats import ChatStore
from mixchat.storage.database import Database
from mixchat.storage.deletion import purge
from mixchat.storage.search import Search
from mixchat.storage.turns import TurnStore

CHATS, TURNS, LONG = 5_000, 50_000, 10_000
HEADS, TAILS = (
    ("al", "be", "cor", "dun", "es", "far", "gil", "hum"),
    ("ba", "cen", "dor", "fil", "gon", "hart", "lin"),
)
WORDS = [f"{a}{b}{c}" for c in ("", *TAILS, *HEADS) for b in TAILS for a in HEADS]
"""Used as words are: the n-th most common one 1/n as often as the first."""
COMMON = WORDS[0]
WEIGHTS = [1 / rank for rank in range(1, len(WORDS) + 1)]


def _turn(number: int, chat: str, parent: str | None, text: Callable[[int], str]) -> Turn:
    return Turn(
        id=f"{chat}-{number}",
        chat=chat,
        parent=parent,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        prompt=text(12),
        reply=text(60),
        outcome=Outcome.COMPLETE,
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(tmp_path_factory.mktemp("history") / "history.db")
    database.connection.execute("PRAGMA synchronous = OFF")
    draw = random.Random(7)
    encode = msgspec.json.Encoder().encode

    def text(words: int) -> str:
        return " ".join(draw.choices(WORDS, WEIGHTS, k=words))

    sizes = {f"chat{number:04}": TURNS // CHATS for number in range(CHATS)} | {"long": LONG}
    with database.writing() as connection:
        for chat, size in sizes.items():
            connection.execute(
                "INSERT INTO chats (id, title, created, updated) VALUES (?, ?, 0, ?)",
                (chat, text(4), draw.random()),
            )
            parent: str | None = None
            for number in range(size):
                turn = _turn(number, chat, parent, text)
                body = encode(msgspec.structs.replace(turn, prompt="", reply=""))
                connection.execute(
                    "INSERT INTO turns (id, chat, parent, created, outcome, prompt, reply, body)"
                    " VALUES (?, ?, ?, 0, 'complete', ?, ?, ?)",
                    (turn.id, chat, parent, turn.prompt, turn.reply, body),
                )
                parent = turn.id
    yield database
    database.close()


def _median(action: Callable[[], object], times: int = 15) -> float:
    """Return the median duration in milliseconds."""
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


@pytest.mark.bench
@pytest.mark.timeout(300)
def test_search_lists_and_opening_at_100_000_messages(database: Database):
    search, chats = Search(database), ChatStore(database, SystemClock())
    turns = TurnStore(database)
    control = _median(
        lambda: database.connection.execute("SELECT count(*) FROM turns WHERE reply LIKE '%alba%'").fetchone()
    )
    figures = {
        "the commonest word": _median(lambda: search.find("alba")),
        "a word being typed": _median(lambda: search.find("alb")),
        "its first letter": _median(lambda: search.find("a")),
        "three words": _median(lambda: search.find("alba beba corba")),
        "nothing to be found": _median(lambda: search.find("zebra")),
        "in one chat": _median(lambda: search.find("alba", chat="long")),
        "the list of 5,000 chats": _median(chats.list),
        "opening a 10,000-turn chat": _median(lambda: Branch(turns, "long", "long-9999", lambda: None)[-20:]),
        "settling what died, at the start": _median(turns.recover),
        "looking for what to purge": _median(lambda: purge(database, 1.0)),
    }
    print(f"\ncontrol: scanning every reply with LIKE  {control:7.1f} ms")
    for name, milliseconds in figures.items():
        print(f"{name:32} {milliseconds:7.1f} ms  {milliseconds / control:5.2f}x")
    opening = figures.pop("opening a 10,000-turn chat")
    listing = figures.pop("the list of 5,000 chats")
    starting = [figures.pop("settling what died, at the start"), figures.pop("looking for what to purge")]
    assert max(figures.values()) < 50
    assert opening < 1.5 * control
    assert listing < 150
    assert max(starting) < 0.05 * control
