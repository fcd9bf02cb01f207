"""Copying and saving what a reply holds."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from textual.app import App

from mixchat.domain.turn import Turn
from mixchat.tui.actions import Handler
from mixchat.tui.terminal.clipboard import Clipboard

_FENCE: Final = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^\n]*\n(?P<code>.*?)^(?P=fence)[ \t]*$", re.DOTALL | re.MULTILINE
)


class CopyHandlers:
    """Copies the last reply, its code or the whole turn.

    Args:
        turn: gives the turn that is meant, the selected one or the last.
        clipboard: where copies go.
        say: shows a sentence.
    """

    def __init__(
        self, turn: Callable[[], Turn | None], clipboard: Clipboard, say: Callable[[str], None]
    ) -> None:
        self._turn = turn
        self._clipboard = clipboard
        self._say = say

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {
            "copy-reply": lambda _: self._copy(self._reply(), "the reply"),
            "copy-code": lambda _: self._copy(self._code(), "the code block"),
            "copy-turn": lambda _: self._copy(self._whole(), "the turn"),
            "save-code": self.save,
        }

    def _copy(self, text: str, what: str) -> None:
        if text:
            self._say(self._clipboard.copy(text, what))
        else:
            self._say(f"There is no {what.removeprefix('the ')} to copy yet.")

    def _reply(self) -> str:
        turn = self._turn()
        return turn.reply if turn is not None else ""

    def _code(self) -> str:
        blocks = code_blocks(self._reply())
        return blocks[-1] if blocks else ""

    def _whole(self) -> str:
        turn = self._turn()
        return "" if turn is None else as_markdown(turn)

    def save(self, name: str) -> None:
        """Write the last code block to a new file."""
        code = self._code()
        if not code or not name:
            self._say("There is no code block to save yet." if not code else "Say where: /save FILE")
            return
        path = Path(name).expanduser()
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(code)
        except FileExistsError:
            self._say(f"{path} is there already; choose another name.")
        except OSError as error:
            self._say(f"{path} cannot be written: {error.strerror or error}.")
        else:
            self._say(f"Saved the code block to {path}.")


def code_blocks(markdown: str) -> list[str]:
    """Return the content of each fenced code block."""
    return [block["code"] for block in _FENCE.finditer(markdown)]


def as_markdown(turn: Turn) -> str:
    """Return prompt and reply as Markdown."""
    quoted = "\n".join(f"> {line}".rstrip() for line in turn.prompt.splitlines())
    return f"{quoted}\n\n{turn.reply}\n"


class LinkHandlers:
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

    def handlers(self) -> Mapping[str, Handler]:
        """Return what can be done here, by act."""
        return {"links": self.choose, "copy-link": self.copy}

    def choose(self, _: str) -> None:
        """List the turn's links; the one that is picked is copied."""
        from mixchat.tui.picker import Picker, PickerEntry
        from mixchat.tui.transcript.turn_text import links_of

        turn = self._turn()
        links = links_of(turn) if turn is not None else []
        if not links:
            self._say("There is no link in this reply.")
            return
        entries = [
            PickerEntry(link.url, link.label or link.url, link.url if link.label else "") for link in links
        ]
        self._app.push_screen(Picker("Which link shall be copied?", entries), self._picked)

    def _picked(self, url: str | None) -> None:
        if url is not None:
            self.copy(url)

    def copy(self, url: str) -> None:
        """Copy an address and show it."""
        self._say(f"{url}\n{self._clipboard.copy(url, 'the link')}")
