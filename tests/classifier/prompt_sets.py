"""The project's own labelled prompts, and the stack they are classified in."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from mixchat.domain.role import BUILT_IN, DAILY_DRIVER, HEAVY_LIFTING, QUICK, RESEARCH
from mixchat.domain.stack import RoleConfig, Stack

DATA = Path(__file__).parent / "data"
STACK = Stack("all", "every role that mixchat has", {role.name: RoleConfig(role.name) for role in BUILT_IN})
SHORT = {DAILY_DRIVER: "daily", QUICK: "daily", RESEARCH: "daily", HEAVY_LIFTING: "heavy"}
"""How the data sets call the roles."""


class Labelled(NamedTuple):
    source: str
    role: str
    text: str
    language: str = "en"


class Conversation(NamedTuple):
    goes_on: bool
    role: str
    turns: tuple[str, ...]


def short(role: str) -> str:
    """Return the data sets' name of a role."""
    return SHORT.get(role, role)


def _lines(name: str) -> list[str]:
    lines = (DATA / f"{name}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def own(name: str) -> list[Labelled]:
    """Return the prompts of one of the project's own sets; the source is its name."""
    rows = [line.split(" | ", 2) for line in _lines(name)]
    return [Labelled(name, role, text.replace("\\n", "\n"), language) for role, language, text in rows]


def paraphrases() -> list[tuple[str, str]]:
    """Return pairs of prompts that mean the same."""
    pairs = [line.split(" | ") for line in _lines("paraphrases")]
    return [(one, other) for one, other in pairs]


def conversations() -> list[Conversation]:
    """Return conversations with the role of their last turn."""
    rows = [line.partition(" | ") for line in _lines("conversations")]
    return [
        Conversation(role[0] == "+", short(role.lstrip("+")), tuple(turns.split(" > ")))
        for role, _, turns in rows
    ]


def tables(name: str) -> dict[str, dict[str, Any]]:
    """Return the tables of one of the TOML sets."""
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))
