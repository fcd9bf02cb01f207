"""Those who steer turns, joined: what each act on a turn does."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.app import App

from mixchat.chat.chat import Chat
from mixchat.tui.branching import Branching
from mixchat.tui.compare.asking import Asking
from mixchat.tui.compare.comparing import Comparing
from mixchat.tui.conversation import Conversation
from mixchat.tui.curtain import Curtain
from mixchat.tui.deeds import Deed
from mixchat.tui.parts import Parts
from mixchat.tui.pointing import Pointing
from mixchat.tui.steering import Steering
from mixchat.words.turn import Turn

if TYPE_CHECKING:
    from mixchat.house import House


def steer(
    house: "House",
    app: App[int],
    parts: Parts,
    conversation: Conversation,
    pointing: Pointing,
    curtain: Curtain,
    *,
    refreshed: Callable[[], None],
    say: Callable[[str], None],
) -> Mapping[str, Deed]:
    """Return what can be done to turns, by act.

    Args:
        house: everything that a chat needs.
        app: where lists are shown.
        parts: the widgets.
        conversation: holds the chat.
        pointing: knows which turn is meant.
        curtain: shows the chat's branch.
        refreshed: shows the chat's figures as they are.
        say: shows a sentence.
    """
    session = conversation.session

    def load(turn_id: str) -> None:
        curtain.load()
        refreshed()
        if turn_id:
            pointing.point(turn_id)

    def replaced(turn: Turn) -> None:
        parts.transcript.replace(turn)
        refreshed()

    steering = Steering(
        house, app, session, parts.composer, pointing, refreshed=refreshed, replaced=replaced, say=say
    )
    branching = Branching(
        house, session, parts.composer, pointing, load=load, turn_to=conversation.turn_to, say=say
    )
    asking = Asking(house, app, parts.composer, lambda: session.chat, pointing, say)
    comparing = Comparing(house, parts, session, asking, draw=curtain.compare, load=load, say=say)

    def step(by: int) -> None:
        if not comparing.step(by):
            branching.step(by)

    return {
        **steering.deeds(),
        **branching.deeds(),
        **comparing.deeds(),
        "previous-answer": lambda _: step(-1),
        "next-answer": lambda _: step(1),
    }


def answer_mark(chat: Chat, turn_id: str) -> str:
    """Return `‹1/3›` for a turn whose prompt has several answers, else nothing."""
    if not chat.path.has(turn_id):
        return ""
    siblings = chat.path.siblings(turn_id)
    return f"‹{siblings.index(turn_id) + 1}/{len(siblings)}›" if len(siblings) > 1 else ""


def compared(chat: Chat, turn: Turn) -> list[Turn]:
    """Return the answers that were asked for at once with this one, itself included."""
    if not chat.path.has(turn.id):
        return []
    answers = [chat.path.turn(sibling) for sibling in chat.path.siblings(turn.id)]
    return [answer for answer in answers if answer.compared]
