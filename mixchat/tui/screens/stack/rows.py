"""Roles and their seats as rows."""

from collections.abc import Iterator

from msgspec import Struct
from textual.content import Content

from mixchat.domain.plain_text import one_line
from mixchat.domain.stack import RoleConfig, Seat, Stack
from mixchat.tui.screens.models.model_list import ModelList, ModelOffer
from mixchat.tui.screens.models.rows import model_state, prices, window
from mixchat.tui.screens.row_list import ListRow, heading
from mixchat.tui.themes import role_variable

_BETWEEN = "\x1f"
_ROLE = 18
_NAME = 56
"""Cells that a model's name gets at most, so that the eye finds its price."""
_REST = 48
"""Cells of a seat's row besides the model's name."""


class SeatPlace(Struct, frozen=True):
    """What a row stands for: a role, or one of its seats."""

    role: str
    seat: int = -1
    """Its place in the line-up, counted from 0; -1: the role itself."""


def place_of(value: str) -> SeatPlace:
    """Return what a row stands for."""
    role, _, seat = value.partition(_BETWEEN)
    return SeatPlace(role, int(seat or -1))


def value_of_place(place: SeatPlace) -> str:
    """Return what a row for that place holds."""
    return place.role if place.seat < 0 else f"{place.role}{_BETWEEN}{place.seat}"


def stack_rows(stack: Stack, words: str, models: ModelList) -> list[ListRow]:
    """Return the roles with their line-ups; with `words` only what they name."""
    rows: list[ListRow] = []
    for role in stack.roles.values():
        own = list(_role_rows(role, words.strip().casefold(), models))
        if own:
            rows += [heading(""), *own] if rows else own
    return rows


def _role_rows(role: RoleConfig, words: str, models: ModelList) -> Iterator[ListRow]:
    whole = words in role.role
    seats = [(at, seat) for at, seat in enumerate(role.seats) if whole or words in str(seat.ref).casefold()]
    if not (whole or seats):
        return
    yield ListRow(role.role, lambda width: _role_line(role, width))
    for step, seat in (("plan", role.plan), ("do", role.execute)):
        if seat is not None:
            yield ListRow("", lambda width, step=step, seat=seat: _seat_line(step, seat, models, width))
    for at, seat in seats:
        value = value_of_place(SeatPlace(role.role, at))
        yield ListRow(value, lambda width, at=at, seat=seat: _seat_line(str(at + 1), seat, models, width))


def _role_line(role: RoleConfig, width: int) -> Content:
    private = "  stays on this machine" if role.private else ""
    return Content.assemble(
        ("▌ ", role_variable(role.role)),
        (one_line(role.role).ljust(_ROLE), f"{role_variable(role.role)} bold"),
        (one_line(role.description), "$text-muted"),
        (private, "$text-success"),
    ).truncate(width, ellipsis=True)


def _seat_line(place: str, seat: Seat, models: ModelList, width: int) -> Content:
    offer = models.offer(seat.ref)
    state = model_state(offer, models.rests(seat.ref))
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


def _facts(offer: ModelOffer) -> str:
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
