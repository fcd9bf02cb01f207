"""A request as a service is asked it, and what can be left out when the service refuses a part."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, structs

from mixchat.words.error import BadRequest
from mixchat.words.event import Notice
from mixchat.words.model import ModelCard
from mixchat.words.request import Request

Body = dict[str, Any]
"""A request's fields, in the words of one protocol."""


class Asked(Struct, frozen=True, kw_only=True):
    """The fields of a call, and which of them the reply can do without."""

    body: Body
    optional: Mapping[str, str]
    """Fields that may be left out, each with the pattern that a refusal of it matches."""
    swaps: Mapping[str, str] = {}
    """Fields that some servers know by another name."""
    notices: tuple[Notice, ...] = ()
    """What was left out by knowledge."""

    def without_refused(self, refusal: BadRequest) -> "Asked | None":
        """Return the call without what `refusal` names, or `None` when it names nothing of this call."""
        named = [name for name, words in self.optional.items() if self._named(name, words, refusal)]
        if not named:
            return None
        body = {name: value for name, value in self.body.items() if name not in named}
        swapped = {other: self.body[name] for name, other in self.swaps.items() if name in named}
        lost = [name for name in named if name not in self.swaps]
        where = refusal.ref or "The model"
        notices = tuple(
            Notice("parameter", f"{where} does not take {name.replace('_', ' ')}; asked again without it.")
            for name in lost
        )
        return structs.replace(self, body=body | swapped, notices=notices)

    def _named(self, name: str, words: str, refusal: BadRequest) -> bool:
        return name in self.body and re.search(words, refusal.message, re.IGNORECASE) is not None


def left_out(what: str, model: object) -> Notice:
    """Return the notice that a setting was not sent because the model is known to refuse it."""
    return Notice("parameter", f"{model} does not take {what}; asked without it.")


def temperature(request: Request, card: ModelCard, notices: list[Notice]) -> Body:
    """Return the field for the temperature; for a model that refuses one nothing, with a notice."""
    if request.temperature is None:
        return {}
    if card.temperature is False:
        notices.append(left_out("a temperature", request.ref))
        return {}
    return {"temperature": request.temperature}


def search(
    request: Request, card: ModelCard, fields: Mapping[str, Any] | None, notices: list[Notice]
) -> Body:
    """Return `fields`, which ask for a web search, where one is wanted; nothing, with a notice, where none can be."""
    if not request.search:
        return {}
    if fields is None or card.search is False:
        notices.append(left_out("a web search", request.ref))
        return {}
    return dict(fields)
