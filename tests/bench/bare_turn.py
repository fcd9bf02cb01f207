"""A bare Textual chat: what Enter, one HTTP request and painting the first word take at least.

`python -m tests.bench.bare_turn URL` asks Ollama's protocol at the address; with `markdown` after it, the reply is
one of Textual's own `Markdown` widgets, streamed as its documentation does.
"""

import json
import sys
from collections.abc import AsyncIterator

import httpx
from textual import on
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Markdown, Static


class BareTurn(App[None]):
    """An input, a scroll view, and a plain text or a Markdown widget a reply."""

    def __init__(self, url: str, *, markdown: bool) -> None:
        super().__init__()
        self._markdown = markdown
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
        reply = Markdown() if self._markdown else Static(markup=False)
        await pane.mount(reply)
        pane.anchor()
        if isinstance(reply, Markdown):
            stream = Markdown.get_stream(reply)
            async for piece in self._pieces(prompt):
                await stream.write(piece)
            await stream.stop()
        else:
            text = ""
            async for piece in self._pieces(prompt):
                text += piece
                reply.update(text)

    async def _pieces(self, prompt: str) -> AsyncIterator[str]:
        body = {"model": "bench", "messages": [{"role": "user", "content": prompt}]}
        async with self._client.stream("POST", "/api/chat", json=body, timeout=60) as answer:
            async for line in answer.aiter_lines():
                yield json.loads(line)["message"]["content"]


if __name__ == "__main__":
    BareTurn(sys.argv[1], markdown="markdown" in sys.argv[2:]).run()
