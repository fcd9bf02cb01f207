"""A request as a provider is asked it, and what can be left out when the provider refuses a part."""

import base64
import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

from msgspec import Struct, structs

from mixchat.domain.errors import BadRequest
from mixchat.domain.events import Notice
from mixchat.domain.model import ModelCard
from mixchat.domain.request import Attachment, Message, ModelRequest

Body = dict[str, Any]
"""A request's fields, in the words of one protocol."""

SYSTEM: Final = "system"
"""Stands for the system prompt among the fields that can be refused, whatever the protocol calls it."""


class OptionalField(Struct, frozen=True):
    """A field that a call can do without."""

    pattern: str
    """What a refusal of it calls it."""
    label: str | None = None
    """What people call it; `None`: nobody asked for it, so nobody misses it."""
    swap: str | None = None
    """The name under which some servers know it."""


_SYSTEM_FIELD: Final = OptionalField(
    r"system[ _]?(?:role|prompt|message|instruction)|(?:developer|system) (?:instruction|role|message)|messages[\[.]0\]?\.role"
    r"|role.{0,30}\b(?:system|developer)\b|\b(?:system|developer)\b.{0,20}role|roles must alternate|only user and assistant roles"
    r"|does not support '(?:system|developer)'",
    "a system prompt",
)
_REFUSING: Final = re.compile(
    r"unsupported|not (?:be )?(?:support|allow|permit|available|enabled|valid|accept|implement|recogni|known|compatible|a valid|used|both)"
    r"|n.t (?:support|allow|accept|have|take)|unknown|unrecogni[sz]ed|unexpected|extra (?:inputs?|fields?)|invalid|cannot|incompatible"
    r"|deprecated|removed|must be|must alternate|instead|no longer|disabled|unable|does not|only .{0,40}(?:support|allow)|illegal|reject",
    re.IGNORECASE,
)
_NO_PARAM: Final = frozenset({"", "none", "null"})


class WireRequest(Struct, frozen=True, kw_only=True):
    """The fields of a call, and which of them the reply can do without."""

    body: Body
    optional: Mapping[str, OptionalField]
    """Fields that may be left out or renamed."""
    notices: tuple[Notice, ...] = ()
    """What was left out by knowledge."""
    limit: int | None = None
    """Tokens that the reply is allowed, where a number is sent."""
    has_system: bool = False
    """Whether a system prompt stands in the body."""

    def refused_field(self, refusal: BadRequest) -> str | None:
        """Return the one field of this call that `refusal` names as its cause, or `None`.

        The field that the provider names itself goes first; else it is the first one that its words mention, since
        what stands behind it is the reason or the remedy.
        """
        param = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", refusal.param or "").lower()
        fields = {name: field for name, field in self.optional.items() if name in self.body}
        if self.has_system:
            fields[SYSTEM] = _SYSTEM_FIELD
        if param not in _NO_PARAM:
            top = re.split(r"[.\[]", param)[0]
            named = [
                name for name, field in fields.items() if top == name or _found(field, param) is not None
            ]
            if named or not param.isidentifier():
                return next(iter(named), None)
        if not _REFUSING.search(refusal.message):
            return None
        spots = {
            name: spot
            for name, field in fields.items()
            if (spot := _found(field, refusal.message)) is not None
        }
        return min(spots, key=lambda name: spots[name], default=None)

    def without(self, refused: "frozenset[str] | tuple[str, ...]") -> "WireRequest":
        """Return the call without these fields, or with their other names."""
        body = dict(self.body)
        for name in refused:
            field = self.optional.get(name)
            if name in body and field is not None:
                value = body.pop(name)
                if field.swap is not None and field.swap not in refused:
                    body[field.swap] = value
        return structs.replace(self, body=body)

    def said_without(self, name: str, model: object) -> tuple[Notice, ...]:
        """Return what a person should know about a field that is left out."""
        if name == SYSTEM:
            return (
                Notice("parameter", f"{model} takes no system prompt; it was put before your first message."),
            )
        field = self.optional.get(name)
        if name not in self.body or field is None or field.label is None or field.swap is not None:
            return ()
        return (dropped_parameters(field.label, model),)


def _found(field: OptionalField, said: str) -> int | None:
    found = re.search(field.pattern, said, re.IGNORECASE)
    return found.start() if found else None


def with_system_in_words(request: ModelRequest) -> ModelRequest:
    """Return the request with its system prompt at the beginning of the person's first words."""
    if not request.system:
        return request
    spot = next((n for n, message in enumerate(request.messages) if message.role == "user"), None)
    if spot is None:
        return request
    first = request.messages[spot]
    told = structs.replace(first, text=f"{request.system}\n\n{first.text}" if first.text else request.system)
    messages = (*request.messages[:spot], told, *request.messages[spot + 1 :])
    return structs.replace(request, system=None, messages=messages)


def hint_of_a_cut_prompt(request: ModelRequest, read: int | None) -> Notice | None:
    """Return a notice when a server counted far fewer tokens than were sent: it has cut the prompt silently."""
    sent = sum(len(message.text) for message in request.messages) + len(request.system or "")
    if not read or sent < 12 * read + 4_000:
        return None
    words = f"The server read only {read:,} tokens of a much longer prompt; give the model a larger context there."
    return Notice("info", words)


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
