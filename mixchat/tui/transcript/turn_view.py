"""One turn on the screen: its parts, how tall they are, and which row is where."""

from collections.abc import Callable, Container

from mixchat.domain.plain_text import sanitize
from mixchat.domain.turn import Seam, Turn
from mixchat.tui.transcript.late_turn import LateTurn
from mixchat.tui.transcript.live_turn import LiveTurnView, placed_seams
from mixchat.tui.transcript.markdown.document import Block, MarkdownDocument
from mixchat.tui.transcript.part_column import PartColumn
from mixchat.tui.transcript.pictures import Pictures
from mixchat.tui.transcript.render_block import RenderBlock
from mixchat.tui.transcript.turn_layout import ReplyLayout, foot_parts, head_parts
from mixchat.tui.transcript.turn_summary import TurnSummary, addresses, role_title, summarize_turn

_OVERHEAD = 5
"""Rows of a turn besides its text: header, gaps and the row below."""
_LINE = 45
"""Characters of a line of a text that was not read, about."""


HeaderSuffix = Callable[[str], str]
"""Given a turn's id, returns what its header ends with, such as `‹1/3›`."""


class TurnView:
    """A turn and its layout.

    Args:
        turn: the turn, or what reads it when it is looked at.
        suffix: gives what the header ends with.
        live: its events, while it is under way.
        seconds: how long it thought, where somebody watched.
        pictures: what can be shown of attached pictures; none: their names.
    """

    __slots__ = (
        "_corrections",
        "_document",
        "_final",
        "_kept_turn",
        "_late",
        "_parts",
        "_pictures",
        "_sources",
        "_steady",
        "_suffix",
        "id",
        "live",
        "opened",
        "seconds",
    )

    def __init__(
        self,
        turn: Turn | LateTurn,
        suffix: HeaderSuffix,
        live: LiveTurnView | None = None,
        seconds: float | None = None,
        pictures: Pictures | None = None,
    ) -> None:
        self.id = turn.id
        self._late = turn if isinstance(turn, LateTurn) else None
        """What reads the turn, where it can be read again at any time."""
        self._kept_turn = turn if isinstance(turn, Turn) else None
        self.live = live
        self.opened: frozenset[str] = frozenset()
        """Which folds are open."""
        self._suffix = suffix
        self._pictures = pictures
        self._document: MarkdownDocument | None = None
        self._final: dict[Block, RenderBlock] = {}
        """The parts of the reply's blocks that will not change."""
        self._sources: tuple[str, ...] = ()
        """What they were told that `[1]`, `[2]` and so on lead to."""
        self._corrections = 0
        """How often the reply's final blocks had been replaced when they were read last."""
        self._steady: list[RenderBlock] = []
        """Those of them that stand above everything that still changes, in order."""
        self._parts: PartColumn | None = None
        self.seconds = seconds
        """How long it thought, where somebody watched."""

    @property
    def turn(self) -> Turn:
        """The turn, which is kept while anything of it is laid out."""
        if self._kept_turn is not None:
            return self._kept_turn
        assert self._late is not None
        return self._late.read()

    @property
    def late(self) -> LateTurn | None:
        """What would have to be read to know the turn."""
        return self._late if self._kept_turn is None else None

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
        suffix = self._suffix(self.id)
        if self.live is not None:
            return self.live.summary(suffix)
        return summarize_turn(self.turn, suffix, self.seconds)

    @property
    def parts(self) -> list[RenderBlock]:
        """The parts, from top to bottom."""
        return self._column.parts

    @property
    def _column(self) -> PartColumn:
        if self._parts is None:
            self._kept_turn = self.turn
            self._parts = PartColumn()
            self._compose(self._parts)
        return self._parts

    def _compose(self, column: PartColumn) -> None:
        summary, document, seams = self.summary, self.document, self._seams
        sources = addresses(summary.citations)
        if sources != self._sources:
            self._sources, self._final, self._steady = sources, {}, []
        if document.corrections != self._corrections:
            self._corrections, self._steady = document.corrections, []
        if seams and self._steady and document.end(len(self._steady) - 1) > seams[0].offset:
            self._steady = []
        layout = ReplyLayout(document, seams, sources, self._final)
        self._steady.extend(layout.steady(len(self._steady)))
        head = [*head_parts(summary, self.opened, self._pictures)]
        foot = [*layout.parts(len(self._steady)), *foot_parts(summary)]
        column.show(head, self._steady, foot)

    @property
    def _seams(self) -> list[Seam]:
        """The seams, each with its offset in the document; those that the text has not reached yet are left out."""
        if self.live is None:
            return placed_seams(self.turn)
        length = self.document.length
        return [seam for seam in self.live.seams if seam.offset <= length]

    def grow(self, text: str) -> None:
        """Add text to the reply of a live turn; `changed` shows it."""
        if text:
            self.document.append(text)

    def settle(self, turn: Turn) -> None:
        """Put the settled turn in the live one's place; a reply that is the same keeps its layout."""
        live, self.live = self.live, None
        if live is not None:
            self.seconds = live.seconds
        self._kept_turn, self._late = turn, None
        if self._document is not None:
            self._document.finish()
            whole = live is not None and live.took(turn.reply) and self._document.length == len(turn.reply)
            if not whole and self._document.text != sanitize(turn.reply):
                self._document = None
                self._final, self._steady = {}, []
        self.changed()

    def toggle(self, fold: str) -> None:
        """Open or close a fold."""
        self.opened = self.opened ^ {fold}
        self.changed()

    def changed(self) -> None:
        """Compose the parts again, keeping the layout of those that are the same."""
        if self._parts is not None:
            self._compose(self._parts)

    def tops(self, width: int, age: int) -> list[int]:
        """Return the row at which each part starts, and last the height without the row below."""
        return self._column.tops(width, age)

    def laid(self, at: int) -> None:
        """Count the heights again: a part was laid out."""
        self._column.laid(at)

    def height(self, width: int, age: int) -> int:
        """Return how many rows the turn has, about as long as it was never seen."""
        if self._parts is None:
            if (late := self.late) is not None:
                return _OVERHEAD + late.length * 5 // 4 // width + late.length // _LINE
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
        return self._parts.kept if self._parts is not None else 0

    def forget_code(self, codes: list[str]) -> None:
        """Drop the layout of the blocks that hold one of `codes`."""
        if self._parts is not None:
            self._parts.forget_code(codes)

    def drop(self, seen: Container[RenderBlock]) -> None:
        """Drop the rows of every part that is not seen."""
        if self._parts is not None:
            self._parts.drop(seen)

    def forget(self) -> None:
        """Drop everything that can be made again from the turn."""
        if self.live is None:
            self._parts = self._document = None
            if self._late is not None:
                self._kept_turn = None
            self._final, self._steady = {}, []
