"""Where a reply's links lead: shown in full and copied, with the mouse or without."""

from collections.abc import Callable, Mapping

from textual.app import App

from mixchat.tui.clipboard import Clipboard
from mixchat.tui.deeds import Deed
from mixchat.words.turn import Turn


class Linking:
    """Lists the links of a turn and copies one. None is opened unseen: the addresses come from a model.

    Args:
        app: shows the list.
        turn: gives the turn that is meant, the selected one or the last.
        clipboard: where copies go.
        say: shows a sentence.
    """

    def __init__(
        self,
        app: App[int],
        turn: Callable[[], Turn | None],
        clipboard: Clipboard,
        say: Callable[[str], None],
    ) -> None:
        self._app = app
        self._turn = turn
        self._clipboard = clipboard
        self._say = say

    def deeds(self) -> Mapping[str, Deed]:
        """Return what can be done here, by act."""
        return {"links": self.choose, "copy-link": self.copy}

    def choose(self, _: str) -> None:
        """List the turn's links; the one that is picked is copied."""
        from mixchat.tui.picker import Entry, Picker
        from mixchat.tui.transcript.links import links_of

        turn = self._turn()
        links = links_of(turn) if turn is not None else []
        if not links:
            self._say("There is no link in this reply.")
            return
        entries = [Entry(link.url, link.label or link.url, link.url if link.label else "") for link in links]
        self._app.push_screen(Picker("Which link shall be copied?", entries), self._picked)

    def _picked(self, url: str | None) -> None:
        if url is not None:
            self.copy(url)

    def copy(self, url: str) -> None:
        """Copy an address and show it."""
        self._say(f"{url}\n{self._clipboard.copy(url, 'the link')}")
