"""Models of a stack that their providers will withdraw."""

from collections.abc import Callable
from datetime import date

from mixchat.papers.catalog import NOTICE
from mixchat.words.model import ModelCard, ModelRef
from mixchat.words.stack import Post, Seat, Stack


def retiring(stack: Stack, card: Callable[[ModelRef], ModelCard], today: date) -> tuple[str, ...]:
    """Return a sentence for every model of the stack that ends within 60 days or has, with its successor."""
    refs = dict.fromkeys(seat.ref for post in stack.posts.values() for seat in all_seats(post))
    return tuple(_sentence(found) for found in map(card, refs) if _soon(found, today))


def _soon(card: ModelCard, today: date) -> bool:
    return card.retires is not None and card.retires - today <= NOTICE


def all_seats(post: Post) -> tuple[Seat, ...]:
    """Return every seat of a role, its planner and its executor first."""
    return tuple(seat for seat in (post.plan, post.execute, *post.seats) if seat is not None)


def _sentence(card: ModelCard) -> str:
    then = f"; take {card.successor} instead" if card.successor else ""
    return f"{card.ref} retires on {card.retires}{then}."
