"""What a person's request becomes in a chat: a question for the router, a request for a model, and a new turn."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from mixchat.chat.attachments import AttachmentStore
from mixchat.domain.chat_request import ChatRequest, RoutingInput, TurnRequest
from mixchat.domain.meter import Purpose
from mixchat.domain.request import Message
from mixchat.domain.turn import Outcome, Turn
from mixchat.storage.chats import ChatRecord

_HISTORY: Final = 8
"""Earlier prompts that the classifier is shown."""
_ASKED: Final = (Outcome.OPEN, Outcome.COMPLETE, Outcome.STOPPED)


def to_routing_input(
    request: TurnRequest, before: Sequence[Turn], record: ChatRecord, attachments: AttachmentStore
) -> RoutingInput:
    """Return what the router is asked for a request after the turns `before`.

    Turns that failed before anything came are left out: no model is shown them either. One that was stopped while
    its model still thought is not: the prompt stands above, and what comes next follows it.
    """
    turns = [turn for turn in before[-_HISTORY:] if turn.reply or turn.outcome in _ASKED]
    last = _last_request(turns)
    return RoutingInput(
        prompt=request.text,
        history=tuple(turn.prompt for turn in turns),
        last_role=(last.corrected or (last.decision and last.decision.role)) if last else None,
        files=request.files,
        file_starts=tuple(attachments.first_lines(file) for file in request.files),
        pin=request.pin or record.state.pin,
        private=record.private,
        chat=record.id,
        settings=request.settings.over(record.state.settings),
    )


def _last_request(turns: Sequence[Turn]) -> Turn | None:
    """Return the last of the turns that asked for something."""
    if not turns:
        return None
    from mixchat.classifier.heuristics import is_small_talk  # a first message has no use for it

    return next((turn for turn in reversed(turns) if not is_small_talk(turn.prompt)), None)


def to_chat_request(
    request: TurnRequest,
    messages: tuple[Message, ...],
    record: ChatRecord,
    *,
    turn: str | None = None,
    purpose: Purpose = "answer",
    kept: int = 1,
) -> ChatRequest:
    """Return what a model is sent for a request; `kept` of its messages make no sense apart."""
    return ChatRequest(
        messages=messages,
        kept=kept,
        settings=request.settings.over(record.state.settings),
        plan=request.plan,
        chat=record.id,
        turn=turn,
        purpose=purpose,
        allow_secret=request.allow.secret,
        allow_secret_for_good=request.allow.secret_for_good,
        allow_over_budget=request.allow.over_budget,
    )


def to_turn(request: TurnRequest, chat: str, parent: str | None, purpose: Purpose, now: float) -> Turn:
    """Return a request as a new turn after `parent`."""
    return Turn(
        id=uuid.uuid4().hex[:16],
        chat=chat,
        parent=parent,
        created=datetime.fromtimestamp(now, UTC),
        prompt=request.text,
        files=request.files,
        pin=request.pin.name if request.pin else None,
        plan=request.plan,
        compacts=purpose == "compact",
        compared=purpose == "compare",
    )
