"""A request as a service is asked it, and what can be left out when the service refuses a part."""

import base64
import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from msgspec import Struct, structs

from mixchat.domain.errors import BadRequest
from mixchat.domain.events import Notice
from mixchat.domain.model import ModelCard
from mixchat.domain.request import Attachment, Message, ModelRequest

Body = dict[str, Any]
"""A request's fields, in the words of one protocol."""


class WireRequest(Struct, frozen=True, kw_only=True):
    """The fields of a call, and which of them the reply can do without."""

    body: Body
    optional: Mapping[str, str]
    """Fields that may be left out, each with the pattern that a refusal of it matches."""
    swaps: Mapping[str, str] = {}
    """Fields that some servers know by another name."""
    notices: tuple[Notice, ...] = ()
    """What was left out by knowledge."""

    def without_refused(self, refusal: BadRequest) -> "WireRequest | None":
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


def dropped_parameters(what: str, model: object) -> Notice:
    """Return the notice that a setting was not sent because the model is known to refuse it."""
    return Notice("parameter", f"{model} does not take {what}; asked without it.")


def temperature(request: ModelRequest, card: ModelCard, notices: list[Notice]) -> Body:
    """Return the field for the temperature; for a model that refuses one nothing, with a notice."""
    if request.temperature is None:
        return {}
    if card.temperature is False:
        notices.append(dropped_parameters("a temperature", request.ref))
        return {}
    return {"temperature": request.temperature}


def search(
    request: ModelRequest, card: ModelCard, fields: Mapping[str, Any] | None, notices: list[Notice]
) -> Body:
    """Return `fields`, which ask for a web search, where one is wanted; nothing, with a notice, where none can be."""
    if not request.search:
        return {}
    if fields is None or card.search is False:
        notices.append(dropped_parameters("a web search", request.ref))
        return {}
    return dict(fields)


PDF = "application/pdf"


def turns(request: ModelRequest) -> tuple[Message, ...]:
    """Return the messages that say something, with neighbours of one side joined: some servers insist on turns."""
    said = [message for message in request.messages if message.text.strip() or message.attachments]
    return tuple(_joined(tuple(run)) for _, run in groupby(said, key=lambda message: message.role))


def _joined(run: tuple[Message, ...]) -> Message:
    if len(run) == 1:
        return run[0]
    files = tuple(file for message in run for file in message.attachments)
    return Message(run[0].role, "\n\n".join(message.text for message in run if message.text), files)


def words(message: Message) -> str:
    """Return the message's text after its text files, each fenced under its name."""
    files = [fenced(file) for file in message.attachments if file.media_type == "text/plain"]
    return "\n\n".join([*files, message.text] if message.text else files)


def fenced(file: Attachment) -> str:
    """Return a text file as a fenced block under its name; the fence is longer than any inside."""
    text = file.data.decode("utf-8", "replace")
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{file.name}:\n{fence}\n{text.rstrip()}\n{fence}"


def images(message: Message) -> list[Attachment]:
    """Return the message's images."""
    return [file for file in message.attachments if file.is_image]


def pdfs(message: Message) -> list[Attachment]:
    """Return the message's PDFs."""
    return [file for file in message.attachments if file.media_type == PDF]


def encoded(file: Attachment) -> str:
    """Return the file in base64."""
    return base64.b64encode(file.data).decode("ascii")


def data_url(file: Attachment) -> str:
    """Return the file as a `data:` address."""
    return f"data:{file.media_type};base64,{encoded(file)}"


def check(request: ModelRequest, card: ModelCard, *, pdf: bool) -> None:
    """Refuse files that the model is known not to take; `pdf` says whether the protocol can carry PDFs.

    Raises:
        BadRequest: a file cannot be sent.
    """
    files = [file for message in request.messages for file in message.attachments]
    if card.images is False and any(file.is_image for file in files):
        raise BadRequest(f"{request.ref} cannot see images; choose a model that can.", ref=request.ref)
    if (card.pdfs is False or not pdf) and any(file.media_type == PDF for file in files):
        raise BadRequest(f"{request.ref} cannot read PDFs; choose a model that can.", ref=request.ref)
