"""OpenAI Chat Completions and what compatible servers add to it.

Formats: platform.openai.com/docs/api-reference/chat-streaming, /docs/guides/error-codes;
`reasoning_content` as in api-docs.deepseek.com/guides/reasoning_model; `usage.cost` and annotations as
in openrouter.ai/docs (usage accounting, web search); the `: comment` lines as OpenRouter sends them.
"""

from tests.wires.dialect import Frames, sse
from tests.wires.script import Reply, Status, deltas

CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
STOPS = {"end": "stop", "length": "length", "refused": "content_filter"}


def error_body(status: Status) -> dict[str, object]:
    """Return the JSON of an error as OpenAI writes it."""
    code = status.kind or CODES.get(status.status)
    kind = "invalid_request_error" if status.status < 500 else "server_error"
    return {"error": {"message": status.message, "type": kind, "param": status.param, "code": code}}


class Chat:
    """Speaks Chat Completions."""

    name = "chat"
    content_type = "text/event-stream; charset=utf-8"

    def frames(self, reply: Reply, model: str) -> Frames:
        head = [b": WIRE PROCESSING\n\n", self._chunk(model, {"role": "assistant", "content": ""})]
        body = [
            self._chunk(model, {"reasoning_content": piece}) for piece in deltas(reply.thinking, reply.piece)
        ]
        body += [self._chunk(model, {"content": piece}) for piece in deltas(reply.text, reply.piece)]
        for url, title in reply.citations:
            note = {"type": "url_citation", "url_citation": {"url": url, "title": title}}
            body[-1] += self._chunk(model, {"annotations": [note]})
        tail = [self._chunk(model, {}, STOPS[reply.stop])]
        if reply.usage:
            tail.append(sse(self._envelope(model) | {"choices": [], "usage": self._usage(reply)}))
        if reply.ending != "unmarked":
            tail.append(b"data: [DONE]\n\n")
        return Frames(head, body, tail)

    def _chunk(self, model: str, delta: dict[str, object], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return sse(self._envelope(model) | {"choices": [choice]})

    @staticmethod
    def _envelope(model: str) -> dict[str, object]:
        return {"id": "chatcmpl-wire", "object": "chat.completion.chunk", "created": 1, "model": model}

    @staticmethod
    def _usage(reply: Reply) -> dict[str, object]:
        usage: dict[str, object] = {
            "prompt_tokens": reply.input,
            "completion_tokens": reply.tokens_out,
            "total_tokens": reply.input + reply.tokens_out,
            "prompt_tokens_details": {
                "cached_tokens": reply.cache_read, "cache_write_tokens": reply.cache_write,
            },
            "completion_tokens_details": {"reasoning_tokens": len(deltas(reply.thinking, reply.piece))},
        }  # fmt: skip
        if reply.searches:
            usage["server_tool_use"] = {"web_search_requests": reply.searches}
        return usage | ({} if reply.billed is None else {"cost": reply.billed})

    def failure(self, kind: str) -> bytes:
        code = {"rate_limited": 429}.get(kind, 503)
        return sse({"error": {"message": "Overloaded", "type": "server_error", "code": code}})

    def unknown(self) -> bytes:
        return sse({"id": "x", "object": "chat.mood", "choices": [], "mood": "curious"})

    def garbage(self) -> bytes:
        return b'data: {"id": "chatcmpl-wire", "choi\n\n'

    def error(self, status: Status) -> dict[str, object]:
        return error_body(status)
