"""One answer to a client of the API: the router's events become a body, and a client that leaves ends the call."""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import aclosing
from typing import Any, Final

from msgspec import structs

from mixchat.domain.chat_request import ChatRequest, RoutingInput
from mixchat.domain.decision import RoutingDecision
from mixchat.domain.errors import ErrorCode, Failure, ProviderError
from mixchat.domain.events import AttemptStarted, RouterEvent, StreamEnd, TextDelta, ThinkingDelta
from mixchat.domain.router import Router, Run
from mixchat.domain.turn import Step, Stop
from mixchat.domain.usage import Usage
from mixchat.ledger.money import cost_facts
from mixchat.server.openai_reply import (
    DONE,
    ReplyHead,
    chunk,
    completion,
    error_status,
    failure_body,
    failure_event,
    usage_chunk,
)
from mixchat.server.openai_request import CompletionPrompt

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_FINAL: Final[frozenset[ErrorCode]] = frozenset({"auth", "no_credit", "budget", "interrupted"})
"""Failures that another try a moment later would meet again, or pay for twice."""


class Answer:
    """Answers one request as an ASGI application of its own.

    Args:
        router: who decides and sees the turn through.
        question: what is asked.
        chat_request: what is sent.
        asked: how the client wants it.
    """

    def __init__(
        self, router: Router, question: RoutingInput, chat_request: ChatRequest, asked: CompletionPrompt
    ) -> None:
        self._router = router
        self._question = question
        self._chat_request = chat_request
        self._asked = asked
        self._head = ReplyHead(f"chatcmpl-{uuid.uuid4().hex}", int(time.time()), asked.request.model)
        self._decision: RoutingDecision | None = None
        self._run: Run | None = None
        self._failure: Failure | None = None
        self._step: Step = "answer"
        self._stop: Stop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer; stop as soon as nobody waits for it."""
        answering = asyncio.create_task(self._send(send))
        watching = asyncio.create_task(_disconnected(receive))
        try:
            await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watching.cancel()
            if not answering.done():
                answering.cancel()
            await asyncio.gather(watching, answering, return_exceptions=True)
        if not answering.cancelled() and (error := answering.exception()) is not None:
            raise error

    async def _send(self, send: Send) -> None:
        if self._asked.request.stream:
            await self._stream(send)
        else:
            await self._whole(send)

    async def _whole(self, send: Send) -> None:
        text: list[str] = []
        thinking: list[str] = []
        async with aclosing(self._events()) as events:
            async for event in events:
                match event:
                    case TextDelta(piece):
                        (text if self._step != "plan" else thinking).append(piece)
                    case ThinkingDelta(piece):
                        thinking.append(piece)
                    case _:
                        pass
        if self._failure is not None:
            await self._refuse(send, self._failure)
            return
        body = completion(
            self._head, "".join(text), "".join(thinking), self._stop, self._usage(), self._facts()
        )
        await _start(send, 200, "application/json")
        await send({"type": "http.response.body", "body": body})

    async def _stream(self, send: Send) -> None:
        """Send pieces as they come. What fails before the first is an HTTP error, later it is told in the stream."""
        started = False
        async with aclosing(self._events()) as events:
            async for event in events:
                delta = self._delta(event)
                if delta is None:
                    continue
                if not started:
                    started = True
                    await _start(send, 200, "text/event-stream; charset=utf-8")
                    await _more(send, chunk(self._head, {"role": "assistant", "content": ""}))
                await _more(send, chunk(self._head, delta))
        if self._failure is not None and not started:
            await self._refuse(send, self._failure)
            return
        if not started:
            await _start(send, 200, "text/event-stream; charset=utf-8")
        await send({"type": "http.response.body", "body": self._end()})

    def _delta(self, event: RouterEvent) -> dict[str, Any] | None:
        match event:
            case TextDelta(piece) if piece:
                return {"reasoning_content" if self._step == "plan" else "content": piece}
            case ThinkingDelta(piece) if piece:
                return {"reasoning_content": piece}
            case _:
                return None

    def _end(self) -> bytes:
        if self._failure is not None:
            return failure_event(self._failure) + DONE
        last = chunk(self._head, {}, self._stop or "end", mixchat=self._facts())
        options = self._asked.request.stream_options
        told = usage_chunk(self._head, self._usage()) if options and options.include_usage else b""
        return last + told + DONE

    async def _events(self) -> AsyncGenerator[RouterEvent]:
        """Yield what the router says, remembering who answers and how it ended."""
        try:
            self._decision = await self._router.decide(self._question)
        except ProviderError as error:
            self._failure = error.failure
            return
        self._run = self._router.run(self._chat_request, self._decision)
        async with aclosing(self._run.events()) as events:
            async for event in events:
                match event:
                    case AttemptStarted(slot, _, step):
                        self._step = step
                        self._head = structs.replace(self._head, model=str(slot.ref))
                    case StreamEnd(stop):
                        self._stop = stop
                    case _:
                        pass
                yield event
        self._failure = self._run.failure

    def _usage(self) -> Usage:
        return sum((attempt.usage for attempt in self._run.attempts), Usage()) if self._run else Usage()

    def _facts(self) -> dict[str, Any]:
        """Return what OpenAI's shape has no place for."""
        run, decision = self._run, self._decision
        attempts = list(run.attempts) if run else []
        facts: dict[str, Any] = {
            "role": decision.role if decision else None,
            "why": decision.why if decision else None,
            "attempts": [
                {
                    "model": str(attempt.ref),
                    "step": attempt.step,
                    "error": attempt.failure.code if attempt.failure else None,
                }
                for attempt in attempts
            ],
        }
        if run is not None:
            facts |= cost_facts(sum((attempt.cost for attempt in attempts), run.extra))
        if self._asked.ignored:
            facts["ignored"] = self._asked.ignored
        return facts

    async def _refuse(self, send: Send, failure: Failure) -> None:
        headers = {"retry-after": str(round(failure.retry_after))} if failure.retry_after else {}
        if failure.code in _FINAL:
            headers["x-should-retry"] = "false"
        await _start(send, error_status(failure.code), "application/json", headers)
        await send({"type": "http.response.body", "body": failure_body(failure)})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(send: Send, status: int, content_type: str, headers: dict[str, str] | None = None) -> None:
    named = {"content-type": content_type, "cache-control": "no-store", **(headers or {})}
    raw = [(name.encode(), value.encode()) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def _more(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
