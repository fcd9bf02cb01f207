"""The turn that is under way, as it is to be read in the transcript."""

from msgspec import structs

from mixchat.domain.live_turn import Activity, LiveTurn
from mixchat.domain.plain_text import one_line, sanitize
from mixchat.domain.turn import Seam, Turn
from mixchat.ledger import money
from mixchat.tui import formatting
from mixchat.tui.transcript.turn_summary import TurnSummary, hop_words, role_title, summarize_turn

_PHASES = {"loading": "waiting", "pausing": "waiting"}


def placed_seams(turn: Turn) -> list[Seam]:
    """Return a turn's seams with their offsets in the cleaned text of its reply."""
    if not turn.seams or (turn.reply.isascii() and "\r" not in turn.reply):
        return list(turn.seams)
    return [structs.replace(seam, offset=len(sanitize(turn.reply[: seam.offset]))) for seam in turn.seams]


class LiveTurnView:
    """Reads a turn while it grows. Text of the reply goes to its own document, as it comes.

    Args:
        turn: the turn as it is shown: its prompt may be left out, its colour be another.
        live: how it goes on.
    """

    def __init__(self, turn: Turn, live: LiveTurn) -> None:
        self._shown = turn
        self._live = live
        self._taken = len(turn.reply)
        """Characters of the reply that are in the document."""
        self._figures: Turn | None = None
        """The last snapshot; `None`: something happened since."""
        self._seams: tuple[tuple[Seam, ...], list[Seam]] = ((), [])

    def take_text(self) -> str:
        """Return what has come of the reply since the last time."""
        text = self._live.reply.since(self._taken)
        self._taken += len(text)
        return text

    def took(self, reply: str) -> bool:
        """Return whether `reply` is what was taken, to its end."""
        return self._taken == len(reply) and str(self._live.reply) == reply

    @property
    def turn(self) -> Turn:
        """The turn as it stands but for its texts. A snapshot counts and prices, so deltas alone never make one."""
        if self._figures is None:
            self.update(self._live.snapshot())
        assert self._figures is not None
        return self._figures

    def update(self, figures: Turn | None) -> bool:
        """Take in a snapshot that was made, or with `None` make one when next painted; return whether it is news."""
        if figures is not None:
            shown = self._shown
            figures = structs.replace(
                figures, prompt=shown.prompt, files=shown.files, corrected=shown.corrected
            )
        before, self._figures = self._figures, figures
        return figures is None or before is None or (before.cost, before.ref) != (figures.cost, figures.ref)

    @property
    def seconds(self) -> float | None:
        """How long it has thought, once it did."""
        return self._live.thought_seconds

    @property
    def seams(self) -> list[Seam]:
        """Each with its offset in the cleaned text of the reply."""
        seams = self.turn.seams
        if seams != self._seams[0]:
            self._seams = seams, placed_seams(structs.replace(self.turn, reply=str(self._live.reply)))
        return self._seams[1]

    def summary(self, suffix: str) -> TurnSummary:
        """Return what is to be read at the moment."""
        turn, live, activity = self.turn, self._live, self._live.activity
        base = summarize_turn(turn, suffix, None)
        role, title = role_title(turn)
        model = (one_line(activity.ref.model),) if activity.ref else ()
        cost = (money.turn_cost(turn),) if turn.attempts else ()
        thinking = sanitize(str(live.thinking))
        return structs.replace(
            base,
            role=role,
            title=title,
            facts=(*model, *cost, _PHASES.get(activity.doing, activity.doing)),
            hops=(*base.hops, *_pause(activity)),
            notices=tuple(one_line(notice) for notice in live.notices),
            thinking=thinking,
            thought=self._thought(thinking),
            plan=sanitize(str(live.plan)),
            planned=base.planned if turn.attempts else f"plan by {model[0]}" if model else "plan",
            failure="",
            stopped=False,
        )

    def _thought(self, thinking: str) -> str:
        if not thinking:
            return ""
        seconds = formatting.seconds(self.seconds or 0.0)
        if self._live.activity.doing != "thinking":
            return f"thought for {seconds}"
        latest = one_line(thinking[-400:].rstrip().rpartition("\n")[2])
        return f"thinking {seconds} · {latest}"


def _pause(activity: Activity) -> tuple[str, ...]:
    """Return the line about a call that is tried again in a moment."""
    if activity.until is None or activity.failure is None or activity.ref is None:
        return ()
    again = f"again in {formatting.seconds(activity.until - activity.since)}"
    return (hop_words(activity.ref.model, activity.failure, again),)
