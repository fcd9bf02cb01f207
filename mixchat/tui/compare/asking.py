"""Finds out what is to be compared, and by whom."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import structs
from textual.app import App

from mixchat.chat.chat import Chat
from mixchat.chat.desk import Prompt
from mixchat.tui.compare.asked import Asked, Named, read_names
from mixchat.tui.compare.candidates import Candidates
from mixchat.tui.compare.chooser import LEAST, MOST, Chooser
from mixchat.tui.composer.composer import Composer
from mixchat.tui.pointing import Pointing
from mixchat.words.question import Pin

if TYPE_CHECKING:
    from mixchat.house import House

_MARKED = 3
"""Models that are marked when the list opens."""


class Asking:
    """Reads a prompt and names from a command, the composer or the turn that is meant; asks for the rest."""

    def __init__(
        self,
        house: "House",
        app: App[int],
        composer: Composer,
        chat: Callable[[], Chat],
        pointing: Pointing,
        say: Callable[[str], None],
    ) -> None:
        self._house = house
        self._app = app
        self._composer = composer
        self._chat = chat
        self._pointing = pointing
        self._say = say
        self._candidates = Candidates(house)

    def ask(self, words: str, begin: Callable[[Asked], None]) -> None:
        """Call `begin` with what is to be compared, at once or after the models were marked in a list."""
        named = read_names(words, self._house.pin, MOST)
        if (trouble := self._trouble(named)) is not None:
            self._say(trouble)
            self._composer.put_back(f"/compare {words}")
            return
        asked = self._asked(named.rest)
        if asked is None:
            self._say("Write a prompt first, or /compare MODEL MODEL PROMPT.")
        elif len(named.pins) >= LEAST:
            begin(structs.replace(asked, pins=tuple(named.pins)))
        else:
            self._choose(asked, named.pins, begin)

    def _trouble(self, named: Named) -> str | None:
        if named.nothing is not None:
            return self._house.no_pin(named.nothing)
        many = len(named.pins)
        return f"{many} models are named; {MOST} at most stand side by side." if many > MOST else None

    def role_of(self, pin: Pin) -> str | None:
        """Return the role that colours an answer: the one that is asked, or the first that seats the model."""
        return pin.role or (self._candidates.roles().get(pin.seat.ref) if pin.seat else None)

    def _asked(self, words: str) -> Asked | None:
        path = self._chat().path
        if words:
            return Asked(prompt=Prompt(text=words), parent=path.leaf, typed=words)
        if not self._composer.is_empty:
            outgoing = self._composer.outgoing()
            if outgoing is None:
                return None
            prompt = Prompt(text=outgoing.prompt, pin=outgoing.pin)
            edited = outgoing.edits.turn if outgoing.edits else None
            parent = path.turn(edited).parent if edited is not None and path.has(edited) else path.leaf
            return Asked(prompt=prompt, parent=parent, files=outgoing.files, typed=outgoing.typed)
        turn = self._pointing.turn()
        if turn is None:
            return None
        return Asked(prompt=Prompt(text=self._chat().said(turn), files=turn.files), parent=turn.parent)

    def _choose(self, asked: Asked, pins: Sequence[Pin], begin: Callable[[Asked], None]) -> None:
        entries = self._candidates.entries(self._chat(), asked.prompt)
        named = [str(pin.seat.ref) for pin in (*pins, asked.prompt.pin) if pin is not None and pin.seat]
        marked = list(dict.fromkeys([*named, *(entry.value for entry in entries)]))[:_MARKED]

        def chosen(names: str | None) -> None:
            found = [pin for name in (names or "").split() if (pin := self._house.pin(name)) is not None]
            if len(found) >= LEAST:
                begin(structs.replace(asked, pins=tuple(found)))

        if len(entries) < LEAST:
            self._say("Only one model can be asked, and a comparison needs two; /key adds another provider.")
        else:
            self._app.push_screen(Chooser(entries, marked), chosen)
