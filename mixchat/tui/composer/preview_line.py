"""The line under the prompt: who would answer, why, and about what it would cost."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mixchat.domain.chat_request import Pin
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.usage import Cost
from mixchat.ledger import money
from mixchat.tui import formatting
from mixchat.tui.themes import role_variable


class FileChip(Struct, frozen=True):
    """A file that goes along."""

    name: str
    size: int
    """Bytes."""
    image: bool = False
    seen: bool | None = None
    """Whether the model can take it; `None`: nobody said."""


class RoutePreview(Struct, frozen=True, kw_only=True):
    """Who would answer, why, and about what it would cost."""

    decision: RoutingDecision | None = None
    cost: Cost | None = None
    context: float | None = None
    """The share of the model's window that the message and the chat would fill."""
    pin: Pin | None = None
    """What this message alone is pinned to, else what the chat is."""
    chat_pinned: bool = False
    private: bool = False
    """Whether only models on this machine answer in this chat."""
    stack: str = ""
    """The stack in use, where it is not the automatic one."""
    files: tuple[FileChip, ...] = ()
    other: str = ""
    """What people call the next best model, whose price stands beside this one's."""
    switch: str = ""
    """The key that gives this message to the next best model; empty where it was taken away."""
    compaction: str = ""
    """Why the chat had better be summed up, with the key that does it and what it costs; empty: no need."""
    problem: str | None = None
    """Why it cannot be sent as it stands, in one sentence."""

    @property
    def role(self) -> str | None:
        """The role that would answer."""
        return self.decision.role if self.decision else None


_REASONS = 4
_NOTHING: Final = "The role and the model are chosen as you type"
_NO_MODEL: Final = "No model yet   enter asks how to get one"
_MATTERS: Final = Decimal("0.005")
"""Dollars from which it is said what leaving a model costs."""
_LEAST_REASON: Final = 12
"""Cells that a reason needs to say anything."""
CROWDED: Final = 0.8
"""The share of the window from which it is said in a warning colour."""


class PreviewLine(Widget):
    """One row, repainted only when what it says has changed."""

    DEFAULT_CSS = "PreviewLine { height: 1; width: 1fr; }"

    preview: reactive[RoutePreview] = reactive(RoutePreview())
    waits: reactive[str] = reactive("")
    """What is waited for while nothing is written."""
    lacks_model: reactive[bool] = reactive(False)
    """Whether no model can answer yet, so that nobody is named who would."""

    def render(self) -> Content:
        """Return the row: what holds for the chat, role, model and reason on the left, figures on the right."""
        preview = self.preview
        if preview.problem:
            return _fit(Content.styled(preview.problem, "$text-warning"), Content(), self.size.width)
        waits = self.waits if preview.decision is None else _NO_MODEL if self.lacks_model else ""
        if waits:
            word, _, rest = waits.partition("   ")
            said = Content.assemble((word, "$text"), (f"   {rest}", "$text-muted"))
            return said.truncate(self.size.width, ellipsis=True)
        chips = [_chip(chip) for chip in preview.files]
        who = Content.assemble(*_who(preview.decision), *chips)
        holds = [Content.assemble(_holds(preview, brief=brief), who) for brief in (False, True)]
        rest = (_why(preview.decision), _stack(preview, after=bool(who)))
        if not any((holds[0], *rest)):
            return Content.styled(_NOTHING, "$text-muted").truncate(self.size.width, ellipsis=True)
        return _arrange(holds, rest, _figures(preview), self.size.width)


def _holds(preview: RoutePreview, *, brief: bool) -> Content:
    """Return what holds for this message, or for the chat until it is changed: nobody has to remember it."""
    said: list[Content] = []
    if preview.private:
        meaning = "" if brief else "  local models only"
        said.append(Content.assemble(("Private", "$text bold"), (meaning, "$text-muted")))
    if preview.pin is not None:
        where = " for this chat" if preview.chat_pinned else ""
        said.append(Content.styled(f"Pinned{where}", "$text bold"))
        if preview.decision is None or not preview.decision.fallback_order:
            said[-1] += Content.styled(f"  {preview.pin.name}", "$text")
    gap = "  " if preview.pin is not None and preview.decision is not None else "   " if said else ""
    return Content("   ").join(said) + gap


