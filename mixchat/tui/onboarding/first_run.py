"""What is shown when no model is set up yet: what was found, and the shortest way to a first reply."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.timer import Timer

from mixchat.domain.clock import Clock
from mixchat.tui import formatting
from mixchat.tui.actions.keys import key_on
from mixchat.tui.onboarding.cards import WIDTH, Card, card_rows
from mixchat.tui.onboarding.provider_status import ProviderFinding
from mixchat.tui.onboarding.welcome import CardPage, block, heading
from mixchat.tui.widgets.pressable import pressable

CONTACTING: Final = "contacting the package index, as pip is set up"
"""The step before the first byte."""
_TICK: Final = 1.0
_BAR: Final = 36
_LABEL: Final = 22


class FirstRun(CardPage):
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

    def update_findings(self, findings: Sequence[ProviderFinding], cards: Sequence[Card]) -> None:
        """Show what was found, and the ways to begin."""
        self._findings, self.cards = findings, cards
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
        width, height = min(WIDTH, max(self.size.width - 2, 1)), self.size.height
        said = [
            heading(),
            Content(),
            Content.styled("No model is set up yet", "$text bold"),
            Content.styled("Choose one way to start. You can add the others later.", "$text-muted"),
            Content(),
        ]
        failed = [*self._failed(width), Content()] if self._failure else []
        for half_rows in (True, False):
            ways = list(
                card_rows(self.cards, width, below=True, half_rows=half_rows and self.cards_have_ground)
            )
            middle = self._download() if self._progress is not None else ways
            lines = [*said, *failed, *middle]
            if len(lines) < height:
                break
        # Beside the conversation the panel says what was found.
        found = [Content(), *map(_found, self._findings)]
        if not self.panel_is_shown and len(lines) + len(found) < height:
            lines += found
        return block(lines, self.size.width, width)

    @property
    def panel_is_shown(self) -> bool:
        """Whether the side panel stands beside it."""
        return not (self.screen.has_class("-narrow") or self.screen.has_class("-no-panel"))

    def _failed(self, width: int) -> list[Content]:
        return Content.styled(self._failure, "$text-error").wrap(width)

    def _download(self) -> list[Content]:
        step, done, total = self._progress or ("", 0, None)
        stop = key_on(self, "stop")
        stops = pressable(Content.styled(f"{stop} stops it", "$text-muted"), stop)
        if not done:
            waited = self._clock.monotonic() - self._since
            return [Content(f"{step}  {waited:.0f} s"), stops]
        share = done / total if total else 0.0
        return [
            Content.assemble((formatting.bar(share, _BAR), "$primary on $panel"), f" {share:4.0%}"),
            Content.assemble((f"{step}  {formatting.size(done)}   ", "$text-muted"), stops),
        ]


def _found(finding: ProviderFinding) -> Content:
    mark = ("● ", "$success") if finding.ready else ("○ ", "$text-disabled")
    return Content.assemble(mark, finding.label.ljust(_LABEL), (finding.words, "$text-muted"))
