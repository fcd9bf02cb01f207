"""What is shown when no model is set up yet: what was found, and the shortest way to a first reply."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from mixchat.domain.clock import Clock
from mixchat.tui import formatting
from mixchat.tui.onboarding.provider_status import ProviderFinding
from mixchat.tui.onboarding.welcome import centred, wordmark
from mixchat.tui.widgets.pressable import pressable

CONTACTING: Final = "contacting the package index, as pip is set up"
"""The step before the first byte."""
_STOPS: Final = pressable(Content.styled("esc stops it", "$text-muted"), "esc")
_TICK: Final = 1.0
_BAR: Final = 36
_LABEL: Final = 22
_WIDEST: Final = 72
"""Cells of a row of words."""
_WAYS: Final = (
    ("enter", "fetch a small model (98 MB), and chat"),
    ("ctrl+k", "add a key: it is tested and kept safe"),
    ("f1", "help, keys and commands"),
)


class FirstRun(Widget):
    """Sits where the conversation will be; the composer keeps the focus."""

    DEFAULT_CSS = "FirstRun { height: 1fr; width: 1fr; content-align: left middle; display: none; }"

    def __init__(self, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._findings: Sequence[ProviderFinding] = ()
        self._progress: tuple[str, int, int | None] | None = None
        self._failure = ""
        self._since = 0.0
        self._timer: Timer | None = None

    def update_findings(self, findings: Sequence[ProviderFinding]) -> None:
        """Show what was found."""
        self._findings = findings
        self.refresh()

    def update_progress(self, step: str, done: int, total: int | None) -> None:
        """Show how far the download is, in bytes; until the first one, the seconds since it began."""
        if self._timer is None:
            self._since = self._clock.monotonic()
            self._timer = self.set_interval(_TICK, self.refresh)
        self._progress, self._failure = (step, done, total), ""
        self.refresh()

    def end_progress(self, failure: str) -> None:
        """Show no download, but why there is none if it failed."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._progress, self._failure = None, failure
        self.refresh()

    def render(self) -> Content:
        """Return name, ways and findings, as much of it as there is room for."""
        ways = [_way(key, does) for key, does in _WAYS]
        middle = self._download() if self._progress is not None else ways
        found = [_found(finding) for finding in self._findings]
        lines = [*wordmark(), Content(), Content.styled("No model is set up yet.", "bold"), Content()]
        lines += _block(middle)
        if self._failure:
            lines += [Content(), *self._failed()]
        if len(lines) + len(found) + 1 <= self.size.height:
            lines += [Content(), *_block(found)]
        return Content("\n").join(centred(lines, self.size.width))

    def _failed(self) -> list[Content]:
        words = Content.styled(self._failure, "$text-warning")
        return words.wrap(max(min(self.size.width - 4, _WIDEST), 1))

    def _download(self) -> list[Content]:
        step, done, total = self._progress or ("", 0, None)
        if not done:
            waited = self._clock.monotonic() - self._since
            return [Content(f"{step}  {waited:.0f} s"), _STOPS]
        share = done / total if total else 0.0
        return [
            Content.assemble((formatting.bar(share, _BAR), "$primary on $panel"), f" {share:4.0%}"),
            Content.assemble((f"{step}  {formatting.size(done)}   ", "$text-muted"), _STOPS),
        ]


def _way(key: str, does: str) -> Content:
    return pressable(Content.assemble((key.rjust(7), "$accent bold"), "  ", does), key)


def _found(finding: ProviderFinding) -> Content:
    mark = ("● ", "$success") if finding.ready else ("○ ", "$text-disabled")
    return Content.assemble(mark, finding.label.ljust(_LABEL), (finding.words, "$text-muted"))


def _block(lines: Sequence[Content]) -> list[Content]:
    """Return the lines made equally wide, so that centring keeps them in one column."""
    width = max((line.cell_length for line in lines), default=0)
    return [line.pad_right(width - line.cell_length) for line in lines]
