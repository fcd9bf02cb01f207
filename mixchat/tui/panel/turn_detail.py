"""How one turn came about: why, which attempts, how many tokens, what it cost; each a line that opens."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.reactive import var
from textual.style import Style
from textual.widget import Widget

from mixchat.classifier.learned import Lesson
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import ERRORS
from mixchat.domain.model import ModelRef
from mixchat.domain.plain_text import one_line
from mixchat.domain.turn import Outcome, Turn
from mixchat.domain.usage import Usage
from mixchat.ledger import money
from mixchat.ledger.rates import Rates
from mixchat.ledger.token_count import count_tokens
from mixchat.tui import formatting
from mixchat.tui.actions.keys import key_on
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


_HOW: Final = {
    "pin": "pinned by you",
    "rule": "by a rule of the stack",
    "local": "by the built-in classifier",
    "learned": "learned from you",
    "judge": "by the judge",
    "default": "by default",
    "continued": "continues the reply above",
    "summary": "a summary of the chat",
}
_STRENGTH: Final = 0.05
"""The weight below which a piece of evidence is not worth a word."""
_NAME: Final = 10


class Section(Struct, frozen=True):
    """One line of the detail, and the lines that it opens to."""

    name: str
    summary: Content
    lines: tuple[Content, ...] = ()


class TurnDetail(VerticalScroll):
    """The chosen turn in words. Everything that was foreign stays plain text."""

    DEFAULT_CSS = "TurnDetail { height: auto; max-height: 60%; scrollbar-size: 0 0; }"

    all_open: var[bool] = var(False)
    """Whether every section is open, because there is a pane for it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = HangingText()
        self._sections: tuple[Section, ...] = ()
        self._opened: set[str] = set()
        self._turn: str | None = None
        self._chosen = False
        """Whether a person opened or closed a section of this turn."""

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield self._text

    def update_turn(
        self,
        turn: Turn | None,
        rates: Mapping[ModelRef, Rates],
        compared: Sequence[Turn] = (),
        lesson: Lesson | None = None,
    ) -> None:
        """Show this turn with its prices, what it was compared with and what it taught, or nothing."""
        self._sections = (
            () if turn is None else tuple(describe(turn, rates, compared, lesson, key_on(self, "unlearn")))
        )
        if turn is not None:
            if turn.id != self._turn:
                self._turn, self._chosen = turn.id, False
            if not self._chosen:
                failed = any(attempt.failure is not None for attempt in turn.attempts)
                self._opened = {"Attempts"} if failed or turn.compared else set()
        self._show()

    def toggle(self, name: str = "") -> None:
        """Open or close a section; without a name all of them."""
        self._chosen = True
        names = {name} if name else {section.name for section in self._sections}
        self._opened = self._opened - names if names <= self._opened else self._opened | names
        self._show()

    def watch_all_open(self) -> None:
        """Show what there is room for."""
        self._show()

    def on_resize(self) -> None:
        """Cut the lines to the width that there is now."""
        self._show()

    def on_click(self, event: events.Click) -> None:
        """Do what was clicked, or open or close the section that was."""
        if event.button == 1 and (action := event.style.meta.get("action")):
            self.call_later(self.screen.run_action, f"run('{action}')")
        elif event.button == 1 and (name := event.style.meta.get("section")):
            self.toggle(str(name))

    def _show(self) -> None:
        self._text.update(line for section in self._sections for line in self._lines(section))

    def _lines(self, section: Section) -> Iterator[Content]:
        is_open = bool(section.lines) and (self.all_open or section.name in self._opened)
        mark = "  " if not section.lines or self.all_open else "▾ " if is_open else "▸ "
        meta = Style.from_meta({"section": section.name})
        name = section.name.ljust(_NAME)
        if self.all_open:
            yield Content.styled(section.name, "$text bold")
            yield from section.lines or (section.summary,)
            yield Content()
            return
        room = max(self.scrollable_content_region.width - len(mark) - len(name), 8)
        summary = section.summary.truncate(room, ellipsis=True) if section.lines else section.summary
        yield Content.assemble((mark, "$text-muted"), (name, "$text"), summary).stylize(meta)
        if is_open:
            yield from (line.pad_left(2) if line.plain else line for line in section.lines)


