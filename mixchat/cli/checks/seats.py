"""The stack in use: who can answer, what retires, what has no price."""

from collections.abc import Iterator
from datetime import UTC, datetime

from mixchat.cli.checks.check import Check
from mixchat.house import House
from mixchat.papers.retirement import all_seats, retiring
from mixchat.papers.seating import unknown_model
from mixchat.words.error import ConfigError
from mixchat.words.model import ModelRef

_AREA = "stack"


def check_stack(house: House) -> Iterator[Check]:
    """Yield what can be said of the stack without a network."""
    try:
        stack = house.stack
    except ConfigError as error:
        yield Check(_AREA, "stack", "trouble", str(error), "Choose one with `mixchat stack use NAME`.")
        return
    yield Check(_AREA, "in use", "works", stack.name)
    for role in stack.posts:
        lineup = [seat.ref for seat in stack.lineup(role)]
        near = [ref for ref in lineup if house.providers.reachable(ref.provider)]
        if near:
            yield Check(_AREA, role, "works", _answering(near, len(lineup)))
        else:
            yield Check(
                _AREA, role, "trouble", "nobody in its line-up can be reached", "Add a key or a seat."
            )
    yield from _helpers(house)
    today = datetime.fromtimestamp(house.clock.now(), UTC).date()
    for sentence in retiring(stack, house.catalog.card, today):
        yield Check(_AREA, "retiring", "note", sentence, f"Change it in the stack {stack.name}.")


def check_prices(house: House) -> Iterator[Check]:
    """Yield the models of the stack that have no price; reads the price list."""
    try:
        posts = house.stack.posts.values()
    except ConfigError:
        return
    refs = dict.fromkeys(seat.ref for post in posts for seat in all_seats(post))
    unknown = [ref for ref in refs if house.prices.rates(ref) is None]
    known = len(refs) - len(unknown)
    yield Check("prices", "known", "works", f"{known} of the stack's {len(refs)} models have a price")
    for ref in unknown:
        advice = f'Put it under [prices."{ref}"] in {house.paths.config_file}.'
        yield Check("prices", str(ref), "note", "no known price; its cost is shown as ?", advice)


def _helpers(house: House) -> Iterator[Check]:
    """Yield the models that the config names for other work than answering."""
    config = house.config
    named = {"router.judge": config.router.judge, "router.embeddings": config.router.embeddings}
    for key, name in {**named, "titles": config.titles}.items():
        ref = house.stacks.aliases.resolve(name) if name else None
        if name and ref is None:
            advice = "Write provider/model or an alias."
            yield Check(_AREA, key, "trouble", unknown_model(name, house.stacks.aliases), advice)
        elif ref is not None and not _keyed(house, ref.provider):
            yield Check(_AREA, key, "trouble", f"no key for {ref}", "Add a key, or leave the setting out.")
        elif ref is not None:
            yield Check(_AREA, key, "works", str(ref))


def _keyed(house: House, provider: str) -> bool:
    service = house.services.get(provider)
    return service is not None and (not service.needs_key or house.credentials.has(provider))


def _answering(near: list[ModelRef], seats: int) -> str:
    first, rest = near[0], len(near) - 1
    behind = f", {rest} more behind it" if rest else ""
    away = f" ({seats - len(near)} without a key)" if seats > len(near) else ""
    return f"{first}{behind}{away}"
