"""Numbers in words: tokens, times and sizes as the screen writes them."""

from pathlib import Path
from typing import Final

from mixchat.domain.errors import ERRORS, GuardStopped
from mixchat.domain.turn import Turn
from mixchat.ledger.token_count import count_tokens

_THOUSAND: Final = 1000


def count(number: int | None) -> str:
    """Return a number of tokens in at most five characters, `?` when nobody counted."""
    if number is None:
        return "?"
    if number < _THOUSAND:
        return str(number)
    if number < 10 * _THOUSAND:
        return f"{number / _THOUSAND:.1f}k"
    if number < _THOUSAND * _THOUSAND:
        return f"{number // _THOUSAND}k"
    return f"{number / _THOUSAND / _THOUSAND:.1f}M"


def seconds(duration: float) -> str:
    """Return a duration: `0.4 s`, `12 s`, `3 min`."""
    if duration < 10:
        return f"{duration:.1f} s"
    if duration < 120:
        return f"{duration:.0f} s"
    if duration < 7200:
        return f"{duration / 60:.0f} min"
    return f"{duration / 3600:.0f} h"


def age(seconds: float) -> str:
    """Return how long ago something was: `now`, `12 min`, `3 h`, `2 days`, `5 weeks`."""
    minutes = int(max(seconds, 0) // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    if hours < 24:
        return f"{hours} h"
    days = hours // 24
    if days < 14:
        return f"{days} day{'' if days == 1 else 's'}"
    return f"{days // 7} weeks" if days < 366 else f"{days // 365} y"


def size(number: int) -> str:
    """Return a number of bytes: `640 B`, `12 kB`, `3.4 MB`."""
    if number < _THOUSAND:
        return f"{number} B"
    if number < _THOUSAND * _THOUSAND:
        return f"{number / _THOUSAND:.0f} kB"
    return f"{number / _THOUSAND / _THOUSAND:.1f} MB"


def read(turn: Turn) -> str:
    """Return how many tokens were read; an estimate where a provider did not come to say it."""
    guessed = any(each.about and each.about.input != (each.usage.input or 0) for each in turn.attempts)
    return _tokens(turn.charged.input, guessed=guessed)


def written(turn: Turn) -> str:
    """Return how many tokens were written; an estimate where a provider did not come to say it."""
    text = turn.thinking + turn.reply
    if turn.charged.output is None and text:  # of a program that was killed, or of an older mixchat
        return f"~{count(round(count_tokens(text)))}"
    guessed = any(each.about and each.about.output != (each.usage.output or 0) for each in turn.attempts)
    return _tokens(turn.charged.output, guessed=guessed)


def _tokens(number: int | None, *, guessed: bool) -> str:
    return f"{'~' * (guessed and number is not None)}{count(number)}"


def bar(share: float, width: int) -> str:
    """Return a bar of `width` cells of which `share`, from 0 to 1, is full."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")).ljust(width)


_LEAST: Final = 2.0
_MOST: Final = 6.0
_TO_FIND: Final = 1.0
_CHARACTERS_A_SECOND: Final = 20
"""How fast one reads who does something else besides."""


def seconds_to_read(sentence: str) -> float:
    """Return the seconds that a sentence has to stay: it covers what is below it no longer than it has to."""
    return min(max(_TO_FIND + len(sentence) / _CHARACTERS_A_SECOND, _LEAST), _MOST)


GUARDS: Final = frozenset(code for code, kind in ERRORS.items() if issubclass(kind, GuardStopped))


def why_unsent(turn: Turn) -> str:
    """Return in a few words why a turn was stopped before anything was sent; nothing for any other turn.

    The question above the composer says it in full.
    """
    failure = turn.failure
    if failure is None or failure.code not in GUARDS or turn.attempts or turn.reply:
        return ""
    why = ERRORS[failure.code].title
    return f"not sent: {why[0].lower()}{why[1:]}"


def from_home(path: str) -> str:
    """Return a path with `~` for the person's own directory."""
    try:
        return str("~" / Path(path).relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return path


def short_path(path: str) -> str:
    """Return a path as one would type it: from the working directory, else from one's own; an address as it is."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return from_home(path)
