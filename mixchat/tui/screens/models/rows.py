"""Models as rows: name, prices, window, what they can do, and how they are."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from textual.content import Content

from mixchat.domain.model import ModelCard
from mixchat.domain.plain_text import one_line
from mixchat.ledger import money
from mixchat.tui import formatting
from mixchat.tui.composer.completion import Candidate, rank
from mixchat.tui.screens.models.model_list import ModelOffer
from mixchat.tui.themes import role_variable

_NAME: Final = 56
"""Cells that a name gets at most, so that the eye finds its price."""
_FIGURES: Final = 26
"""Cells for prices and window."""
_CAN: Final = 26
"""Cells for what a model can do."""
_SHORT_STATE: Final = 23
_STATE: Final = 40
"""Cells at the end of a row for how a model is."""
_WIDE: Final = 110
"""Cells from which there is room to say how a model is."""
_WIDEST: Final = 140
"""Cells from which there is room for a successor, too."""
_ABLE: Final = 104
"""Cells from which there is room to say what a model can do."""
_ABILITIES: Final = (("images", "vision"), ("thinks", "reasoning"), ("search", "web"))


def fitting(words: str, offers: Sequence[ModelOffer]) -> list[ModelOffer]:
    """Return the models that `words` can mean, the best first."""
    if not words.strip():
        return list(offers)
    by_ref = {str(offer.card.ref): offer for offer in offers}
    candidates = [Candidate(ref, f"{ref} {offer.alias}".strip()) for ref, offer in by_ref.items()]
    found = rank(words.strip(), candidates)
    return sorted((by_ref[each.insert] for each in found), key=lambda offer: bool(offer.unreachable))


def model_line(offer: ModelOffer, rests: float, width: int) -> Content:
    """Return one row."""
    tone = "$text-disabled" if offer.unreachable else "$text"
    return Content.assemble(
        ("▌ ", role_variable(offer.role) if offer.role else "$background"),
        _named(offer, rests, width).truncate(_room(width), ellipsis=True, pad=True),
        (f"{_per_million(offer.input):>8}{_per_million(offer.output):>9}{window(offer.card):>9}  ", tone),
        (" · ".join(abilities(offer.card)).ljust(_CAN) if width >= _ABLE else "", "$text-muted"),
        _state_of(offer, rests, width),
    )


def _named(offer: ModelOffer, rests: float, width: int) -> Content:
    """Return the name with its alias; where how it is has no column, that takes the alias's place if need be."""
    tone = "$text-disabled" if offer.unreachable else "$text"
    name = Content.styled(("★ " if offer.favourite else "") + one_line(str(offer.card.ref)), tone)
    named = name + Content.styled(f"  @{offer.alias}" if offer.alias else "", tone)
    state, room = model_state(offer, rests), _room(width)
    if _for_state(width) or not state.plain:
        return named
    for left in (named, name):
        gap = room - left.cell_length - 2
        said = state_within(offer, rests, gap)
        if "…" not in said.plain and said.plain:
            return Content.assemble(left, " " * (gap + 2 - said.cell_length), said)
    return named


def _for_state(width: int) -> int:
    return _STATE if width >= _WIDEST else _SHORT_STATE if width >= _WIDE else 0


def _state_of(offer: ModelOffer, rests: float, width: int) -> Content:
    """Return how a model is, as far as there is room for it."""
    return state_within(offer, rests, _for_state(width))


def state_within(offer: ModelOffer, rests: float, room: int) -> Content:
    """Return how a model is in so many cells: an end without the successor or the day, which are in the details."""
    state = model_state(offer, rests)
    if state.cell_length <= room or not offer.retiring or state.plain != retires(offer):
        return state.truncate(max(room, 0), ellipsis=True)
    card = offer.card
    verb, _, _ = state.plain.partition(" ")
    shorter = (state.plain.partition(" →")[0], f"{verb} {card.retires:%b %Y}" if card.retires else verb)
    said = next((words for words in shorter if len(words) <= room), shorter[-1])
    return Content.styled(said, state.spans[0].style).truncate(max(room, 0), ellipsis=True)


def columns(width: int) -> Content:
    """Return what stands above the rows."""
    over = f"{'in':>8}{'out':>9}{'context':>9}  "
    return Content.styled(
        f"{'$ / 1M tokens':>{_room(width) + 2}}{over}{'can' if width >= _ABLE else ''}", "$text-muted"
    )


def _room(width: int) -> int:
    room = width - 4 - _FIGURES - (_CAN if width >= _ABLE else 0) - _for_state(width)
    return min(max(room, 16), _NAME)


def details(offer: ModelOffer, rests: float) -> Content:
    """Return what there is to say about a model beyond its row."""
    card = offer.card
    facts = [
        card.name or "",
        "favourite" if offer.favourite else "",
        f"used for {offer.role}" if offer.role else "",
        f"up to {card.max_output:,} tokens a reply" if card.max_output else "",
        f"effort {', '.join(card.efforts)}" if card.efforts else "",
        "no temperature" if card.temperature is False else "",
        ", ".join(abilities(card)),
        "reads PDFs" if card.pdfs else "",
        formatting.size(card.size_bytes) if card.size_bytes else "",
    ]
    state = model_state(offer, rests)
    said = Content(" · ".join(one_line(fact) for fact in facts if fact))
    return Content.assemble(said, " · " if said.plain and state.plain else "", state)


def window(card: ModelCard) -> str:
    """Return the context window in few characters."""
    return formatting.count(card.context_window)


def abilities(card: ModelCard) -> tuple[str, ...]:
    """Return what a model can do besides text."""
    return tuple(word for field, word in _ABILITIES if getattr(card, field))


def retires(offer: ModelOffer) -> str:
    """Return when a model ends and what to take instead."""
    card = offer.card
    then = f" → {card.successor.model}" if card.successor else ""
    verb = "ended" if offer.ended else "ends"
    return f"{verb} {card.retires.day} {card.retires:%b %Y}{then}" if card.retires else ""


def prices(offer: ModelOffer) -> str:
    """Return what a million tokens cost, read and written."""
    return f"{money.rate(offer.input)} / {money.rate(offer.output)}"


def _per_million(usd: Decimal | None) -> str:
    """Return a price for a column whose heading has the sign."""
    return money.rate(usd).removeprefix("$")


def model_state(offer: ModelOffer, rests: float) -> Content:
    """Return what stands against a model right now; nothing, when it is well."""
    if offer.unreachable:
        return Content.styled(offer.unreachable, "$text-disabled")
    if rests:
        return Content.styled(f"retry in {formatting.seconds(rests)}", "$text-warning")
    if offer.retiring:
        return Content.styled(retires(offer), "$text-error" if offer.ended else "$text-warning")
    return Content()