def describe(
    turn: Turn,
    rates: Mapping[ModelRef, Rates],
    compared: Sequence[Turn] = (),
    lesson: Lesson | None = None,
    undo_key: str = "",
) -> Iterator[Section]:
    """Yield the sections that explain a turn.

    Args:
        turn: the turn.
        rates: the prices that its models were charged at.
        compared: every answer of the comparison that the turn is one of.
        lesson: what the router learned from it.
        undo_key: what forgets that.
    """
    if turn.decision is not None:
        yield _why(turn, turn.decision)
    if lesson is not None:
        taught = Content.styled(f"prompts like this one go to {one_line(lesson.target)}", "$body")
        undo = Content.assemble(("undo", "$text"), (f" {undo_key}", "$text-muted"))
        undo = undo.stylize(Style.from_meta({"action": "unlearn"}))
        yield Section("Learned", Content.assemble(("from you: ", "$body"), undo), (taught,))
    if turn.outcome not in {Outcome.COMPLETE, Outcome.OPEN} or turn.failure is not None:
        yield Section("State", _outcome(turn))
    if turn.attempts or compared:
        yield Section("Attempts", _number(turn, compared), tuple(_attempts(turn, compared)))
        usage = turn.usage
        summary = Content(f"{formatting.count(usage.input)} in · {_written(turn)} out")
        yield Section("Tokens", summary.stylize("$body"), tuple(_tokens(usage)))
        yield Section("Cost", _cost(turn, rates), tuple(_costs(turn, rates)))


def _written(turn: Turn) -> str:
    """Return how many tokens were written; where the provider did not come to say it, those of the text that came."""
    text = turn.thinking + turn.reply
    if turn.usage.output is not None or not text:
        return formatting.count(turn.usage.output)
    return f"~{formatting.count(round(count_tokens(text)))}"


def _why(turn: Turn, decision: RoutingDecision) -> Section:
    if turn.corrected:
        return Section("Why", Content.styled("changed by you", "$body"))
    how = "compared" if turn.compared else _HOW[decision.classifier]
    seen = [
        evidence.text.strip("'") if evidence.weight > 0 else f"not {evidence.text}"
        for evidence in decision.evidence
        if abs(evidence.weight) >= _STRENGTH
    ]
    why = ", ".join(seen) or ("" if turn.compared else decision.why) or how
    if decision.price_reason:
        why = f"{decision.price_reason}; {why}" if seen else decision.price_reason
    sure = "" if decision.pinned else f"{decision.confidence:.0%}  ".replace("%", " %")
    lines = [] if how in why else [Content.styled(how, "$text-muted")]
    lines.append(Content.styled(one_line(why), "$body"))
    lines += [Content.assemble((name, role_variable(name)), (f"  {share:.0%}".replace("%", " %"), "$text-muted"))
              for name, share in decision.alternatives if name != decision.role and share >= 0.01][:3]  # fmt: skip
    if seen and not _words(f"{why} {how} {decision.role}").issuperset(_words(decision.why)):
        lines.append(Content.styled(decision.why, "$text-muted"))
    unavailable = {str(reason) for _, reason in decision.skipped}
    lines += [
        Content.styled(
            f"{sum(why == reason for _, why in decision.skipped)} skipped: {reason}", "$text-muted"
        )
        for reason in sorted(unavailable)
    ]
    return Section("Why", Content.assemble((sure, "$text-muted"), (one_line(why), "$body")), tuple(lines))


def _words(text: str) -> set[str]:
    """Return the words of a sentence, without figures."""
    return set(re.findall(r"[^\W\d_]+", text.casefold()))