def _stack(preview: RoutePreview, *, after: bool) -> Content:
    """Return the stack in use; it comes last, since it is the first that there may be no room for."""
    if not preview.stack:
        return Content()
    return Content.assemble("   " if after else "", ("Stack ", "$text-muted"), (preview.stack, "$text"))


def _who(decision: RoutingDecision | None) -> list[Content]:
    if decision is None:
        return []
    if not decision.fallback_order:
        whose = f"{decision.role}: " if decision.role else ""
        return [Content.styled(f"{whose}no model available", "$text-warning")]
    colour = role_variable(decision.role)
    model = decision.fallback_order[0].ref.model
    role = Content.assemble((decision.role, colour), "  ") if decision.role else Content()
    return [Content.assemble(role, (model, "$text"))]


def _why(decision: RoutingDecision | None) -> Content:
    if decision is None or not decision.fallback_order or decision.classifier == "pin":
        return Content()
    return Content.styled(f"   {_reason(decision)}", "$text-muted")


def _reason(decision: RoutingDecision) -> str:
    if decision.price_reason:
        return decision.price_reason
    seen = [evidence.text for evidence in decision.evidence if evidence.weight > 0][:_REASONS]
    return ", ".join(seen) or ("no other role fits better" if decision.classifier == "default" else "")


def _chip(chip: FileChip) -> Content:
    seen = {True: "", False: " cannot be seen by this model", None: ""}[chip.seen]
    style = "$text-warning" if chip.seen is False else "$foreground"
    return Content.assemble("  ", (f" {chip.name} {formatting.size(chip.size)}{seen} ", f"{style} on $panel"))


def _figures(preview: RoutePreview) -> list[Content]:
    """Return what stands at the right, the most important first."""
    offer = [Content.styled(preview.compaction, "$text-warning")] if preview.compaction else []
    if preview.decision is None or not preview.decision.fallback_order:
        return offer
    cost = preview.cost
    price = "" if cost is None else "cost ?" if cost.usd is None else money.about(cost.usd)
    parts = [Content.styled(price, "$text-muted")] if price else []
    parts += offer or _other(preview)
    if preview.context is not None and not offer:
        crowded = preview.context >= CROWDED
        share = f"ctx {preview.context:.0%}" if preview.context >= 0.01 else "ctx <1%"
        parts.append(Content.styled(share, "$text-warning" if crowded else "$text-muted"))
    return parts


def _other(preview: RoutePreview) -> list[Content]:
    """Return the next best model with its price, and what of that is for leaving a model that has read the chat."""
    decision = preview.decision
    if decision is None or decision.alternative is None or preview.pin is not None:
        return []
    other = decision.alternative
    key = f"{preview.switch}: " if preview.switch else "or "
    said = [f"{key}{preview.other} {money.about(other.usd)}"]
    if other.leaving >= _MATTERS:
        said.append(f"leaving costs {money.dollars(other.leaving)}")
    return [Content.styled(" · ".join(said), "$text-muted")]


def _arrange(
    who: Sequence[Content], rest: Sequence[Content], figures: Sequence[Content], width: int
) -> Content:
    """Return all on one row; what there is no room for is left out, the least important first, and who answers is cut last.

    Args:
        who: who answers, at length and in brief.
        rest: what stands behind that if there is room: the reason, which may be cut, and the stack.
        figures: what stands at the right.
        width: the cells there are.
    """
    ways = [(who[0], count) for count in range(len(figures), 0, -1)]
    in_brief = [(who[-1], 1)] if figures else []
    for left, count in [*ways, *in_brief, (who[0], 0), (who[-1], 0)]:
        right = Content("   ").join(figures[:count])
        room = width - right.cell_length - (2 if right else 0) - left.cell_length
        if room >= 0:
            break
    else:
        return who[-1].truncate(width, ellipsis=True)
    for number, part in enumerate(rest):
        if part.cell_length > room and number == 0 and room >= _LEAST_REASON:
            part = part.truncate(room, ellipsis=True)
        if part.cell_length <= room:
            left, room = left + part, room - part.cell_length
    return _fit(left, right, width)


def _fit(left: Content, right: Content, width: int) -> Content:
    """Return both on one row; the left is cut where they would touch."""
    room = width - right.cell_length - (2 if right else 0)
    if room < left.cell_length:
        left = left.truncate(max(room, 0), ellipsis=True)
    gap = max(width - left.cell_length - right.cell_length, 0)
    return Content.assemble(left, " " * gap, right)
