"""A turn as OpenAI's clients read it: whole, or in chunks; and errors in OpenAI's shape."""

from typing import Any, Final

import msgspec
from msgspec import Struct

from mixchat.domain.errors import ErrorCode, Failure
from mixchat.domain.turn import Stop
from mixchat.domain.usage import Usage

_STATUS: Final[dict[ErrorCode, int]] = {
    "auth": 502, "no_credit": 502, "unknown_model": 404, "rate_limited": 429, "overloaded": 503, "unreachable": 502,
    "timeout": 504, "too_long": 400, "out_of_tokens": 400, "refused": 400, "bad_request": 400, "interrupted": 502, "budget": 429,
    "secret": 400, "private": 400,
}  # fmt: skip
_CODES: Final[dict[ErrorCode, str]] = {
    "unknown_model": "model_not_found", "rate_limited": "rate_limit_exceeded", "too_long": "context_length_exceeded",
    "refused": "content_filter", "budget": "insufficient_quota",
}  # fmt: skip
_FINISH: Final[dict[Stop, str]] = {
    "end": "stop",
    "length": "length",
    "refused": "content_filter",
    "unknown": "stop",
}


class ReplyHead(Struct, frozen=True):
    """What every piece of an answer repeats."""

    id: str
    created: int
    model: str


def completion(
    head: ReplyHead, text: str, thinking: str, stop: Stop | None, usage: Usage, facts: dict[str, Any]
) -> bytes:
    """Return a whole answer."""
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if thinking:
        message["reasoning_content"] = thinking
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _FINISH[stop or "end"]}
    return msgspec.json.encode(
        {
            "id": head.id,
            "object": "chat.completion",
            "created": head.created,
            "model": head.model,
            "choices": [choice],
            "usage": usage_facts(usage),
            "mixchat": facts,
        }
    )


def chunk(head: ReplyHead, delta: dict[str, Any], stop: Stop | None = None, **more: object) -> bytes:
    """Return one piece of a streamed answer."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": _FINISH[stop] if stop else None}
    return _event({**_chunk_head(head), "choices": [choice], **more})


def usage_chunk(head: ReplyHead, usage: Usage) -> bytes:
    """Return the piece that only tells the usage, which a client asks for with `include_usage`."""
    return _event({**_chunk_head(head), "choices": [], "usage": usage_facts(usage)})


DONE: Final = b"data: [DONE]\n\n"


def usage_facts(usage: Usage) -> dict[str, Any]:
    """Return the counts; one that the provider did not give is zero there, since clients add them up."""
    prompt, reply = usage.input or 0, usage.output or 0
    return {
        "prompt_tokens": prompt,
        "completion_tokens": reply,
        "total_tokens": prompt + reply,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read or 0},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning or 0},
    }


def error_status(code: ErrorCode) -> int:
    """Return the HTTP status for a failure."""
    return _STATUS[code]


def error_body(
    message: str, kind: str, code: str | None = None, param: str | None = None, **more: object
) -> bytes:
    """Return an error in OpenAI's shape."""
    return msgspec.json.encode(
        {"error": {"message": message, "type": kind, "param": param, "code": code, **more}}
    )


def failure_body(failure: Failure, param: str | None = None) -> bytes:
    """Return a failure in OpenAI's shape; `mixchat` has its own name."""
    status = _STATUS[failure.code]
    kinds = {400: "invalid_request_error", 404: "invalid_request_error", 429: "rate_limit_error"}
    kind = "insufficient_quota" if failure.code == "budget" else kinds.get(status, "server_error")
    code = _CODES.get(failure.code, failure.code)
    return error_body(failure.message, kind, code, param, mixchat=failure.code)


def failure_event(failure: Failure) -> bytes:
    """Return a failure in the middle of a stream."""
    return b"data: " + failure_body(failure) + b"\n\n"


def _chunk_head(head: ReplyHead) -> dict[str, Any]:
    return {"id": head.id, "object": "chat.completion.chunk", "created": head.created, "model": head.model}


def _event(value: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"
