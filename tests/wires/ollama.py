"""Ollama's native /api/chat.

Formats: github.com/ollama/ollama, docs/api.md (chunks, durations, tags, show) and api/types.go
(`thinking`, `capabilities`; counts are left out when they are zero).
"""

import json

from tests.wires.dialect import Frames
from tests.wires.script import Reply, Status, deltas

STOPS = {"end": "stop", "length": "length", "refused": "stop"}


class Ollama:
    """Speaks one JSON object a line."""

    name = "ollama"
    content_type = "application/x-ndjson"

    def frames(self, reply: Reply, model: str) -> Frames:
        body = [
            self._line(model, {"content": "", "thinking": piece})
            for piece in deltas(reply.thinking, reply.piece)
        ]
        body += [self._line(model, {"content": piece}) for piece in deltas(reply.text, reply.piece)]
        done: dict[str, object] = {"done": True, "done_reason": STOPS[reply.stop], "total_duration": 10**9}
        if reply.usage:
            done |= {"prompt_eval_count": reply.input, "eval_count": reply.tokens_out}
            done |= {"eval_duration": 10**9, "load_duration": 10**6}
        return Frames([], body, [self._line(model, {"content": ""}, **done)])

    @staticmethod
    def _line(model: str, message: dict[str, str], **fields: object) -> bytes:
        line = {
            "model": model, "created_at": "2026-11-23T12:00:00Z",
            "message": {"role": "assistant", **message}, "done": False, **fields,
        }  # fmt: skip
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"

    def failure(self, kind: str) -> bytes:
        return json.dumps({"error": "an error was encountered while running the model"}).encode() + b"\n"

    def unknown(self) -> bytes:
        return b'{"mood": "curious"}\n'

    def garbage(self) -> bytes:
        return b'{"model": "m", "mess\n'

    def error(self, status: Status) -> dict[str, object]:
        return {"error": status.message}
