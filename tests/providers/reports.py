"""What servers were reported to send, as bytes, in the words of each protocol that streams.

Each function returns a piece of a stream; a report is put together from them in `test_reports.py`.
"""

import json
from typing import Any, Protocol

from tests.wires.dialect import Json


class Speech(Protocol):
    """One protocol's pieces."""

    kind: str
    content_type: str

    def text(self, piece: str, finish: str | None = None) -> str: ...

    def finish(self, reason: str) -> str: ...

    def usage(self, read: int, written: int, **more: Json) -> str: ...

    def mark(self) -> str: ...

    def error(self, value: Json) -> str: ...

    def whole(self, text: str) -> Json: ...


def data(value: Json) -> str:
    return f"data: {json.dumps(value)}\n\n"


def event(name: str, value: Json) -> str:
    return f"event: {name}\ndata: {json.dumps({'type': name, **value})}\n\n"


class Chat:
    """Chat Completions."""

    kind = "chat"
    content_type = "text/event-stream"

    def text(self, piece: str, finish: str | None = None) -> str:
        return data(
            {"id": "c", "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": finish}]}
        )

    def finish(self, reason: str) -> str:
        return data({"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})

    def usage(self, read: int, written: int, **more: Json) -> str:
        return data(
            {"id": "c", "choices": [], "usage": {"prompt_tokens": read, "completion_tokens": written, **more}}
        )

    def mark(self) -> str:
        return "data: [DONE]\n\n"

    def error(self, value: Json) -> str:
        return data(value)

    def whole(self, text: str) -> Json:
        return {
            "id": "c", "object": "chat.completion", "choices": [
                {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3},
        }  # fmt: skip


class Responses:
    """OpenAI Responses."""

    kind = "responses"
    content_type = "text/event-stream"

    def text(self, piece: str, finish: str | None = None) -> str:
        return event("response.output_text.delta", {"delta": piece})

    def finish(self, reason: str) -> str:
        if reason == "stop":
            return event("response.completed", {"response": {"status": "completed"}})
        return event(
            "response.incomplete",
            {"response": {"status": "incomplete", "incomplete_details": {"reason": reason}}},
        )

    def usage(self, read: int, written: int, **more: Json) -> str:
        used = {"input_tokens": read, "output_tokens": written, **more}
        return event("response.completed", {"response": {"status": "completed", "usage": used}})

    def mark(self) -> str:
        return "data: [DONE]\n\n"

    def error(self, value: Json) -> str:
        return data(value)

    def whole(self, text: str) -> Json:
        parts = [{"type": "output_text", "text": text, "annotations": []}]
        return {
            "id": "r", "object": "response", "status": "completed", "output": [{"type": "message", "content": parts}],
            "usage": {"input_tokens": 7, "output_tokens": 3},
        }  # fmt: skip


class Anthropic:
    """Messages."""

    kind = "anthropic"
    content_type = "text/event-stream"

    def text(self, piece: str, finish: str | None = None) -> str:
        return event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": piece}})

    def finish(self, reason: str) -> str:
        reason = {"stop": "end_turn"}.get(reason, reason)
        return event("message_delta", {"delta": {"stop_reason": reason}, "usage": {}})

    def usage(self, read: int, written: int, **more: Json) -> str:
        used = {"input_tokens": read, "output_tokens": written, **more}
        return event("message_delta", {"delta": {"stop_reason": None}, "usage": used})

    def mark(self) -> str:
        return event("message_stop", {})

    def error(self, value: Json) -> str:
        return data(value)

    def whole(self, text: str) -> Json:
        return {
            "id": "m", "type": "message", "role": "assistant", "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn", "usage": {"input_tokens": 7, "output_tokens": 3},
        }  # fmt: skip


class Google:
    """Gemini."""

    kind = "google"
    content_type = "text/event-stream"

    def text(self, piece: str, finish: str | None = None) -> str:
        candidate: dict[str, Any] = {"content": {"parts": [{"text": piece}], "role": "model"}}
        if finish:
            candidate["finishReason"] = finish
        return data({"candidates": [candidate]})

    def finish(self, reason: str) -> str:
        reason = {"stop": "STOP"}.get(reason, reason)
        return data({"candidates": [{"content": {"parts": [{"text": ""}]}, "finishReason": reason}]})

    def usage(self, read: int, written: int, **more: Json) -> str:
        return data({"usageMetadata": {"promptTokenCount": read, "candidatesTokenCount": written, **more}})

    def mark(self) -> str:
        return ""

    def error(self, value: Json) -> str:
        return data(value)

    def whole(self, text: str) -> Json:
        return [
            {"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}],
             "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3}}
        ]  # fmt: skip


class Ollama:
    """One JSON object a line."""

    kind = "ollama"
    content_type = "application/x-ndjson"

    def text(self, piece: str, finish: str | None = None) -> str:
        return json.dumps({"message": {"content": piece}, "done": False}) + "\n"

    def finish(self, reason: str) -> str:
        return json.dumps({"message": {"content": ""}, "done": True, "done_reason": reason}) + "\n"

    def usage(self, read: int, written: int, **more: Json) -> str:
        counts = {"prompt_eval_count": read, "eval_count": written, **more}
        return json.dumps({"message": {"content": ""}, "done": True, "done_reason": "stop", **counts}) + "\n"

    def mark(self) -> str:
        return ""

    def error(self, value: Json) -> str:
        return json.dumps(value) + "\n"

    def whole(self, text: str) -> Json:
        return {
            "message": {"content": text},
            "done": True,
            "done_reason": "stop",
            "prompt_eval_count": 7,
            "eval_count": 3,
        }


SPEECHES: dict[str, Speech] = {
    speech.kind: speech for speech in (Chat(), Responses(), Anthropic(), Google(), Ollama())
}
