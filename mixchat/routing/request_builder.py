"""From a chat request to the request for one slot: settings, private turns, eyes, and the window."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

from msgspec import Struct, structs

from mixchat.domain.chat_request import ChatRequest, GenerationSettings
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.events import Notice
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import MediaType, Message, ModelRequest
from mixchat.domain.stack import Slot
from mixchat.routing.context_window import cut, room, surely_fits, turns_in, weight
from mixchat.routing.services import RoutingServices


class PreparedRequest(Struct, frozen=True):
    """A request that is ready, and what was left out of it."""

    request: ModelRequest
    notices: tuple[Notice, ...] = ()


def build_request(
    chat_request: ChatRequest, decision: RoutingDecision, slot: Slot, resources: RoutingServices
) -> PreparedRequest:
    """Return the request for `slot`: what was set for the message goes over the slot, the slot over the role."""
    card = resources.cards(slot.ref)
    request = structs.replace(
        _settled(chat_request.settings, decision, slot, chat_request.messages),
        conversation=_cache_key(chat_request.chat),
        long_cache=decision.long_cache and decision.fallback_order[:1] == (slot,),
    )
    local = resources.local(slot.ref)
    messages, private = (
        (chat_request.messages, 0) if local else _public(chat_request.messages, chat_request.kept)
    )
    messages, pictures = _visible(messages, slot.ref, resources)
    messages, turns = _fitted(messages, chat_request.kept, request, card, resources)
    left_out = [
        (private, "private turn", "stays on this machine", "stay on this machine"),
        (
            pictures,
            "earlier file",
            "was left out: this model cannot read it",
            "were left out: this model cannot read them",
        ),
        (turns, "turn", "left out to fit the window", "left out to fit the window"),
    ]
    notices = tuple(
        Notice("left_out", f"{count} {noun}{'s' if count > 1 else ''} {many if count > 1 else one}")
        for count, noun, one, many in left_out
        if count
    )
    return PreparedRequest(structs.replace(request, messages=tuple(messages)), notices)


def without_earlier_pictures(prepared: PreparedRequest) -> PreparedRequest | None:
    """Return the request without pictures and documents of earlier turns; `None` where it has none.

    What was answered once may be refused later, and would then be in the way of everything that follows.
    """
    *earlier, last = prepared.request.messages
    bare = [
        structs.replace(
            message,
            attachments=tuple(file for file in message.attachments if file.media_type == "text/plain"),
        )
        for message in earlier
    ]
    count = sum(
        len(message.attachments) - len(left.attachments) for message, left in zip(earlier, bare, strict=True)
    )
    if not count:
        return None
    what = f"{count} earlier files were" if count > 1 else "1 earlier file was"
    notice = Notice(
        "left_out", f"{what} left out: the model rejected the request with {'them' if count > 1 else 'it'}"
    )
    return PreparedRequest(structs.replace(prepared.request, messages=(*bare, last)), (notice,))


def _cache_key(chat: str | None) -> str | None:
    """Return what stands for the chat outside of this machine: it tells nothing, and is the same each time."""
    return None if chat is None else sha256(f"mixchat {chat}".encode()).hexdigest()[:32]


class SizedFile(Protocol):
    """A file, as far as it decides who can read it."""

    @property
    def media_type(self) -> MediaType:
        """What it is."""
        ...

    @property
    def size(self) -> int:
        """Its bytes."""
        ...


def unfit(slot: Slot, messages: Sequence[Message], resources: RoutingServices) -> str | None:
    """Return in words why `slot` cannot take the last message, or `None`."""
    return unreadable(messages[-1].attachments, slot.ref, resources) if messages else None


def unreadable(files: Sequence[SizedFile], ref: ModelRef, resources: RoutingServices) -> str | None:
    """Return in words why the model cannot read these files, or `None`."""
    images = [file for file in files if file.media_type.startswith("image/")]
    pdfs = [file for file in files if file.media_type == "application/pdf"]
    if not images and not pdfs:
        return None
    card, limits = resources.cards(ref), resources.file_limits(ref.provider)
    if images and card.images is False:
        return "cannot see images"
    if pdfs and card.pdfs is False:
        return "cannot read PDFs"
    if limits.image and any(_encoded(file) > limits.image for file in images):
        return f"takes images of up to {_megabytes(limits.image)}"
    if limits.together and sum(map(_encoded, (*images, *pdfs))) > limits.together:
        return f"takes files of up to {_megabytes(limits.together)} together"
    return None


def _encoded(file: SizedFile) -> int:
    """Return the file's bytes in Base64, as it is sent."""
    return -(-file.size // 3) * 4


def _megabytes(encoded: int) -> str:
    """Return what a file on disk may have, rounded down, so that one of that size is taken."""
    return f"{encoded * 3 // 4 // 100_000 / 10:.1f} MB"


def surely_reads(types: Sequence[str], card: ModelCard) -> bool:
    """Return whether the model is known to read each of these media types."""
    images = any(kind.startswith("image/") for kind in types)
    return (card.images is True or not images) and (card.pdfs is True or "application/pdf" not in types)


def _settled(
    settings: GenerationSettings, decision: RoutingDecision, slot: Slot, messages: tuple[Message, ...]
) -> ModelRequest:
    return ModelRequest(
        ref=slot.ref,
        messages=messages,
        system=decision.system if settings.system is None else settings.system,
        effort=settings.effort or slot.effort,
        temperature=slot.temperature if settings.temperature is None else settings.temperature,
        max_tokens=settings.max_tokens or slot.max_tokens,
        search=slot.search if settings.search is None else settings.search,
    )


def _public(messages: tuple[Message, ...], kept: int) -> tuple[tuple[Message, ...], int]:
    """Leave out earlier turns that are private; the last messages are the decision's business."""
    earlier = messages[:-kept]
    public = tuple(message for message in earlier if not message.private)
    return (*public, *messages[-kept:]), turns_in(earlier) - turns_in(public)


def _visible(
    messages: tuple[Message, ...], ref: ModelRef, resources: RoutingServices
) -> tuple[tuple[Message, ...], int]:
    """Leave out the files of earlier messages that the model cannot read."""
    hidden = 0
    shown: list[Message] = []
    for message in messages[:-1]:
        files = tuple(file for file in message.attachments if unreadable([file], ref, resources) is None)
        hidden += len(message.attachments) - len(files)
        shown.append(
            message if len(files) == len(message.attachments) else structs.replace(message, attachments=files)
        )
    return (*shown, *messages[-1:]), hidden


def _fitted(
    messages: tuple[Message, ...],
    kept: int,
    request: ModelRequest,
    card: ModelCard,
    resources: RoutingServices,
) -> tuple[tuple[Message, ...], int]:
    most = room(card, request.max_tokens)
    if most is None:
        return messages, 0
    most -= resources.tokens(request.system or "", request.ref)
    if surely_fits(messages, most):
        return messages, 0
    weights = [weight(request.ref, message, resources.tokens) for message in messages]
    start = cut(messages, weights, most, kept)
    return messages[start:], turns_in(messages[:start])
