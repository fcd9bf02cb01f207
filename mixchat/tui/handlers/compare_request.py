"""Finds out what is to be compared, and by whom."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct, structs

from mixchat.chat.mentions import find_file, read_mentions
from mixchat.domain.chat_request import Pin, TurnRequest
from mixchat.domain.role import BUILT_IN
from mixchat.tui.chat.answer_column import AnswerColumn
from mixchat.tui.chat.context import ChatContext
from mixchat.tui.handlers.compare_picker import LEAST, MOST, ComparableModels, ComparePicker

_NAME: Final = re.compile(r"@?[A-Za-z][\w.:/-]*")
_MARK: Final = re.compile(r"[-@/]|\d")
"""What names of models have and few other words."""


class ComparisonRequest(Struct, frozen=True, kw_only=True):
    """A prompt and who answers it."""

    prompt: TurnRequest
    parent: str | None
    """The turn that it follows."""
    files: tuple[Path, ...] = ()
    """Files that go with it and were not read yet."""
    addresses: tuple[str, ...] = ()
    """Web pages that go with it and were not fetched yet."""
    pins: tuple[Pin, ...] = ()
    typed: str = ""
    """The words as they stood in the composer: what goes back when nothing came."""


Begin = Callable[[ComparisonRequest], None]
"""Starts a comparison."""


class ParsedNames(Struct, frozen=True):
    """What the words behind the command say."""

    pins: Sequence[Pin]
    """The roles and models that they begin with."""
    rest: str
    """The prompt."""
    nothing: str | None = None
    """A name in the list of models that is neither role, alias nor model."""


class Names(Protocol):
    """Knows what a name stands for."""

    def resolve_name(self, name: str) -> Pin | None:
        """Return the role or model of that name; `None` when it is nothing."""
        ...


def read_names(words: str, known: Names, most: int) -> ParsedNames:
    """Return the roles and models that `words` begins with, apart or joined by commas, and the rest.

    A single name that is followed by other words is taken for a word of the prompt unless it has its `@`.
    """
    pins: list[Pin] = []
    rest = words.strip()
    while rest and len(pins) < most:
        word, _, after = rest.partition(" ")
        names = [name.removeprefix("@") for name in word.rstrip(",").split(",")]
        found = {name: pin for name in names if (pin := known.resolve_name(name)) is not None}
        if len(found) < len(names):
            if _is_list(word.rstrip(","), known=bool(found)):
                return ParsedNames(pins, rest, next(name for name in names if name not in found))
            break
        pins += found.values()
        rest = after.strip()
    if len(pins) == 1 and rest and not words.lstrip().startswith("@"):
        return ParsedNames((), words.strip())
    return ParsedNames(pins, rest)


def _is_list(word: str, *, known: bool) -> bool:
    """Return whether `word` is a list of models and no word of a prompt: `opus,gpt-9` or `@who`, but not `and,or`."""
    names = word.split(",")
    if word.startswith("@") and len(names) == 1:
        return find_file(word[1:], Path.cwd()) is None
    return len(names) > 1 and all(map(_NAME.fullmatch, names)) and (known or any(map(_MARK.search, names)))


_MARKED = 3
"""Models that are marked when the list opens."""


class ComparisonSetup:
    """Reads a prompt and names from a command, the composer or the turn that is meant; asks for the rest."""

    def __init__(self, context: ChatContext) -> None:
        self.context = context
        self._models = ComparableModels(context.runtime)

    def ask(self, text: str, begin: Begin) -> None:
        """Call `begin` with what is to be compared, at once or after the models were marked in a list."""
        named = read_names(text, self.context.runtime.routing, MOST)
        if (problem := self._problem(named)) is not None:
            self.context.notify(problem)
            self.context.composer.put_back(f"/compare {text}")
            return
        request = self._request(named.rest)
        if request is None:
            self.context.notify("Write a prompt first, or /compare MODEL MODEL PROMPT.")
        elif len(named.pins) >= LEAST:
            begin(structs.replace(request, pins=tuple(named.pins)))
        else:
            self._choose(request, named.pins, begin)

    def _problem(self, named: ParsedNames) -> str | None:
        if named.nothing is not None:
            return self.context.runtime.routing.unknown_name_message(named.nothing)
        many = len(named.pins)
        return f"{many} models are named; {MOST} at most stand side by side." if many > MOST else None

    def role_of(self, pin: Pin) -> str | None:
        """Return the role that colours an answer: the one that is asked, or the first that names the model."""
        return pin.role or (self._models.roles().get(pin.slot.ref) if pin.slot else None)

    def columns(self, pins: Sequence[Pin]) -> list[AnswerColumn]:
        """Return a column for each, in a colour of its own: its role's, unless another column has that already."""
        roles = [self.role_of(pin) for pin in pins]
        free = [role.name for role in BUILT_IN if role.name not in roles]
        used: set[str] = set()
        columns: list[AnswerColumn] = []
        for number, (pin, role) in enumerate(zip(pins, roles, strict=True), 1):
            colour = role if role is not None and role not in used else free.pop(0)
            used.add(colour)
            columns.append(AnswerColumn(number, pin, role, colour, self.context.runtime.storage.clock))
        return columns

    def _request(self, words: str) -> ComparisonRequest | None:
        path = self.context.chat.path
        if words:
            named = read_mentions(words, lambda _: None, Path.cwd())
            return ComparisonRequest(
                prompt=TurnRequest(text=words),
                parent=path.leaf,
                files=named.files,
                addresses=named.addresses,
                typed=words,
            )
        if not self.context.composer.is_empty:
            message = self.context.composer.message()
            if message is None:
                return None
            prompt = TurnRequest(text=message.prompt, pin=message.pin)
            edited = message.edits.turn if message.edits else None
            parent = path.turn(edited).parent if edited is not None and path.has(edited) else path.leaf
            return ComparisonRequest(
                prompt=prompt,
                parent=parent,
                files=message.files,
                addresses=message.addresses,
                typed=message.typed,
            )
        turn = self.context.selection.turn()
        if turn is None:
            return None
        return ComparisonRequest(
            prompt=TurnRequest(text=self.context.chat.original_prompt(turn), files=turn.files),
            parent=turn.parent,
        )

    def _choose(self, request: ComparisonRequest, pins: Sequence[Pin], begin: Begin) -> None:
        entries = self._models.entries(self.context.chat, request.prompt)
        named = [str(pin.slot.ref) for pin in (*pins, request.prompt.pin) if pin is not None and pin.slot]
        marked = list(dict.fromkeys([*named, *(entry.value for entry in entries)]))[:_MARKED]

        def chosen(names: str | None) -> None:
            found = [
                pin
                for name in (names or "").split()
                if (pin := self.context.runtime.routing.resolve_name(name)) is not None
            ]
            if len(found) >= LEAST:
                begin(structs.replace(request, pins=tuple(found)))

        if len(entries) < LEAST:
            self.context.notify(
                "Only one model can be asked, and a comparison needs two; /key adds another provider."
            )
        else:
            picker = ComparePicker(self._models, self.context.chat, request.prompt, marked)
            self.context.push_screen(picker, chosen)
