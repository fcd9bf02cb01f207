"""A bare Textual chat: what Enter, one HTTP request and painting the first word take at least.

`python -m tests.bench.bare_turn URL` asks Ollama's protocol at the address.
"""

import json
import sys

import httpx
from textual import on
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Static


class BareTurn(App[None]):
    """An input, a scroll view, and a plain text a reply."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._client = httpx.AsyncClient(base_url=url)

    def compose(self) -> ComposeResult:
        """Lay out both."""
        yield VerticalScroll()
        yield Input(placeholder="Ask anything")

    def on_mount(self) -> None:
        """Focus the input."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.input.value = ""
        self.run_worker(self._answer(event.value))

    async def _answer(self, prompt: str) -> None:
        pane = self.query_one(VerticalScroll)
        reply = Static(markup=False)
        await pane.mount(reply)
        pane.anchor()
        body = {"model": "bench", "messages": [{"role": "user", "content": prompt}]}
        text = ""
        async with self._client.stream("POST", "/api/chat", json=body, timeout=60) as answer:
            async for line in answer.aiter_lines():
                text += json.loads(line)["message"]["content"]
                reply.update(text)


if __name__ == "__main__":
    BareTurn(sys.argv[1]).run()
