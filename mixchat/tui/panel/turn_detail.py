"""How one turn came about: the decision, the attempts, and what they used."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from mixchat.domain.decision import Evidence, RoutingDecision
from mixchat.domain.model import ModelRef
from mixchat.domain.turn import Attempt, Outcome, Turn
from mixchat.domain.usage import Usage
from mixchat.ledger.rates import Rates
from mixchat.tui import formatting
from mixchat.tui.formatting import why_unsent
from mixchat.tui.themes import role_variable


class HangingText(Widget):
    """Plain lines, wrapped to the width there is."""

    DEFAULT_CSS = "HangingText { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Content, ...] = ()

    def update(self, lines: Iterable[Content]) -> None:
        """Show these lines."""
        self._lines = tuple(lines)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows of the lines at that width."""
        return len(self._rows(width))

    def render(self) -> Content:
        """Return the lines as they are wrapped now."""
        return Content("\n").join(self._rows(self.size.width))

    def _rows(self, width: int) -> list[Content]:
        return [row for line in self._lines for row in hang(line, width)]


def hang(line: Content, width: int) -> Iterator[Content]:
    """Yield the rows of a line, each with the spaces that the line begins with."""
    indent = len(line.plain) - len(line.plain.lstrip(" "))
    for row in line[indent:].wrap(max(width - indent, 1)):
        yield row.rstrip().pad_left(indent)


_HOW = {
    "pin": "pinned by you",
    "rule": "by a rule of the stack",
    "local": "by the local classifier",
    "learned": "learned from you",
    "judge": "asked the judge",
    "default": "by default",
}
_STRENGTH = 0.05
"""The weight below which a piece of evidence is not worth a line."""


class TurnDetail(VerticalScroll):
    """The selected turn in words. Everything that was foreign stays plain text."""

    DEFAULT_CSS = "TurnDetail { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._text = HangingText()

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield self._text

    def update_turn(
        self, turn: Turn | None, rates: Mapping[ModelRef, Rates], compared: Sequence[Turn] = ()
    ) -> None:
        """Show this turn with the prices that it was charged at and what it was compared with, or nothing."""
        self._text.update(() if turn is None else describe(turn, rates, compared))


def describe(turn: Turn, rates: Mapping[ModelRef, Rates], compared: Sequence[Turn] = ()) -> Iterator[Content]:
    """Yield the lines that explain a turn, with the prices that its models were charged at.

    Args:
        turn: the turn.
        rates: the prices, by model.
        compared: every answer of the comparison that the turn is one of.
    """
    if turn.decision is not None:
        yield from _decision(turn.decision, turn.corrected, compared=turn.compared)
    for number, answer in enumerate(compared, 1):
        yield _compared(number, answer)
    if turn.outcome is not Outcome.COMPLETE or turn.failure is not None:
        yield from _outcome(turn)
    for number, attempt in enumerate(turn.attempts, 1):
        yield Content()
        yield from _attempt(number, attempt, rates.get(attempt.ref))
    if turn.counted_in:
        yield Content.styled("counted in the chat that this is a fork of", "$text-muted")
    if turn.extra.usd or turn.extra.usd is None:
        yield Content()
        yield _pair("routing", formatting.money(turn.extra))


def _compared(number: int, answer: Turn) -> Content:
    model = answer.ref.model if answer.ref else answer.pin or ""
    facts = (
        f"{formatting.seconds(answer.seconds)}, {formatting.money(answer.cost)}" if answer.attempts else ""
    )
    return Content.assemble((f"{number} ", "$text-muted"), (model, "bold"), f"  {facts}")


