"""Vim keys for the prompt, as far as hands expect them: counts, operators, motions, text objects, visual mode, `.`."""

import re
from typing import TYPE_CHECKING, Final, Literal

from textual.widgets.text_area import Selection

from mixchat.tui.composer import vim_edits
from mixchat.tui.composer.vim_edits import Edit, Register
from mixchat.tui.composer.vim_motions import Find, line_end, line_start, operated, target, text_object
from mixchat.tui.terminal.graphemes import after, before

if TYPE_CHECKING:
    from mixchat.tui.composer.prompt_area import PromptArea

_MOTION: Final = r"(?:[hjklwWbBeE0^$G;,{} ]|gg|[fFtT].)"
_COMMAND: Final = re.compile(
    rf"(?P<count>[1-9]\d*)?(?:(?P<operator>[dcy])(?P<again>[1-9]\d*)?(?:(?P<lines>(?P=operator))|(?P<object>[ia].)"
    rf"|(?P<reach>{_MOTION}))|(?P<motion>{_MOTION})|(?P<simple>r.|[xXDCSYsiaIAoOpPuJ~.vV]))",
    re.DOTALL,
)
_BEGUN: Final = re.compile(r"(?:[1-9]\d*)?(?:[dcy](?:[1-9]\d*)?[iagfFtT]?|[gfFtTr])?")
_VISUAL: Final = re.compile(
    rf"(?P<count>[1-9]\d*)?(?:(?P<motion>{_MOTION})|(?P<object>[ia].)|(?P<simple>r.|[dxcsyvVpJ~o]))",
    re.DOTALL,
)
_VISUAL_BEGUN: Final = re.compile(r"(?:[1-9]\d*)?[iagfFtTr]?")
_SHORT: Final = {"x": "dl", "X": "dh", "D": "d$", "C": "c$", "s": "cl", "S": "cc", "Y": "yy"}
_MOST: Final = 1000

Mode = Literal["insert", "normal", "visual", "lines"]


