"""The OpenAI-compatible API: the router as a server that any client of OpenAI can talk to."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from mixchat.domain.chat_request import ChatRequest, Pin, RoutingInput
from mixchat.domain.errors import UnknownModel
from mixchat.domain.role import FALLBACK
from mixchat.domain.turn import FileRef
from mixchat.server.access import bearer, is_own_host, is_own_origin, is_token
from mixchat.server.openai_answer import Answer, Receive, Scope, Send
from mixchat.server.openai_reply import error_body, error_status, failure_body
from mixchat.server.openai_request import CompletionPrompt, UnsupportedError, read_request

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

OWN: Final = "mixchat/"
AUTO: Final = "auto"
_MOST_BODY: Final = 64_000_000
"""Bytes of a request: what a model's window and a few pictures take."""
_HISTORY: Final = 8
"""Earlier prompts that the classifier is shown."""


class OpenAiApi:
    """Answers with the models of one stack. Every call is counted in the ledger; no chat is kept."""

    def __init__(self, runtime: "Runtime", token: str, port: int) -> None:
        self._runtime = runtime
        self._token = token
        self._port = port
        self._running: set[asyncio.Task[None]] = set()
        self._app = Starlette(
            routes=[
                Route("/v1/models", self._models),
                Route("/v1/models/{name:path}", self._model),
                Route("/v1/chat/completions", self._complete, methods=["POST"]),
            ],
            exception_handlers={404: _no_such_page, 405: _no_such_page},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request if it may be answered."""
        if scope["type"] != "http":
            return
        refusal = self._refusal(Request(scope))
        answering = asyncio.create_task((refusal or self._app)(scope, receive, send))
        self._running.add(answering)
        answering.add_done_callback(self._running.discard)
        try:
            await answering
        finally:
            answering.cancel()

    async def finish(self) -> None:
        """Stop the replies that are under way; what they had cost is counted when this returns."""
        running = tuple(self._running)
        for answering in running:
            answering.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _refusal(self, request: Request) -> Response | None:
        """Return why the request is not answered, if it is not."""
        headers = request.headers
        if not is_own_host(headers.get("host"), self._port) or not is_own_origin(
            headers.get("origin"), self._port
        ):
            return _json(
                error_body(
                    "Only programs on this machine are answered, no web pages.", "forbidden", "forbidden"
                ),
                403,
            )
        if not is_token(bearer(headers.get("authorization")), self._token):
            said = "The token is missing or wrong: send the one that `mixchat serve --api` printed as the API key."
            body = error_body(said, "invalid_request_error", "invalid_api_key")
            return _json(body, 401, {"www-authenticate": "Bearer"})
        return None

    async def _models(self, _: Request) -> Response:
        import msgspec

        return _json(msgspec.json.encode({"object": "list", "data": self._listed()}), 200)

    async def _model(self, request: Request) -> Response:
        import msgspec

        name = request.path_params["name"]
        found = next((entry for entry in self._listed() if entry["id"] == name), None)
        if found is None:
            return _failed(UnknownModel(f"There is no model {name}."))
        return _json(msgspec.json.encode(found), 200)

    def _listed(self) -> list[dict[str, Any]]:
        stack = self._runtime.routing.stack
        roles = [role for role in stack.roles if role != FALLBACK]
        names = [(f"{OWN}{name}", "mixchat") for name in (AUTO, *roles)]
        names += [(str(ref), ref.provider) for ref in stack.models()]
        return [{"id": name, "object": "model", "created": 0, "owned_by": owner} for name, owner in names]

    async def _complete(self, request: Request) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        try:
            asked = read_request(await _body(request))
            pin = self._pin(asked.request.model)
        except (UnsupportedError, UnknownModel) as error:
            return _failed(error)
        except ClientDisconnect:
            return Response(status_code=400)
        return Answer(self._runtime.routing.router, self._question(asked, pin), _chat_request(asked), asked)

    def _pin(self, name: str) -> Pin | None:
        """Return what a client's `model` pins; `None`: the router decides."""
        if name.removeprefix(OWN) == AUTO:
            return None
        pin = self._runtime.routing.resolve_name(name.removeprefix(OWN))
        if pin is None or (name.startswith(OWN) and pin.role is None):
            raise UnknownModel(self._runtime.routing.unknown_name_message(name.removeprefix(OWN)))
        return pin

    def _question(self, asked: CompletionPrompt, pin: Pin | None) -> RoutingInput:
        *earlier, last = asked.messages
        files = tuple(FileRef(file.name, file.media_type, len(file.data)) for file in last.attachments)
        history = tuple(message.text for message in earlier if message.role == "user")[-_HISTORY:]
        return RoutingInput(
            prompt=last.text,
            history=history,
            files=files,
            pin=pin,
            private=self._runtime.settings.config.private,
        )


def _chat_request(asked: CompletionPrompt) -> ChatRequest:
    return ChatRequest(messages=asked.messages, settings=asked.settings, turn=uuid.uuid4().hex[:16])


async def _body(request: Request) -> bytes:
    """Return the body, read no further than any model could take.

    Raises:
        UnsupportedError: it is larger.
    """
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > _MOST_BODY:
            raise UnsupportedError(f"The request is larger than {_MOST_BODY // 1_000_000} MB.")
        pieces.append(piece)
    return b"".join(pieces)


def _failed(error: UnsupportedError | UnknownModel) -> Response:
    param = error.param if isinstance(error, UnsupportedError) else "model"
    return _json(failure_body(error.failure, param), error_status(error.code))


async def _no_such_page(request: Request, _: Exception) -> Response:
    said = f"There is no {request.method} {request.url.path} here; mixchat answers /v1/chat/completions and /v1/models."
    return _json(error_body(said, "invalid_request_error", "not_found"), 404)


def _json(body: bytes, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, headers, "application/json")
