"""What `@name` and `/pin name` mean."""

from collections.abc import Callable, Mapping

from mixchat.words.model import ModelRef
from mixchat.words.question import Pin
from mixchat.words.stack import Seat, Stack


def resolve(
    name: str,
    stack: Stack,
    aliases: Mapping[str, ModelRef] | Mapping[str, str],
    known: Callable[[str], bool] | None = None,
) -> Pin | None:
    """Return what `name` pins: a role of the stack, else an alias, else a model reference; `None`: nothing.

    `known` says whether there is a provider of that name, so that `@docs/notes.md` is not taken for a model.
    """
    name = name.removeprefix("@")
    if name in stack.posts:
        return Pin(name, role=name)
    target = aliases.get(name)
    if target is not None:
        ref = ModelRef.parse(target) if isinstance(target, str) else target
        return Pin(name, seat=_seat(ref, stack))
    try:
        ref = ModelRef.parse(name)
    except ValueError:
        return None
    if known is not None and not known(ref.provider):
        return None
    return Pin(name, seat=_seat(ref, stack))


def _seat(ref: ModelRef, stack: Stack) -> Seat:
    """Return the seat as the stack has it, if all its seats of this model agree; else a plain one."""
    seats = {seat for post in stack.posts.values() for seat in post.seats if seat.ref == ref}
    return seats.pop() if len(seats) == 1 else Seat(ref)