def _decision(decision: RoutingDecision, corrected: str | None, *, compared: bool) -> Iterator[Content]:
    role = corrected or decision.role
    how = "asked at once with others" if compared else _HOW[decision.classifier]
    sure = "" if decision.pinned else f"  {decision.confidence:.0%} sure"
    yield Content.assemble(
        (role or ("compared" if compared else "pinned"), f"{role_variable(role)} bold"), (sure, "$text-muted")
    )
    yield Content.styled("corrected by you" if corrected else how, "$text-muted")
    seen = [evidence for evidence in decision.evidence if abs(evidence.weight) >= _STRENGTH]
    if seen:
        yield Content(", ").join(_evidence(evidence) for evidence in seen)
    elif decision.why and not compared:
        yield Content(decision.why)
    others = [
        (name, share) for name, share in decision.alternatives if name != decision.role and share >= 0.01
    ]
    if others:
        yield Content.assemble(
            ("or ", "$text-muted"),
            Content.styled(", ", "$text-muted").join(
                Content.assemble((name, role_variable(name)), (f" {share:.0%}", "$text-muted"))
                for name, share in others[:3]
            ),
        )
    for ref, reason in decision.skipped:
        yield Content.styled(f"skipped {ref}: {reason}", "$text-muted")


def _evidence(evidence: Evidence) -> Content:
    if evidence.weight > 0:
        return Content(evidence.text)
    return Content.styled(f"not {evidence.text}", "$text-muted")


def _outcome(turn: Turn) -> Iterator[Content]:
    if unsent := why_unsent(turn):
        yield Content.styled(unsent, "$text-warning")
        return
    words = {
        Outcome.OPEN: "under way",
        Outcome.STOPPED: "stopped by you",
        Outcome.FAILED: "failed",
        Outcome.COMPLETE: "complete",
    }
    yield Content.styled(
        words[turn.outcome], "$text-error" if turn.outcome is Outcome.FAILED else "$text-muted"
    )
    if turn.failure is not None:
        yield Content.styled(turn.failure.message, "$text-error")


def _attempt(number: int, attempt: Attempt, rates: Rates | None) -> Iterator[Content]:
    step = "" if attempt.step == "answer" else f" ({attempt.step})"
    yield Content.assemble((f"{number} ", "$text-muted"), (str(attempt.ref), "bold"), (step, "$text-muted"))
    if attempt.failure is not None:
        yield Content.styled(f"  {attempt.failure.code}: {attempt.failure.message}", "$text-error")
    if attempt.failure is not None and attempt.usage == Usage() and not attempt.cost.usd:
        yield _pair("  took", formatting.seconds(attempt.ended - attempt.started))
        return
    yield _pair("  cost", formatting.money(attempt.cost))
    if rates is not None:
        yield from _price(rates, attempt.usage)
    yield from _tokens(attempt.usage)
    if attempt.first_token is not None:
        wait = attempt.first_token - attempt.started
        yield _pair("  first word", formatting.seconds(wait))
        writing = attempt.ended - attempt.first_token
        if attempt.usage.output and writing > 0.05:
            yield _pair("  speed", f"{attempt.usage.output / writing:.0f} tok/s")
    yield _pair("  took", formatting.seconds(attempt.ended - attempt.started))


def _price(rates: Rates, usage: Usage) -> Iterator[Content]:
    if not rates.input and not rates.output:
        yield _pair("  price", "nothing")
    else:
        parts = [("in", rates.input), ("out", rates.output)]
        said = ", ".join(f"{formatting.dollars(price)} {name}" for name, price in parts if price is not None)
        yield _pair("  price", f"{said} a million")
    if usage.cache_read and rates.cache_read is not None:
        yield _pair("  price from cache", f"{formatting.dollars(rates.cache_read)} a million")
    yield Content.styled(f"  {rates.source}, {rates.date.isoformat()}", "$text-disabled")


def _tokens(usage: Usage) -> Iterator[Content]:
    yield _pair("  tokens", f"{formatting.count(usage.input)} in, {formatting.count(usage.output)} out")
    if usage.cache_read:
        yield _pair("  from cache", formatting.count(usage.cache_read))
    if usage.reasoning:
        yield _pair("  thinking", formatting.count(usage.reasoning))
    if usage.searches:
        yield _pair("  searches", str(usage.searches))


def _pair(name: str, value: str) -> Content:
    return Content.assemble((f"{name} ", "$text-muted"), value)