def _outcome(turn: Turn) -> Content:
    if unsent := why_unsent(turn):
        return Content.styled(unsent, "$text-muted")
    if turn.failure is not None:
        return Content.styled(ERRORS[turn.failure.code].title.casefold(), "$error")
    words = {Outcome.STOPPED: "stopped by you", Outcome.FAILED: "failed"}
    return Content.styled(words.get(turn.outcome, "complete"), "$text-muted")


def _number(turn: Turn, compared: Sequence[Turn]) -> Content:
    if compared:
        return Content.styled(f"{len(compared)} models compared", "$body")
    failed = sum(attempt.failure is not None for attempt in turn.attempts)
    return Content.styled(f"{len(turn.attempts)}" + (f" · {failed} failed" if failed else ""), "$body")


def _attempts(turn: Turn, compared: Sequence[Turn]) -> Iterator[Content]:
    for number, answer in enumerate(compared, 1):
        model = one_line(answer.ref.model if answer.ref else answer.pin or "")
        facts = f"{formatting.seconds(answer.seconds)}  {money.cost(answer.cost)}" if answer.attempts else ""
        yield Content.assemble((f"{number} ", "$text-muted"), (model, "$body"), (f"  {facts}", "$text-muted"))
    if compared:
        return
    for number, attempt in enumerate(turn.attempts, 1):
        step = "" if attempt.step == "answer" else f" ({attempt.step})"
        yield Content.assemble(
            (f"{number} ", "$text-muted"), (one_line(str(attempt.ref)), "$body"), (step, "$text-muted")
        )
        if attempt.failure is not None:
            # Why the whole turn failed stands under its prompt.
            own = turn.failure is not None and attempt.failure.message == turn.failure.message
            why = ERRORS[attempt.failure.code].title.casefold() if own else one_line(attempt.failure.message)
            yield Content.styled(f"  {why}", "$text-muted")
        times = [f"total {formatting.seconds(attempt.ended - attempt.started)}"]
        if attempt.first_token is not None:
            times.append(f"first token {formatting.seconds(attempt.first_token - attempt.started)}")
            writing = attempt.ended - attempt.first_token
            if attempt.usage.output and writing > 0.05:
                times.append(f"{attempt.usage.output / writing:.0f} tok/s")
        yield Content.styled("  " + " · ".join(times), "$text-muted")


def _tokens(usage: Usage) -> Iterator[Content]:
    for name, number in (
        ("cached", usage.cache_read),
        ("written to cache", usage.cache_write),
        ("reasoning", usage.reasoning),
        ("web searches", usage.searches),
    ):
        if number:
            yield _pair(name, formatting.count(number))


def _cost(turn: Turn, rates: Mapping[ModelRef, Rates]) -> Content:
    last = rates.get(turn.attempts[-1].ref) if turn.attempts else None
    if last is None or last.input is None or last.output is None:
        return Content.styled(money.cost(turn.cost), "$body")
    if not last.input and not last.output:
        return Content.styled("free (local)", "$body")
    return Content.styled(f"{money.rate(last.input)} · {money.rate(last.output)} / 1M", "$body")


def _costs(turn: Turn, rates: Mapping[ModelRef, Rates]) -> Iterator[Content]:
    for attempt in turn.attempts:
        yield _pair(one_line(attempt.ref.model), money.attempt_cost(attempt))
    if turn.extra.usd or turn.extra.usd is None:
        yield _pair("beside the reply", money.cost(turn.extra))
    if turn.counted_in:
        yield Content.styled("counted in the chat that this is a fork of", "$text-muted")
    for ref, rate in rates.items():
        if rate.cache_read is not None and any(a.ref == ref and a.usage.cache_read for a in turn.attempts):
            yield _pair("from cache", f"{money.rate(rate.cache_read)} / 1M")
    for source in dict.fromkeys(f"{rate.source}, {rate.date.isoformat()}" for rate in rates.values()):
        yield Content.styled(f"prices: {source}", "$text-muted")


def _pair(name: str, value: str) -> Content:
    return Content.assemble((f"{name} ", "$text-muted"), (value, "$body"))
