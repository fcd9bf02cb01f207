"""Anthropic Messages.

Formats: platform.claude.com/docs/en/api/messages-streaming (events), /en/api/errors (error bodies),
/en/docs/agents-and-tools/tool-use/web-search-tool (citations and server_tool_use), and the types of
the package `anthropic` 2.12 for `output_tokens_details` and `cache_creation`.
"""

from tests.wires.dialect import Frames, sse
from tests.wires.script import Reply, Status, deltas

KINDS = {
    400: "invalid_request_error", 401: "authentication_error", 402: "billing_error",
    403: "permission_error", 404: "not_found_error", 413: "request_too_large",
    429: "rate_limit_error", 504: "timeout_error", 529: "overloaded_error",
}  # fmt: skip
STOPS = {"end": "end_turn", "length": "max_tokens", "refused": "refusal"}


class Anthropic:
    """Speaks Messages."""

    name = "anthropic"
    content_type = "text/event-stream; charset=utf-8"

    def frames(self, reply: Reply, model: str) -> Frames:
        nothing: dict[str, object] = {"input_tokens": 0, "output_tokens": 0}
        usage = self._usage(reply) if reply.usage else nothing
        message = {
            "id": "msg_01Wire", "type": "message", "role": "assistant", "model": model, "content": [],
            "stop_reason": None, "stop_sequence": None, "usage": usage | {"output_tokens": 1},
        }  # fmt: skip
        head = [sse({"type": "message_start", "message": message}, "message_start")]
        head.append(sse({"type": "ping"}, "ping"))
        body: list[bytes] = []
        index = 0
        if reply.thinking:
            body += self._block(index, {"type": "thinking", "thinking": "", "signature": ""}, [
                {"type": "thinking_delta", "thinking": piece} for piece in deltas(reply.thinking, reply.piece)
            ], {"type": "signature_delta", "signature": "c2ln"})  # fmt: skip
            index += 1
        text = [{"type": "text_delta", "text": piece} for piece in deltas(reply.text, reply.piece)]
        if text:
            body += self._block(index, {"type": "text", "text": ""}, text, None)
            index += 1
        for url, title in reply.citations:
            citation = {
                "type": "web_search_result_location", "url": url, "title": title,
                "cited_text": "...", "encrypted_index": "ZW5j",
            }  # fmt: skip
            body[-1] += self._event("content_block_delta", index=index - 1, delta={
                "type": "citations_delta", "citation": citation})  # fmt: skip
        return Frames(head, body, self._tail(reply, usage, index - 1))

    def _block(
        self, index: int, block: dict[str, object], pieces: list[dict[str, str]], last: object
    ) -> list[bytes]:
        frames = [self._event("content_block_delta", index=index, delta=piece) for piece in pieces]
        start = self._event("content_block_start", index=index, content_block=block)
        frames[0] = start + frames[0]
        if last is not None:
            frames[-1] += self._event("content_block_delta", index=index, delta=last)
            frames[-1] += self._event("content_block_stop", index=index)
        return frames

    def _tail(self, reply: Reply, usage: dict[str, object], index: int) -> list[bytes]:
        done = {"stop_reason": STOPS[reply.stop], "stop_sequence": None}
        told: dict[str, object] = {"output_tokens": 0}
        if reply.usage:
            thought = len(deltas(reply.thinking, reply.piece))
            told = usage | {
                "output_tokens": reply.tokens_out, "output_tokens_details": {"thinking_tokens": thought},
            }  # fmt: skip
        if reply.searches:
            told["server_tool_use"] = {"web_search_requests": reply.searches, "web_fetch_requests": 0}
        stop = self._event("content_block_stop", index=index) if index >= 0 else b""
        return [
            stop + self._event("message_delta", delta=done, usage=told) + self._event("message_stop"),
        ]

    @staticmethod
    def _usage(reply: Reply) -> dict[str, object]:
        short = reply.cache_write - reply.cache_write_long
        return {
            "input_tokens": reply.input - reply.cache_read - reply.cache_write,
            "cache_read_input_tokens": reply.cache_read,
            "cache_creation_input_tokens": reply.cache_write,
            "cache_creation": {
                "ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": reply.cache_write_long,
            },
            "service_tier": "standard",
        }  # fmt: skip

    @staticmethod
    def _event(kind: str, **fields: object) -> bytes:
        return sse({"type": kind, **fields}, kind)

    def failure(self, kind: str) -> bytes:
        name = {"rate_limited": "rate_limit_error"}.get(kind, "overloaded_error")
        return sse({"type": "error", "error": {"type": name, "message": "Overloaded"}}, "error")

    def unknown(self) -> bytes:
        return self._event("content_block_mood", index=0, mood="curious")

    def garbage(self) -> bytes:
        return b'event: content_block_delta\ndata: {"type": "content_bl\n\n'

    def error(self, status: Status) -> dict[str, object]:
        kind = status.kind or KINDS.get(status.status, "api_error")
        error = {"type": kind, "message": status.message}
        return {"type": "error", "error": error, "request_id": "req_wire"}
