"""The project's own training prompts: templates with fillers, written for it, spun out the same way every time."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "prompts"
ROLES: Final = ("coding", "heavy", "creative", "summarization", "extraction", "planning", "daily")
_CHOICE: Final = re.compile(r"\(\((.*?)\)\)(?!\))")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_FILLERS: Final = ("slots", "slots_languages", "questions")
_LISTS: Final = {"passage": "passages", "snippet": "snippets"}


def _lines(name: str) -> Iterator[str]:
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("# "):
            yield line


def _slots() -> dict[str, list[str]]:
    slots = {slot: [_break(line) for line in _lines(name)] for slot, name in _LISTS.items()}
    for name in _FILLERS:
        for line in _lines(name):
            slot, _, fillers = line.partition(" = ")
            slots[slot] = [filler.strip() for filler in fillers.split(" | ")]
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
    text = _CHOICE.sub(lambda found: dice.choice(found[1].split("|")), template)
    return _SLOT.sub(
        lambda found: _filler(found[1], slots, dice) if found[1] in slots else found[0], _break(text)
    )


def _noisy(text: str, dice: random.Random) -> str:
    """Return the prompt as people type it: lower case, no full stop, politely, or as it was."""
    chance = dice.random()
    if chance < 0.15:
        return text.lower().rstrip(".?!")
    if chance < 0.22 and text[:1].isascii():
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
    slots = _slots()
    slots["passage"] = [*slots["passage"], *passages]
    dice = random.Random(seed)
    made: dict[str, tuple[str, bool]] = {}
    for role in ROLES:
        for path in sorted(FOLDER.glob(f"{role}*.txt")):
            for template in _lines(path.stem):
                free = "((" in template or _SLOT.search(template)
                english = "_languages" not in path.stem and template.isascii()
                for _ in range((times if english else 2 * times) if free else 2):
                    made.setdefault(_noisy(_spin(template, slots, dice), dice), (role, english))
    return [(role, text, english) for text, (role, english) in made.items()]
