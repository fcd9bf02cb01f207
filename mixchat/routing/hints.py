"""Hints: a few plain requests that add to a role's score, such as `write ... poem`. They never decide alone."""

from typing import Final

from mixchat.routing.features import Hits

_ACTS: Final = frozenset({"write", "make", "invent", "design"})
_FORMS: Final = frozenset(
    {"poem", "story", "song", "script", "joke", "essay", "letter", "advert", "post", "speech", "name"}
)
_OTHER_ACTS: Final = frozenset({"translate", "rewrite", "summarize", "extract"})
_REACH: Final = 3
"""Concepts after the act among which its object is looked for."""
_LANGUAGES: Final = frozenset(
    {"python", "java", "javascript", "typescript", "rust", "golang", "kotlin", "php", "sql", "bash"}
    | {"powershell", "c + +", "cpp", "c #", "html", "css", "matlab"}
)
"""Of the concept `codelang`, the names that hardly mean anything else."""
_ENTERTAINING: Final = frozenset({"poem", "story", "song", "joke"})

Hint = tuple[str, float, str]
"""A class, what is added to its score, and the words that say why."""


def hints(opening: Hits, closing: Hits) -> list[Hint]:
    """Return what the opening and the closing concepts of a prompt plainly ask for."""
    found: list[Hint] = []
    made = _made(opening)
    if made is not None:
        found.append(made)
    lead = [concept for concept, _ in opening[:2]]
    polished = next((phrase for concept, phrase in opening[:2] if concept in {"translate", "rewrite"}), None)
    if polished and "summarize" not in lead:
        found.append(("daily", 1.0, f"'{polished}'"))
    if lead and lead[0] in _ENTERTAINING:
        found.append(("creative", 0.5, f"'{opening[0][1]}'"))
    language = next((phrase for _, phrase in closing if phrase in _LANGUAGES), None)
    if language:
        found.append(("coding", 1.0, f"'{language}' at the end"))
    wanted = next((phrase for concept, phrase in closing if concept in {"summarize", "keypoints"}), None)
    if wanted:
        found.append(("summarization", 2.0, f"'{wanted}' at the end"))
    return found


def _made(opening: Hits) -> Hint | None:
    """Return the hint of `write ... poem`, `create ... function` and their like."""
    at = next((at for at, (concept, _) in enumerate(opening) if concept in _ACTS), None)
    if at is None or any(concept in _OTHER_ACTS for concept, _ in opening[:at]):
        return None
    act = opening[at][1]
    for concept, phrase in opening[at + 1 : at + 1 + _REACH]:
        said = f"'{act} ... {phrase}'"
        if concept in _FORMS:
            return ("creative", 2.0, said)
        if concept in {"code", "codelang"}:
            return ("coding", 0.5, said)
        if concept == "food":
            return ("daily", 1.0, said)
        if concept in {"summarize", "plan", "schedule"}:
            return None
    return None