class Vim:
    """Reads keys in normal and visual mode. Enter sends in every mode, and so it begins in insert mode."""

    def __init__(self, area: "PromptArea") -> None:
        self._area = area
        self.mode: Mode = "insert"
        self._keys = ""
        self._find: Find | None = None
        self._register = Register()
        self._change = ""
        """The keys of the last change."""
        self._typed = ""
        """What was typed after them in insert mode."""
        self._began: int | None = None
        """Where the last insertion began."""
        self._anchor = 0
        """Where the visual selection was begun."""
        self._head = 0
        """Where its other end is."""

    @property
    def inserting(self) -> bool:
        """Whether letters are letters."""
        return self.mode == "insert"

    def insert(self) -> None:
        """Let letters be letters."""
        self.mode, self._keys, self._began = "insert", "", None

    def normal(self) -> bool:
        """Leave insert or visual mode, or a command that was begun; return whether that was anything new."""
        if self.mode == "normal":
            begun, self._keys = self._keys, ""
            return bool(begun)
        text, at = self._area.text, self._at
        if self.mode == "insert":
            if self._began is not None and at >= self._began:
                self._typed = text[self._began : at]
            at = at if at == line_start(text, at) else before(text, at)
        self.mode, self._keys = "normal", ""
        self._go(_on_character(text, at))
        return True

    def press(self, character: str) -> None:
        """Do what a character means; one that means nothing does nothing, and leaves the next one alone."""
        self._keys += character
        visual = self.mode in {"visual", "lines"}
        command = (_VISUAL if visual else _COMMAND).fullmatch(self._keys)
        if command is None:
            if (_VISUAL_BEGUN if visual else _BEGUN).fullmatch(self._keys) is None:
                self._keys = ""
            return
        keys, self._keys = self._keys, ""
        if visual:
            self._in_visual(command)
        else:
            self._run(command, keys)
        if self.mode == "normal":
            self._go(_on_character(self._area.text, self._at))

    @property
    def _at(self) -> int:
        if self.mode in {"visual", "lines"}:
            return self._head
        return self._area.cursor_index

    def _go(self, at: int) -> None:
        """Put the cursor to a place; in visual mode what lies between is selected, both ends included."""
        area, text = self._area, self._area.text
        if self.mode not in {"visual", "lines"}:
            area.move_cursor(area.locate(at))
            return
        self._head = at
        start, end = min(self._anchor, at), after(text, max(self._anchor, at))
        if self.mode == "lines":
            start, end = line_start(text, start), line_end(text, max(self._anchor, at))
        area.selection = Selection(area.locate(start), area.locate(end))

    def _edit(self, edit: Edit | None) -> None:
        if edit is None:
            return
        area = self._area
        if edit.new or edit.end > edit.start:
            area.replace(edit.new, area.locate(edit.start), area.locate(edit.end))
        self._go(edit.cursor)

    def _run(self, command: re.Match[str], keys: str) -> None:
        count = min(int(command["count"]), _MOST) if command["count"] else None
        if command["motion"]:
            self._move(command["motion"], count)
        elif command["simple"]:
            self._simple(command["simple"], count, keys)
        else:
            if command["again"]:
                count = (count or 1) * min(int(command["again"]), _MOST)
            self._operate(command, count)
            self._change = self._change if command["operator"] == "y" else keys

    def _move(self, motion: str, count: int | None) -> None:
        text, at = self._area.text, self._at
        if motion[0] in "fFtT":
            self._find = Find(motion[0], motion[1])
        found = target(text, at, motion, count, self._find)
        if found is None:
            return
        if motion in {"j", "k"} and found.place == at and self.mode == "normal":
            # past the edge are the prompts of before, as in a shell
            self._area.walk_from_edge(older=motion == "k")
        else:
            self._go(found.place)

    def _operate(self, command: re.Match[str], count: int | None) -> None:
        text, at, operator = self._area.text, self._at, command["operator"]
        if command["lines"]:
            last = at
            for _ in range((count or 1) - 1):
                last = min(len(text), line_end(text, last) + 1)
            self._apply(operator, at, last, lines=True)
        elif command["object"]:
            span = text_object(text, at, command["object"])
            if span is not None:
                self._apply(operator, *span)
        else:
            motion = command["reach"]
            if motion[0] in "fFtT":
                self._find = Find(motion[0], motion[1])
            part = operated(text, at, operator, motion, count, self._find)
            if part is not None:
                self._apply(operator, part.start, part.end, lines=part.lines)

    def _apply(self, operator: str, start: int, end: int, *, lines: bool = False) -> None:
        """Delete, change or yank a part of the text."""
        text = self._area.text
        if lines:
            start, end = line_start(text, start), line_end(text, end)
        self._register = Register(text[start:end], lines)
        if operator == "y":
            self._go(start)
        elif operator == "c":
            self._insert(Edit(start, end, "", start))
        else:
            self._edit(vim_edits.deleted_lines(text, start, end) if lines else Edit(start, end, "", start))

    def _insert(self, edit: Edit) -> None:
        self._edit(edit)
        self.mode, self._began = "insert", edit.cursor

    def _simple(self, what: str, count: int | None, keys: str) -> None:
        text, at, times = self._area.text, self._at, count or 1
        if what in _SHORT:
            command = _COMMAND.fullmatch(f"{count or ''}{_SHORT[what]}")
            assert command is not None
            self._run(command, keys)
            return
        match what[0]:
            case "v" | "V":
                self.mode, self._anchor = "visual" if what == "v" else "lines", at
                self._go(at)
            case ".":
                self._repeat(count)
            case "u":
                for _ in range(times):
                    self._area.action_undo()
            case "i" | "a" | "I" | "A" | "o" | "O":
                self._change = keys
                self._insert(vim_edits.opened(text, at, what))
            case _:
                self._change = keys
                held = self._register if self._register.text else Register(self._area.clipboard)
                self._edit(vim_edits.single(text, at, what, times, held))

    def _repeat(self, count: int | None) -> None:
        keys, typed = self._change, self._typed
        if count and keys:
            keys = f"{count}{keys.lstrip('123456789') if keys[0] in '123456789' else keys}"
        command = _COMMAND.fullmatch(keys)
        if command is None:
            return
        self._run(command, keys)
        if self.mode == "insert":
            at = self._at
            self._edit(Edit(at, at, typed, at + len(typed)))
            self.normal()
            self._typed = typed

    def _in_visual(self, command: re.Match[str]) -> None:
        if command["motion"]:
            self._move(command["motion"], min(int(command["count"]), _MOST) if command["count"] else None)
        elif command["object"]:
            text = self._area.text
            span = text_object(text, self._at, command["object"])
            if span is not None and span[1] > span[0]:
                self._anchor = span[0]
                self._go(before(text, span[1]))
        elif command["simple"] == "o":
            self._anchor, self._head = self._head, self._anchor
        else:
            self._end_visual(command["simple"])

    def _end_visual(self, what: str) -> None:
        """Do something to what is selected, and go back to normal mode."""
        text, lines = self._area.text, self.mode == "lines"
        start, last = min(self._anchor, self._head), max(self._anchor, self._head)
        end = after(text, last)
        self.mode = "normal"
        match what[0]:
            case "d" | "x" | "y" | "c" | "s":
                operator = {"x": "d", "s": "c"}.get(what, what)
                self._apply(operator, start, last if lines else end, lines=lines)
            case "r":
                self._edit(vim_edits.replaced_all(text, start, end, what[1]))
            case "~":
                self._edit(Edit(start, end, text[start:end].swapcase(), start))
            case "p":
                held, self._register = self._register, Register(text[start:end])
                self._edit(Edit(start, end, held.text, max(start, start + len(held.text) - 1)))
            case "J":
                self._edit(vim_edits.joined(text, start))
            case _:
                self._go(self._head)


def _on_character(text: str, at: int) -> int:
    """Return where the cursor may stand in normal mode: on a character, or on an empty line."""
    start, end = line_start(text, at), line_end(text, at)
    return before(text, end) if at >= end > start else at
