"""What is shown when nobody can answer yet: what was found, and the shortest way to a first reply."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.widget import Widget

from mixchat.tui import figures
from mixchat.tui.start.findings import Finding
from mixchat.tui.welcome import centred, wordmark

_BAR: Final = 36
_LABEL: Final = 18
_WAYS: Final = (
    ("enter", "fetch a small model (98 MB), and chat"),
    ("ctrl+k", "add a key: it is tested and kept safe"),
    ("f1", "help, keys and commands"),
)


class FirstRun(Widget):
    """Sits where the conversation will be; the composer keeps the focus."""

    DEFAULT_CSS = "FirstRun { height: 1fr; width: 1fr; content-align: left middle; display: none; }"

    def __init__(self) -> None:
        super().__init__()
        self._findings: Sequence[Finding] = ()
        self._progress: tuple[str, int, int | None] | None = None

    def tell(self, findings: Sequence[Finding]) -> None:
        """Show what was found."""
        self._findings = findings
        self.refresh()

    def tell_progress(self, step: str, done: int, total: int | None) -> None:
        """Show how far the download is, in bytes."""
        self._progress = (step, done, total)
        self.refresh()

    def clear_progress(self) -> None:
        """Show no download."""
        self._progress = None
        self.refresh()

    def render(self) -> Content:
        """Return name, ways and findings, as much of it as there is room for."""
        ways = [_way(key, does) for key, does in _WAYS]
        middle = self._download() if self._progress is not None else ways
        found = [_found(finding) for finding in self._findings]
        lines = [*wordmark(), Content(), Content.styled("Nobody can answer yet.", "bold"), Content()]
        lines += _block(middle)
        if len(lines) + len(found) + 1 <= self.size.height:
            lines += [Content(), *_block(found)]
        return Content("\n").join(centred(lines, self.size.width))

    def _download(self) -> list[Content]:
        step, done, total = self._progress or ("", 0, None)
        share = done / total if total else 0.0
        return [
            Content.assemble((figures.bar(share, _BAR), "$primary on $panel"), f" {share:4.0%}"),
            Content.styled(f"{step}  {figures.size(done)}   esc stops it", "$text-muted"),
        ]


def _way(key: str, does: str) -> Content:
    return Content.assemble((key.rjust(7), "$accent bold"), "  ", does)


def _found(finding: Finding) -> Content:
    mark = ("● ", "$success") if finding.ready else ("○ ", "$text-disabled")
    return Content.assemble(mark, finding.label.ljust(_LABEL), (finding.words, "$text-muted"))


def _block(lines: Sequence[Content]) -> list[Content]:
    """Return the lines made equally wide, so that centring keeps them in one column."""
    width = max((line.cell_length for line in lines), default=0)
    return [line.pad_right(width - line.cell_length) for line in lines]
