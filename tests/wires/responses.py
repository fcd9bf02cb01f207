"""OpenAI Responses.

Formats: platform.openai.com/docs/api-reference/responses-streaming (events), /docs/guides/error-codes,
and the types of the package `openai` 3.54 for `tool_usage` and `cache_write_tokens`.
"""

from tests.wires.chat import error_body
from tests.wires.dialect import Frames, sse
from tests.wires.script import Reply, Status, deltas


class Responses:
    """Speaks Responses."""

    name = "responses"
    content_type = "text/event-stream; charset=utf-8"

    def frames(self, reply: Reply, model: str) -> Frames:
        blank = self._response(model, "in_progress")
        head = [self._event("response.created", response=blank)]
        head.append(self._event("response.in_progress", response=blank))
        spot = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
        body = [
            self._event("response.reasoning_summary_text.delta", delta=piece, item_id="rs_1",
                        output_index=0, summary_index=0)
            for piece in deltas(reply.thinking, reply.piece)
        ]  # fmt: skip
        body += [
            self._event("response.output_text.delta", delta=piece, logprobs=[], **spot)
            for piece in deltas(reply.text, reply.piece)
        ]
        for number, (url, title) in enumerate(reply.citations):
            note = {"type": "url_citation", "url": url, "title": title, "start_index": 0, "end_index": 5}
            body[-1] += self._event(
                "response.output_text.annotation.added", annotation=note, annotation_index=number, **spot
            )
        return Frames(head, body, self._tail(reply, model))

    def _tail(self, reply: Reply, model: str) -> list[bytes]:
        status = "completed" if reply.stop == "end" else "incomplete"
        done = self._response(model, status)
        if reply.stop != "end":
            why = {"length": "max_output_tokens", "refused": "content_filter"}[reply.stop]
            done["incomplete_details"] = {"reason": why}
        if reply.usage:
            done["usage"] = {
                "input_tokens": reply.input,
                "input_tokens_details": {
                    "cached_tokens": reply.cache_read, "cache_write_tokens": reply.cache_write,
                },
                "output_tokens": reply.tokens_out,
                "output_tokens_details": {"reasoning_tokens": len(deltas(reply.thinking, reply.piece))},
                "total_tokens": reply.input + reply.tokens_out,
            }  # fmt: skip
        if reply.searches:
            done["tool_usage"] = {"web_search": {"num_requests": reply.searches}}
        return [self._event(f"response.{status}", response=done)]

    @staticmethod
    def _response(model: str, status: str) -> dict[str, object]:
        return {
            "id": "resp_wire", "object": "response", "created_at": 1_790_000_000, "model": model,
            "status": status, "output": [], "parallel_tool_calls": True, "tool_choice": "auto",
            "tools": [], "error": None, "incomplete_details": None, "service_tier": "default",
        }  # fmt: skip

    @staticmethod
    def _event(kind: str, **fields: object) -> bytes:
        return sse({"type": kind, "sequence_number": 0, **fields}, kind)

    def failure(self, kind: str) -> bytes:
        code = {"rate_limited": "rate_limit_exceeded"}.get(kind, "server_error")
        failed = self._response("m", "failed") | {"error": {"code": code, "message": "Overloaded"}}
        return self._event("response.failed", response=failed)

    def unknown(self) -> bytes:
        return self._event("response.mood.delta", delta="curious")

    def garbage(self) -> bytes:
        return b'event: response.output_text.delta\ndata: {"type": "respo\n\n'

    def error(self, status: Status) -> dict[str, object]:
        return error_body(status)
