"""The neutral parts of a request that every protocol writes down in its own way."""

import base64
import re
from itertools import groupby

from mixchat.words.error import BadRequest
from mixchat.words.model import ModelCard
from mixchat.words.request import Attachment, Message, Request

PDF = "application/pdf"


def turns(request: Request) -> tuple[Message, ...]:
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


def check(request: Request, card: ModelCard, *, pdf: bool) -> None:
    """Refuse files that the model is known not to take; `pdf` says whether the protocol can carry PDFs.

    Raises:
        BadRequest: a file cannot be sent.
    """
    files = [file for message in request.messages for file in message.attachments]
    if card.images is False and any(file.is_image for file in files):
        raise BadRequest(f"{request.ref} cannot see images; choose a model that can.", ref=request.ref)
    if (card.pdfs is False or not pdf) and any(file.media_type == PDF for file in files):
        raise BadRequest(f"{request.ref} cannot read PDFs; choose a model that can.", ref=request.ref)
