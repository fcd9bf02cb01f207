"""Reading a prompt line by line: with a line editor (prompt_toolkit) on a terminal, else as it comes."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, Protocol

from mixchat.domain.plain_text import sanitize
from mixchat.storage.drafts import Drafts
from mixchat.tui.plain.typed_ahead import forget_keys, keys_wait

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.output import Output

HOW_TO_LEAVE: Final = "/quit leaves, and so does Ctrl+D."


class LineReader(Protocol):
    """Where prompts come from."""

    def read(self, question: str, *, decides: bool = False) -> str | None:
        """Return what was written, or `None` when nothing comes any more.

        Args:
            question: stands before it.
            decides: it is an answer that no key typed before the question may give.
        """
        ...


class Completions(Protocol):
    """What may be completed."""

    def words(self) -> Iterable[str]:
        """Return the words as they are now."""
        ...


class PipedLines:
    """Lines of a file or a pipe."""

    def read(self, question: str, *, decides: bool = False) -> str | None:
        """Return the next line."""
        try:
            return input(question)
        except (EOFError, KeyboardInterrupt):
            sys.stdout.write("\n")
            return None


class DumbLines:
    """Lines of a terminal that can do nothing but go on: readline's history, and a backslash for one more line."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        if sys.platform == "win32":  # its console keeps the lines itself
            return
        with contextlib.suppress(ImportError):  # a Python may be built without
            import readline

            for prompt in drafts.prompts():
                readline.add_history(sanitize(prompt))

    def read(self, question: str, *, decides: bool = False) -> str | None:
        """Return what was written; Enter ends it, unless a backslash stands before it."""
        lines: list[str] = []
        try:
            lines.append(input(question))
            while lines[-1].endswith("\\"):
                lines[-1] = lines[-1][:-1]
                lines.append(input("... "))
        except EOFError:
            return None
        except KeyboardInterrupt:
            sys.stdout.write(f"\n{HOW_TO_LEAVE}\n")
            return ""
        text = "\n".join(lines)
        if text.strip():
            self._drafts.remember(text)
        return text


class EditedLines:
    """Lines written in an editor that knows the prompts sent before, and takes a paste as it is.

    Args:
        runner: has the loop that everything runs in.
        drafts: the prompts sent before.
        words: what may be completed.
    """

    def __init__(self, runner: asyncio.Runner, drafts: Drafts, words: Completions) -> None:
        self._runner = runner
        self._session = _session(drafts, words)

    def _forget(self) -> None:
        """Drop the keys after the last Enter, which the editor keeps for its next line."""
        from prompt_toolkit.input.typeahead import clear_typeahead

        clear_typeahead(self._session.input)

    def read(self, question: str, *, decides: bool = False) -> str | None:
        """Return what was written; Enter ends it, Ctrl+J and Alt+Enter begin a new line."""
        if decides:
            forget_keys()
            self._forget()
        try:
            return self._runner.run(self._session.prompt_async(question))
        except EOFError:
            return None
        except KeyboardInterrupt:
            sys.stdout.write(f"{HOW_TO_LEAVE}\n")
            sys.stdout.flush()
            return ""


def line_reader(runner: asyncio.Runner, drafts: Drafts, words: Completions) -> LineReader:
    """Return the reader that standard input is fit for."""
    if _edits():
        return EditedLines(runner, drafts, words)
    return DumbLines(drafts) if sys.stdin.isatty() and sys.stdout.isatty() else PipedLines()


def keys_for_editor() -> contextlib.AbstractContextManager[None]:
    """Return what keeps keys for the line editor while nobody reads, where there is one."""
    return keys_wait() if _edits() else contextlib.nullcontext()


def _edits() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _session(drafts: Drafts, words: Completions) -> "PromptSession[str]":
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.key_binding.key_processor import KeyPressEvent
    from prompt_toolkit.output import create_output

    class Sent(History):
        """The prompts sent before; they are kept by whoever sends them."""

        def load_history_strings(self) -> Iterable[str]:
            return reversed(drafts.prompts())

        def store_string(self, string: str) -> None:
            drafts.remember(string)

    keys = KeyBindings()

    def send(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    def new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    keys.add("enter")(send)
    keys.add("c-j")(new_line)
    keys.add("escape", "enter")(new_line)
    options: dict[str, Any] = {
        "history": Sent(),
        "multiline": True,
        "key_bindings": keys,
        "completer": WordCompleter(lambda: list(words.words()), sentence=False, WORD=True),
        "complete_while_typing": False,
        "prompt_continuation": "... ",
        # The editor moves the cursor, which `sys.stdout` lets no foreign text do.
        "output": _plain(create_output(stdout=sys.__stdout__)),
    }
    return PromptSession(**options)


def _plain(output: "Output") -> "Output":
    """Let an editor's output write text in which nothing is obeyed or turned around; its own sequences go another way."""
    write = output.write

    def write_plainly(data: str) -> None:
        write(data if data.isspace() else sanitize(data))

    output.write = write_plainly
    return output
