"""Gemini streamGenerateContent.

Formats: ai.google.dev/api/generate-content (chunks, usageMetadata, groundingMetadata, promptFeedback),
ai.google.dev/gemini-api/docs/troubleshooting (errors), google.rpc.RetryInfo in error details.
"""

from tests.wires.dialect import Frames, sse
from tests.wires.script import Reply, Status, deltas

NAMES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
STOPS = {"end": "STOP", "length": "MAX_TOKENS", "refused": "SAFETY"}


class Google:
    """Speaks the Gemini API."""

    name = "google"
    content_type = "text/event-stream"

    def frames(self, reply: Reply, model: str) -> Frames:
        body: list[bytes] = []
        for count, piece in enumerate(deltas(reply.thinking, reply.piece), 1):
            body.append(self._chunk(reply, model, [{"text": piece, "thought": True}], 0, count))
        thought = len(body)
        for count, piece in enumerate(deltas(reply.text, reply.piece), 1):
            body.append(self._chunk(reply, model, [{"text": piece}], count, thought))
        out = max(0, reply.tokens_out - thought)
        return Frames([], body, [self._chunk(reply, model, [], out, thought, last=True)])

    def _chunk(
        self, reply: Reply, model: str, parts: list[dict[str, object]], out: int, thought: int, *,
        last: bool = False,
    ) -> bytes:  # fmt: skip
        candidate: dict[str, object] = {"content": {"parts": parts or [{"text": ""}], "role": "model"}}
        candidate["index"] = 0
        if last:
            candidate["finishReason"] = STOPS[reply.stop]
            if reply.citations or reply.searches:
                candidate["groundingMetadata"] = {
                    "webSearchQueries": [f"query {number}" for number in range(reply.searches)],
                    "groundingChunks": [
                        {"web": {"uri": url, "title": title}} for url, title in reply.citations
                    ],
                }
        chunk: dict[str, object] = {"candidates": [candidate], "modelVersion": model, "responseId": "wire"}
        if reply.usage:
            usage = {
                "promptTokenCount": reply.input, "candidatesTokenCount": out,
                "thoughtsTokenCount": thought, "totalTokenCount": reply.input + out + thought,
            }  # fmt: skip
            if reply.cache_read:
                usage["cachedContentTokenCount"] = reply.cache_read
            chunk["usageMetadata"] = usage
        return sse(chunk)

    def failure(self, kind: str) -> bytes:
        status = 429 if kind == "rate_limited" else 503
        return sse(self.error(Status(status, "Overloaded")))

    def unknown(self) -> bytes:
        return sse({"mood": "curious", "responseId": "wire"})

    def garbage(self) -> bytes:
        return b'data: {"candidates": [{"conte\n\n'

    def error(self, status: Status) -> dict[str, object]:
        name = status.kind or NAMES.get(status.status, "UNKNOWN")
        error: dict[str, object] = {"code": status.status, "message": status.message, "status": name}
        if status.retry_info:
            kind = "type.googleapis.com/google.rpc.RetryInfo"
            error["details"] = [{"@type": kind, "retryDelay": status.retry_info}]
        return {"error": error}
