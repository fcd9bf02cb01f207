"""Roles and their slots as rows."""

from collections.abc import Iterator

from msgspec import Struct
from textual.content import Content

from mixchat.domain.plain_text import one_line
from mixchat.domain.stack import RoleConfig, Slot, Stack
from mixchat.tui.screens.models.model_list import ModelList
from mixchat.tui.screens.models.rows import prices, state_within, window
from mixchat.tui.screens.row_list import ListRow, heading
from mixchat.tui.themes import role_variable

_BETWEEN = "\x1f"
_ROLE = 18
_NAME = 56
"""Cells that a model's name gets at most, so that the eye finds its price."""
_PLACE = 8
_PRICES = 17
_WINDOW = 7
_STATE = 16
"""Cells of a slot's row for its place, its prices, its window and how the model is."""
_WIDE = 90
"""Cells from which there is room for the window, which the list of models has, too."""


class SlotPlace(Struct, frozen=True):
    """What a row stands for: a role, or one of its slots."""

    role: str
    slot: int = -1
    """Its place in the fallback order, counted from 0; -1: the role itself."""


def place_of(value: str) -> SlotPlace:
    """Return what a row stands for."""
    role, _, slot = value.partition(_BETWEEN)
    return SlotPlace(role, int(slot or -1))


def value_of_place(place: SlotPlace) -> str:
    """Return what a row for that place holds."""
    return place.role if place.slot < 0 else f"{place.role}{_BETWEEN}{place.slot}"


def stack_rows(stack: Stack, words: str, models: ModelList) -> list[ListRow]:
    """Return the roles with their fallback orders; with `words` only what they name."""
    rows: list[ListRow] = []
    for role in stack.roles.values():
        own = list(_role_rows(role, words.strip().casefold(), models))
        if own:
            rows += [heading(""), *own] if rows else own
    return rows


def _role_rows(role: RoleConfig, words: str, models: ModelList) -> Iterator[ListRow]:
    whole = words in role.role
    slots = [(at, slot) for at, slot in enumerate(role.slots) if whole or words in str(slot.ref).casefold()]
    if not (whole or slots):
        return
    yield ListRow(role.role, lambda width: _role_line(role, width))
    for step, slot in (("plan", role.plan), ("do", role.execute)):
        if slot is not None:
            yield ListRow("", lambda width, step=step, slot=slot: _slot_line(step, slot, models, width))
    for at, slot in slots:
        value = value_of_place(SlotPlace(role.role, at))
        yield ListRow(value, lambda width, at=at, slot=slot: _slot_line(str(at + 1), slot, models, width))


def _role_line(role: RoleConfig, width: int) -> Content:
    private = "  stays on this machine" if role.private else ""
    return Content.assemble(
        ("▌ ", role_variable(role.role)),
        (one_line(role.role).ljust(_ROLE), f"{role_variable(role.role)} bold"),
        (one_line(role.description), "$text-muted"),
        (private, "$text-success"),
    ).truncate(width, ellipsis=True)


def _slot_line(place: str, slot: Slot, models: ModelList, width: int) -> Content:
    offer = models.offer(slot.ref)
    tone = "$text-disabled" if offer.unreachable else "$text"
    set_ = _settings(slot)
    facts = (
        f"{prices(offer):>{_PRICES}}" + (f"{window(offer.card):>{_WINDOW}}" if width >= _WIDE else "") + "  "
    )
    room = min(max(width - _PLACE - len(facts) - _STATE, 20), _NAME)
    state = state_within(offer, models.rests(slot.ref), width - _PLACE - room - len(facts))
    return Content.assemble(
        (f"{place:>6}  ".ljust(_PLACE), "$text-muted"),
        Content.styled(one_line(str(slot.ref)) + set_, tone).truncate(room, ellipsis=True, pad=True),
        (facts, "$text-muted"),
        state if state.plain else Content.styled("ready", "$text-success"),
    ).truncate(width, ellipsis=True)


def _settings(slot: Slot) -> str:
    said = [
        f"effort {slot.effort}" if slot.effort else "",
        "search" if slot.search else "",
        f"temperature {slot.temperature}" if slot.temperature is not None else "",
        f"at most {slot.max_tokens} tokens" if slot.max_tokens else "",
    ]
    words = ", ".join(word for word in said if word)
    return f"  {words}" if words else ""
