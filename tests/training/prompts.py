"""The project's own training prompts, all written for it.

Templates with fillers are spun out the same way every time; `prompts/written/` holds prompts that stand as they are.
"""

import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "prompts"
WRITTEN: Final = FOLDER / "written"
ROLES: Final = ("coding", "heavy", "creative", "summarization", "extraction", "planning", "daily")
_CHOICE: Final = re.compile(r"\(\((.*?)\)\)(?!\))")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_FILLERS: Final = ("slots", "slots_languages", "slots_more", "slots_five", "questions")
_FRAMED: Final = 0.12
"""Share of the prompts that get a frame: a system line, a form, a greeting."""
_LISTS: Final = {"passage": "passages", "snippet": "snippets"}


def _lines(name: str, folder: Path = FOLDER) -> Iterator[str]:
    for line in (folder / f"{name}.txt").read_text("utf-8").split("\n"):
        if line and not line.startswith("# "):
            yield line


def _slots(passages: tuple[str, ...]) -> dict[str, list[str]]:
    slots = {slot: [_break(line) for line in _lines(name)] for slot, name in _LISTS.items()}
    for name in _FILLERS:
        for line in _lines(name):
            slot, _, fillers = line.partition(" = ")
            slots.setdefault(slot, []).extend(_break(filler.strip()) for filler in fillers.split(" | "))
    slots["passage"] = [*slots["passage"], *passages]
    return slots


def _break(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t")


def _filler(slot: str, slots: dict[str, list[str]], dice: random.Random) -> str:
    """Return a filler; of a text, often only its first sentences, for people paste little as well as much."""
    text = dice.choice(slots[slot])
    if slot.startswith("passage") and dice.random() < 0.4:
        sentences = re.split(r"(?<=[.!?。])\s*", text)
        return " ".join(sentences[: dice.choice((1, 2, 3))]).strip() or text
    return text


def _spin(template: str, slots: dict[str, list[str]], dice: random.Random) -> str:
    text = _break(_CHOICE.sub(lambda found: dice.choice(found[1].split("|")), template))
    for _ in range(2):  # a filler may hold slots of its own
        text = _SLOT.sub(
            lambda found: _filler(found[1], slots, dice) if found[1] in slots else found[0], text
        )
    return text


def framed(text: str, dice: random.Random) -> str:
    """Return the prompt with something round it that says nothing about its role, as programs put it there."""
    return _break(dice.choice(_frames())).replace("{prompt}", text)


@cache
def _frames() -> tuple[str, ...]:
    return tuple(_lines("frames"))


def _noisy(text: str, dice: random.Random, *, english: bool) -> str:
    """Return the prompt as people type it: lower case, no full stop, politely, framed, or as it was."""
    chance = dice.random()
    if chance > 1 - _FRAMED:
        return framed(text, dice)
    if chance < 0.15:
        return text.lower().rstrip(".?!")
    if chance < 0.22 and english:
        opener = dice.choice(
            ("Please ", "Could you ", "I need you to ", "Hi, ", "Hey, can you ", "I want you to ")
        )
        return opener + text[:1].lower() + text[1:]
    return text


def own_prompts(
    times: int = 12, passages: tuple[str, ...] = (), seed: int = 7
) -> list[tuple[str, str, bool]]:
    """Return (role, prompt, is English) rows: every template up to `times` times, without repeats.

    Templates of other languages are spun twice as often, for there are fewer of them.
    """
    slots, dice = _slots(passages), random.Random(seed)
    made: dict[str, tuple[str, bool]] = {}
    for role in ROLES:
        for path in sorted(FOLDER.glob(f"{role}*.txt")):
            for template in _lines(path.stem):
                free = "((" in template or _SLOT.search(template)
                english = not path.stem.endswith(("_languages", "_tongues")) and template.isascii()
                for _ in range((times if english else 2 * times) if free else 2):
                    made.setdefault(
                        _noisy(_spin(template, slots, dice), dice, english=english), (role, english)
                    )
    return [(role, text, english) for text, (role, english) in made.items()]


def written_prompts(passages: tuple[str, ...] = (), seed: int = 11) -> list[tuple[str, str, bool]]:
    """Return (role, prompt, is English) rows: every prompt that stands in `prompts/written/`, once."""
    slots, dice = _slots(passages), random.Random(seed)
    return [
        (role, _spin(line, slots, dice), not path.stem.endswith("_tongues"))
        for role in ROLES
        for path in sorted(WRITTEN.glob(f"{role}_*.txt"))
        for line in _lines(path.stem, WRITTEN)
    ]
