"""A request as OpenAI's clients send it, and what the router is asked for it."""

import base64
import binascii
from typing import Any, Final, cast, get_args

import msgspec
from msgspec import Struct

from mixchat.chat.pictures import what_is_wrong
from mixchat.domain.chat_request import GenerationSettings
from mixchat.domain.errors import BadRequest
from mixchat.domain.model import Effort
from mixchat.domain.request import Attachment, MediaType, Message

_MOST_FILE: Final = 20_000_000
_ROLES: Final = ("system", "developer", "user", "assistant")
IGNORED: Final = (
    "top_p", "frequency_penalty", "presence_penalty", "logit_bias", "seed", "service_tier", "verbosity", "prompt_cache_key",
)  # fmt: skip
"""What may change a reply a little and is not passed on; the answer says so."""


class StreamOptions(Struct, frozen=True):
    """How a stream is wanted."""

    include_usage: bool = False


class CompletionRequest(Struct, frozen=True):
    """The part of a request that is understood; whatever else is in it is in `rest`."""

    model: str
    messages: list[dict[str, Any]]
    stream: bool = False
    stream_options: StreamOptions | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    reasoning_effort: Effort | None = None
    n: int | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    stop: str | list[str] | None = None
    logprobs: bool | None = None
    modalities: list[str] | None = None
    response_format: dict[str, Any] | None = None


class CompletionPrompt(Struct, frozen=True):
    """What a request asks."""

    request: CompletionRequest
    messages: tuple[Message, ...]
    settings: GenerationSettings
    ignored: tuple[str, ...]


class UnsupportedError(BadRequest):
    """The request wants something that is not to be had here."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


def read_request(body: bytes) -> CompletionPrompt:
    """Return what the body asks.

    Raises:
        UnsupportedError: it makes no sense, or wants what is not to be had here; the message says what.
    """
    try:
        request = msgspec.json.decode(body, type=CompletionRequest)
        names = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnsupportedError(f"The request is not a chat completion: {error}.") from None
    _refuse(request)
    system, messages = _conversation(request.messages)
    settings = GenerationSettings(
        system="\n\n".join(system) or None,
        effort=request.reasoning_effort,
        temperature=request.temperature,
        max_tokens=request.max_completion_tokens or request.max_tokens,
    )
    return CompletionPrompt(request, messages, settings, tuple(name for name in IGNORED if name in names))


def _refuse(request: CompletionRequest) -> None:
    """Say no to what would change the meaning of the answer if it were left out."""
    wanted = {
        "n": (request.n or 1) > 1,
        "tools": bool(request.tools),
        "functions": bool(request.functions),
        "stop": bool(request.stop),
        "logprobs": bool(request.logprobs),
        "modalities": any(kind != "text" for kind in request.modalities or ()),
        "response_format": (request.response_format or {}).get("type", "text") != "text",
    }
    for name, used in wanted.items():
        if used:
            raise UnsupportedError(f"{name} cannot be used with mixchat: leave it out.", name)
    if any(count is not None and count <= 0 for count in (request.max_tokens, request.max_completion_tokens)):
        raise UnsupportedError("max_tokens must be above zero.", "max_tokens")
    if request.temperature is not None and not 0 <= request.temperature <= 2:
        raise UnsupportedError("temperature must be from 0 to 2.", "temperature")


def _conversation(said: list[dict[str, Any]]) -> tuple[list[str], tuple[Message, ...]]:
    """Return the system prompts and the messages; the last is the person's, and two of one side are one."""
    system: list[str] = []
    messages: list[Message] = []
    for number, entry in enumerate(said):
        role = entry.get("role")
        if role not in _ROLES:
            raise UnsupportedError(f"messages[{number}].role must be one of {', '.join(_ROLES)}.", "messages")
        text, files = _content(entry.get("content"), f"messages[{number}].content")
        if role in ("system", "developer"):
            system.append(text)
            continue
        side = "user" if role == "user" else "assistant"
        if messages and messages[-1].role == side:
            before = messages.pop()
            text, files = f"{before.text}\n\n{text}", (*before.attachments, *files)
        messages.append(Message(side, text, files, given=side == "assistant"))
    if (
        not messages
        or messages[-1].role != "user"
        or not (messages[-1].text.strip() or messages[-1].attachments)
    ):
        raise UnsupportedError("The last message must be a user's, with something in it.", "messages")
    return system, tuple(messages)


def _content(content: object, place: str) -> tuple[str, tuple[Attachment, ...]]:
    if content is None or isinstance(content, str):
        return content or "", ()
    texts: list[str] = []
    files: list[Attachment] = []
    for part in cast("list[object]", content) if isinstance(content, list) else [None]:
        fields = cast("dict[str, Any]", part) if isinstance(part, dict) else {}
        match fields.get("type"):
            case "text" | "input_text":
                texts.append(str(fields.get("text") or ""))
            case "image_url":
                image = fields.get("image_url")
                url = cast("dict[str, Any]", image).get("url") if isinstance(image, dict) else image
                files.append(_file(str(url), "image", place))
            case "file":
                file = fields.get("file")
                facts = cast("dict[str, Any]", file) if isinstance(file, dict) else {}
                files.append(_file(str(facts.get("file_data")), str(facts.get("filename") or "file"), place))
            case _:
                raise UnsupportedError(
                    f"{place} must be text, or a list of text, image_url and file parts.", "messages"
                )
    return "\n\n".join(texts), tuple(files)


def _file(url: str, name: str, place: str) -> Attachment:
    """Return a file that is in the request itself; nothing is fetched from anywhere."""
    head, _, data = url.partition(",")
    kind = head.removeprefix("data:").removesuffix(";base64")
    if not head.startswith("data:") or not head.endswith(";base64"):
        raise UnsupportedError(
            f"{place}: send files as data: URLs in Base64; mixchat fetches none.", "messages"
        )
    if kind not in get_args(MediaType):
        raise UnsupportedError(
            f"{place}: {kind} cannot be attached; {', '.join(get_args(MediaType))} can.", "messages"
        )
    try:
        content = base64.b64decode(data, validate=True)
    except (ValueError, binascii.Error):
        raise UnsupportedError(f"{place}: the file is not Base64.", "messages") from None
    if len(content) > _MOST_FILE:
        raise UnsupportedError(f"{place}: a file may have {_MOST_FILE // 1_000_000} MB.", "messages")
    media_type = cast("MediaType", kind)
    if (wrong := what_is_wrong(media_type, content)) is not None:
        raise UnsupportedError(f"{place}: the {kind} {wrong}.", "messages")
    return Attachment(name, media_type, content)
