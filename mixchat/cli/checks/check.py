"""One thing that was looked at."""

from typing import Literal

from msgspec import Struct

State = Literal["works", "note", "trouble"]


class Check(Struct, frozen=True):
    """What was found, and what to do about it. Never holds a key."""

    area: str
    name: str
    state: State
    found: str
    advice: str = ""
    """What a person can do; empty when there is nothing to do."""
