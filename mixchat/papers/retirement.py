"""Models of a stack that their providers will withdraw."""

from collections.abc import Callable

from mixchat.words.model import ModelCard, ModelRef
from mixchat.words.stack import Post, Seat, Stack


def retiring(stack: Stack, card: Callable[[ModelRef], ModelCard]) -> tuple[str, ...]:
    """Return a sentence for every model of the stack that retires, with the day and its successor."""
    refs = dict.fromkeys(seat.ref for post in stack.posts.values() for seat in all_seats(post))
    return tuple(_sentence(found) for found in map(card, refs) if found.retires is not None)


def all_seats(post: Post) -> tuple[Seat, ...]:
    """Return every seat of a role, its planner and its executor first."""
    return tuple(seat for seat in (post.plan, post.execute, *post.seats) if seat is not None)


def _sentence(card: ModelCard) -> str:
    then = f"; take {card.successor} instead" if card.successor else ""
    return f"{card.ref} retires on {card.retires:%Y-%m-%d}{then}."
