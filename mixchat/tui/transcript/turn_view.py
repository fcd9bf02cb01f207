"""One turn on the screen: its parts, how tall they are, and which row is where."""

from collections.abc import Callable
from itertools import accumulate

from mixchat.domain.plain_text import sanitize
from mixchat.domain.turn import Seam, Turn
from mixchat.tui.transcript.live_turn import LiveTurnView, placed_seams
from mixchat.tui.transcript.markdown.document import Block, MarkdownDocument
from mixchat.tui.transcript.render_block import RenderBlock
from mixchat.tui.transcript.turn_layout import ReplyLayout, foot_parts, head_parts
from mixchat.tui.transcript.turn_summary import TurnSummary, addresses, role_title, summarize_turn

_OVERHEAD = 5
"""Rows of a turn besides its text: header, gaps and the row below."""


HeaderSuffix = Callable[[str], str]
"""Given a turn's id, returns what its header ends with, such as `‹1/3›`."""


class TurnView:
    """A turn and its layout.

    Args:
        turn: the turn.
        suffix: gives what the header ends with.
        live: its events, while it is under way.
        seconds: how long it thought, where somebody watched.
    """

    __slots__ = (
        "_corrections",
        "_document",
        "_final",
        "_parts",
        "_sources",
        "_steady",
        "_suffix",
        "_tops",
        "live",
        "opened",
        "seconds",
        "turn",
    )

    def __init__(
        self,
        turn: Turn,
        suffix: HeaderSuffix,
        live: LiveTurnView | None = None,
        seconds: float | None = None,
    ) -> None:
        self.turn = turn
        self.live = live
        self.opened: frozenset[str] = frozenset()
        """Which folds are open."""
        self._suffix = suffix
        self._document: MarkdownDocument | None = None
        self._final: dict[Block, RenderBlock] = {}
        """The parts of the reply's blocks that will not change."""
        self._sources: tuple[str, ...] = ()
        """What they were told that `[1]`, `[2]` and so on lead to."""
        self._corrections = 0
        """How often the reply's final blocks had been replaced when they were read last."""
        self._steady: list[RenderBlock] = []
        """Those of them that stand above everything that still changes, in order."""
        self._parts: list[RenderBlock] | None = None
        self._tops: tuple[tuple[int, int], list[int]] | None = None
        self.seconds = seconds
        """How long it thought, where somebody watched."""

    @property
    def document(self) -> MarkdownDocument:
        """The reply, parsed when it is first asked for."""
        if self._document is None:
            self._document = MarkdownDocument()
            self._document.append(self.turn.reply)
            if self.live is None:
                self._document.finish()
        return self._document

    @property
    def reply(self) -> str:
        """The reply's text, as far as it came."""
        return self.document.text if self.live is not None else self.turn.reply

    @property
    def summary(self) -> TurnSummary:
        """What is to be read besides the reply."""
        suffix = self._suffix(self.turn.id)
        if self.live is not None:
            return self.live.summary(suffix)
        return summarize_turn(self.turn, suffix, self.seconds)

    @property
    def parts(self) -> list[RenderBlock]:
        """The parts, from top to bottom."""
        if self._parts is None:
            self._parts = self._compose()
        return self._parts

    def _compose(self) -> list[RenderBlock]:
        summary, document = self.summary, self.document
        sources = addresses(summary.citations)
        if sources != self._sources:
            self._sources, self._final, self._steady = sources, {}, []
        if document.corrections != self._corrections:
            self._corrections, self._steady = document.corrections, []
        layout = ReplyLayout(document, self._seams, sources, self._final)
        self._steady.extend(layout.steady(len(self._steady)))
        return [
            *head_parts(summary, self.opened),
            *self._steady,
            *layout.parts(len(self._steady)),
            *foot_parts(summary),
        ]

    @property
    def _seams(self) -> list[Seam]:
        """The seams, each with its offset in the document; those that the text has not reached yet are left out."""
        if self.live is None:
            return placed_seams(self.turn)
        return [seam for seam in self.live.seams if seam.offset <= len(self.document.text)]

    def grow(self, text: str) -> None:
        """Add text to the reply of a live turn; `changed` shows it."""
        if text:
            self.document.append(text)

    def settle(self, turn: Turn) -> None:
        """Put the settled turn in the live one's place; a reply that is the same keeps its layout."""
        if self.live is not None:
            self.seconds = self.live.seconds
        self.live = None
        self.turn = turn
        self._steady = []
        if self._document is not None:
            self._document.finish()
            if self._document.text != sanitize(turn.reply):
                self._document = None
                self._final = {}
        self.changed()

    def toggle(self, fold: str) -> None:
        """Open or close a fold."""
        self.opened = self.opened ^ {fold}
        self.changed()

    def changed(self) -> None:
        """Compose the parts again, keeping the layout of those that are the same."""
        if self._parts is None:
            return
        steady = set(map(id, self._steady))
        known = {part.key: part for part in self._parts if id(part) not in steady}
        fresh = self._compose()
        self._parts = [known.get(part.key, part) if id(part) not in steady else part for part in fresh]
        self._tops = None

    def tops(self, width: int, age: int) -> list[int]:
        """Return the row at which each part starts, and last the height without the row below."""
        if self._tops is None or self._tops[0] != (width, age):
            heights = [part.height(width, age) for part in self.parts]
            self._tops = ((width, age), [0, *accumulate(heights)])
        return self._tops[1]

    def laid(self) -> None:
        """Count the heights again: a part was laid out."""
        self._tops = None

    def height(self, width: int, age: int) -> int:
        """Return how many rows the turn has, about as long as it was never seen."""
        if self._parts is None:
            turn = self.turn
            return _OVERHEAD + (len(turn.prompt) + len(turn.reply) * 5 // 4) // width + turn.reply.count("\n")
        return self.tops(width, age)[-1] + 1

    @property
    def role(self) -> str | None:
        """The role whose colour the turn has."""
        return role_title(self.live.turn if self.live is not None else self.turn)[0]

    @property
    def is_kept(self) -> bool:
        """Whether anything of it is laid out."""
        return self._parts is not None

    @property
    def kept(self) -> int:
        """How many rows are kept."""
        return sum(part.kept for part in self._parts or ())

    def forget_code(self, codes: list[str]) -> None:
        """Drop the layout of the blocks that hold one of `codes`."""
        for part in self._parts or ():
            if part.kept and part.kind in {"code", "text"} and any(code in part.text for code in codes):
                part.forget()
                self._tops = None

    def forget(self) -> None:
        """Drop everything that can be made again from the turn."""
        if self.live is None:
            self._parts = self._document = self._tops = None
            self._final, self._steady = {}, []
