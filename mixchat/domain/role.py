"""Roles: the kinds of job a prompt can be."""

from typing import Final

from msgspec import Struct

DAILY_DRIVER: Final = "daily-driver"
HEAVY_LIFTING: Final = "heavy-lifting"
CODING: Final = "coding"
CREATIVE: Final = "creative"
SUMMARIZATION: Final = "summarization"
EXTRACTION: Final = "extraction"
RESEARCH: Final = "research"
QUICK: Final = "quick"
FALLBACK: Final = "fallback"
"""Never chosen by a classifier: the last model of every fallback order."""


class Role(Struct, frozen=True):
    """A kind of job, named the way a stack names it."""

    name: str
    description: str


BUILT_IN: Final[tuple[Role, ...]] = (
    Role(DAILY_DRIVER, "everyday questions, advice and conversation"),
    Role(QUICK, "one-line facts, greetings and small conversions"),
    Role(CODING, "writes, explains and repairs code"),
    Role(HEAVY_LIFTING, "mathematics, logic, analysis and planning"),
    Role(CREATIVE, "stories, poems, names, jokes and play"),
    Role(SUMMARIZATION, "shortens a text that is given"),
    Role(EXTRACTION, "pulls fields, names or tables out of a text that is given"),
    Role(RESEARCH, "questions about the world that want sources or today's facts"),
    Role(FALLBACK, "the last model of every fallback order"),
)
