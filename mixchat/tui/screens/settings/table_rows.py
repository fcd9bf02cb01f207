"""The named things of a table as rows."""

from typing import Final

from msgspec import Struct, structs
from textual.content import Content

from mixchat.papers.schema import Setting, value_of
from mixchat.tui.acts import ACTS
from mixchat.tui.screens.row_list import Row
from mixchat.tui.screens.settings.config_book import ConfigBook
from mixchat.tui.screens.settings.settings_rows import shown
from mixchat.tui.transcript.clean import one_line

_NAME: Final = 32
_NOTHING: Final[tuple[object, ...]] = (None, (), {})
_TITLES: Final = {act.id: act.title for act in ACTS}


def table_rows(table: Setting, book: ConfigBook, words: str) -> list[Row]:
    """Return a row for each named thing that fits `words`, with what is set for it."""
    wanted = words.casefold().split()
    found: list[Row] = []
    for name in book.names(table):
        said = written(table, name, book)
        if all(word in f"{name} {said}".casefold() for word in wanted):
            found.append(Row(name, lambda width, name=name, said=said: _line(name, said, width)))
    return found


def written(table: Setting, name: str, book: ConfigBook) -> str:
    """Return what is set for a named thing, on one line."""
    value = value_of(book.config, (*table.path, name))
    if isinstance(value, Struct):
        set_ = [(field, inner) for field, inner in structs.asdict(value).items() if inner not in _NOTHING]
        return "   ".join(f"{field} {shown(inner)}" for field, inner in set_)
    title = _TITLES.get(name) if table.key == "keys" else None
    return shown(value) + (f"   {title}" if title else "")


def _line(name: str, said: str, width: int) -> Content:
    room = min(_NAME, max(width // 2, 1))
    return Content.assemble(
        Content(one_line(name)).truncate(room - 2, ellipsis=True, pad=True),
        "  ",
        (said or "nothing is set", "$text-accent" if said else "$text-disabled"),
    ).truncate(width, ellipsis=True)
