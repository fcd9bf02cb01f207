"""Roles and their seats as rows."""

from collections.abc import Iterator

from msgspec import Struct
from textual.content import Content

from mixchat.domain.stack import RoleConfig, Seat, Stack
from mixchat.tui.screens.models.model_list import ModelList, Offer
from mixchat.tui.screens.models.rows import model_state, prices, window
from mixchat.tui.screens.row_list import ListRow, heading
from mixchat.tui.themes import role_variable
from mixchat.tui.transcript.sanitize import one_line

_BETWEEN = "\x1f"
_ROLE = 18
_NAME = 56
"""Cells that a model's name gets at most, so that the eye finds its price."""
_REST = 48
"""Cells of a seat's row besides the model's name."""


class Place(Struct, frozen=True):
    """What a row stands for: a role, or one of its seats."""

    role: str
    seat: int = -1
    """Its place in the line-up, counted from 0; -1: the role itself."""


def place_of(value: str) -> Place:
    """Return what a row stands for."""
    role, _, seat = value.partition(_BETWEEN)
    return Place(role, int(seat or -1))


def value_of_place(place: Place) -> str:
    """Return what a row for that place holds."""
    return place.role if place.seat < 0 else f"{place.role}{_BETWEEN}{place.seat}"


def stack_rows(stack: Stack, words: str, shelf: ModelList) -> list[ListRow]:
    """Return the roles with their line-ups; with `words` only what they name."""
    rows: list[ListRow] = []
    for post in stack.roles.values():
        own = list(_post_rows(post, words.strip().casefold(), shelf))
        if own:
            rows += [heading(""), *own] if rows else own
    return rows


def _post_rows(post: RoleConfig, words: str, shelf: ModelList) -> Iterator[ListRow]:
    whole = words in post.role
    seats = [(at, seat) for at, seat in enumerate(post.seats) if whole or words in str(seat.ref).casefold()]
    if not (whole or seats):
        return
    yield ListRow(post.role, lambda width: _role_line(post, width))
    for step, seat in (("plan", post.plan), ("do", post.execute)):
        if seat is not None:
            yield ListRow("", lambda width, step=step, seat=seat: _seat_line(step, seat, shelf, width))
    for at, seat in seats:
        value = value_of_place(Place(post.role, at))
        yield ListRow(value, lambda width, at=at, seat=seat: _seat_line(str(at + 1), seat, shelf, width))


def _role_line(post: RoleConfig, width: int) -> Content:
    private = "  stays on this machine" if post.private else ""
    return Content.assemble(
        ("▌ ", role_variable(post.role)),
        (one_line(post.role).ljust(_ROLE), f"{role_variable(post.role)} bold"),
        (one_line(post.description), "$text-muted"),
        (private, "$text-success"),
    ).truncate(width, ellipsis=True)


def _seat_line(place: str, seat: Seat, shelf: ModelList, width: int) -> Content:
    offer = shelf.offer(seat.ref)
    state = model_state(offer, shelf.rests(seat.ref))
    tone = "$text-disabled" if offer.unreachable else "$text"
    set_ = _settings(seat)
    room = min(max(width - _REST, 20), _NAME)
    return Content.assemble(
        (f"{place:>6}  ", "$text-muted"),
        Content.styled(one_line(str(seat.ref)) + set_, tone).truncate(room, ellipsis=True, pad=True),
        (_facts(offer), "$text-muted"),
        "  ",
        state if state.plain else Content.styled("ready", "$text-success"),
    ).truncate(width, ellipsis=True)


def _facts(offer: Offer) -> str:
    return f"{prices(offer):>17}{window(offer.card):>7}"


def _settings(seat: Seat) -> str:
    said = [
        f"effort {seat.effort}" if seat.effort else "",
        "search" if seat.search else "",
        f"temperature {seat.temperature}" if seat.temperature is not None else "",
        f"at most {seat.max_tokens} tokens" if seat.max_tokens else "",
    ]
    words = ", ".join(word for word in said if word)
    return f"  {words}" if words else ""
