"""Roles in a few words, where a whole description has no room."""

from collections.abc import Mapping
from typing import Final

from mixchat.domain.plain_text import one_line
from mixchat.domain.stack import RoleConfig

_BRIEF: Final[Mapping[str, str]] = {
    "daily-driver": "everyday questions",
    "quick": "one-line facts",
    "coding": "writes and repairs code",
    "heavy-lifting": "proofs, analysis, plans",
    "creative": "stories, poems, names",
    "summarization": "makes long texts short",
    "extraction": "facts out of text",
    "research": "looks things up",
    "fallback": "when no other can answer",
}


def in_brief(role: RoleConfig) -> str:
    """Return what a role is for: for a role of one's own as it is described."""
    return _BRIEF.get(role.role) or one_line(role.description)
