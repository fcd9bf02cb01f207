"""Chats and hits as rows, by the day they were last used."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from textual.content import Content

from mixchat.domain.plain_text import one_line
from mixchat.ledger import money
from mixchat.storage.chats import ChatRecord
from mixchat.storage.search import Hit
from mixchat.tui.screens.chats.chat_list import ChatList
from mixchat.tui.screens.row_list import ListRow, heading

_SNIPPETS: Final = 3
"""Hits that are shown of one chat."""
_MARKS: Final = ("␂", "␃")
"""What the marks around a found word become on one line."""
_COST: Final = 12
_WHEN: Final = 7
_BETWEEN: Final = "\x1f"
"""Between a chat's id and a turn's in what a row stands for."""


def chat_rows(records: Iterable[ChatRecord], chats: ChatList) -> list[ListRow]:
    """Return a row a chat under headings: pinned ones, then the days."""
    now = datetime.fromtimestamp(chats.now()).astimezone()
    rows: list[ListRow] = []
    for day, group in groupby(
        records, lambda record: "pinned" if record.pinned else day_of(record.updated, now)
    ):
        if rows:
            rows.append(heading(""))
        rows.append(heading(day))
        rows += [_chat_row(record, chats, now) for record in group]
    return rows


def hit_rows(hits: Sequence[Hit], chats: ChatList) -> list[ListRow]:
    """Return a row for each of the chats found, and below it the places in its text."""
    now = datetime.fromtimestamp(chats.now()).astimezone()
    places: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.chat in chats.records:
            found = places.setdefault(hit.chat, [])
            if hit.turn:
                found.append(hit)
    return [row for chat, found in places.items() for row in _found(chats.records[chat], found, chats, now)]


def _found(record: ChatRecord, hits: Sequence[Hit], chats: ChatList, now: datetime) -> Iterator[ListRow]:
    yield _chat_row(record, chats, now)
    for hit in hits[:_SNIPPETS]:
        yield ListRow(f"{hit.chat}{_BETWEEN}{hit.turn}", lambda _, text=hit.snippet: snippet(text))


def chat_and_turn(value: str) -> tuple[str, str]:
    """Return the chat and the turn that a row stands for; the turn is empty for a whole chat."""
    chat, _, turn = value.partition(_BETWEEN)
    return chat, turn


def snippet(text: str) -> Content:
    """Return a hit in its context, the words found highlighted."""
    parts = one_line(text).replace(_MARKS[1], _MARKS[0]).split(_MARKS[0])
    styles = ("$text-muted", "$text-accent bold")
    return Content.assemble("    ", *((part, styles[number % 2]) for number, part in enumerate(parts)))


def _chat_row(record: ChatRecord, chats: ChatList, now: datetime) -> ListRow:
    return ListRow(record.id, lambda width: _line(record, chats, now, width))


def _line(record: ChatRecord, chats: ChatList, now: datetime, width: int) -> Content:
    tags = "".join(f" #{one_line(tag)}" for tag in record.tags)
    cost = chats.cost(record.id)
    spent = money.tally(cost) if cost is not None and cost.calls else ""
    room = max(width - _COST - _WHEN - len(tags) - 2, 8)
    return Content.assemble(
        ("⌂ " if record.private else "", "$text-success"),
        Content(one_line(record.title) or "without a title").truncate(
            room - 2 * record.private, ellipsis=True, pad=True
        ),
        (f"{tags} ", "$text-accent"),
        (spent.rjust(_COST), "$text"),
        (when(record.updated, now).rjust(_WHEN + 1), "$text-muted"),
    )


def when(moment: float, now: datetime) -> str:
    """Return the time of a moment of today, else the day."""
    then = datetime.fromtimestamp(moment, now.tzinfo)
    if now.date() == then.date():
        return f"{then:%H:%M}"
    return f"{then.day} {then:%b}" if then.year == now.year else f"{then:%b %Y}"[:8]


def day_of(moment: float, now: datetime) -> str:
    """Return the heading that a moment (seconds since the epoch) stands under."""
    then = datetime.fromtimestamp(moment, now.tzinfo)
    days = (now.date() - then.date()).days
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    if days < 7:
        return f"{then:%A}"
    return f"{then:%B %Y}"
