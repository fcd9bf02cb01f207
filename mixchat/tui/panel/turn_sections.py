"""What there is to say of how a turn came about: why this model, its attempts, tokens and cost."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from textual.content import Content
from textual.style import Style

from mixchat.classifier.learned import Lesson
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import ERRORS
from mixchat.domain.model import ModelRef
from mixchat.domain.plain_text import one_line
from mixchat.domain.turn import Outcome, Turn
from mixchat.domain.usage import Usage
from mixchat.ledger import money
from mixchat.ledger.rates import Rates
from mixchat.tui import formatting
from mixchat.tui.formatting import why_unsent
from mixchat.tui.themes import role_variable

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


class Section(Struct, frozen=True):
    """One line of the detail, and the lines that it opens to."""

    name: str
    summary: Content
    lines: tuple[Content, ...] = ()


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
        summary = Content(f"{formatting.read(turn)} in · {formatting.written(turn)} out")
        yield Section("Tokens", summary.stylize("$body"), tuple(_tokens(usage)))
        yield Section("Cost", Content.styled(money.turn_cost(turn), "$body"), tuple(_costs(turn, rates)))


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
        yield Content.assemble((f"{number} ", "$text-muted"), (model, "$body"))
        if answer.attempts:
            facts = f"  {formatting.seconds(answer.seconds)} · {money.turn_cost(answer)}"
            yield Content.styled(facts, "$text-muted")
    if compared:
        return
    before = ""
    for number, attempt in enumerate(turn.attempts, 1):
        step = "" if attempt.step == "answer" else f" ({attempt.step})"
        yield Content.assemble(
            (f"{number} ", "$text-muted"), (one_line(str(attempt.ref)), "$body"), (step, "$text-muted")
        )
        if attempt.failure is not None:
            # Why the whole turn failed stands under its prompt.
            own = turn.failure is not None and attempt.failure.message == turn.failure.message
            why = ERRORS[attempt.failure.code].title.casefold() if own else one_line(attempt.failure.message)
            yield Content.styled("  the same again" if why == before else f"  {why}", "$text-muted")
            before = why
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


def _costs(turn: Turn, rates: Mapping[ModelRef, Rates]) -> Iterator[Content]:
    for attempt in turn.attempts:
        yield _pair(one_line(attempt.ref.model), money.attempt_cost(attempt))
    if turn.extra.usd or turn.extra.usd is None:
        yield _pair("beside the reply", money.cost(turn.extra))
    if turn.counted_in:
        yield Content.styled("counted in the chat that this is a fork of", "$text-muted")
    for ref, rate in rates.items():
        if rate.input or rate.output:
            yield _pair("price", f"{money.rate(rate.input)} in · {money.rate(rate.output)} out / 1M")
        if rate.cache_read is not None and any(a.ref == ref and a.usage.cache_read for a in turn.attempts):
            yield _pair("from cache", f"{money.rate(rate.cache_read)} / 1M")
    for source in dict.fromkeys(f"{rate.source}, {rate.date.isoformat()}" for rate in rates.values()):
        yield Content.styled(f"prices: {source}", "$text-muted")


def _pair(name: str, value: str) -> Content:
    return Content.assemble((f"{name} ", "$text-muted"), (value, "$body"))
