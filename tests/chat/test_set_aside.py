"""What was taken back makes room: what is said in its place is no other answer to it."""

from collections.abc import AsyncGenerator

from mixchat.domain.chat_request import TurnRequest
from mixchat.domain.events import ChatEvent
from tests.chat.conftest import Place
from tests.chat.scripted import ScriptedRouter, cut, reply


async def ended(events: AsyncGenerator[ChatEvent]) -> None:
    async for _ in events:
        pass


async def begun(place: Place):
    """Return a chat of two turns."""
    chat = place.chat(reply("A"), reply("B"))
    await ended(chat.send("one"))
    await ended(chat.send("two"))
    return chat


async def test_a_retry_is_another_answer_and_what_follows_an_undo_is_none(place: Place):
    chat = await begun(place)
    place.router = ScriptedRouter(reply("B again"), reply("Flour."))
    await ended(chat.regenerate(chat.turns[1].id))
    retried = chat.turns[1].id
    assert len(chat.path.siblings(retried)) == 2
    chat.path.undo()
    await ended(chat.send("bread"))
    bread = chat.turns[1].id
    for path in (chat.path, place.reopen(chat).path):
        assert path.siblings(bread) == [bread]
        assert len(path.beside(bread)) == 3
        assert path.siblings(retried) == [retried]


async def test_a_prompt_that_was_taken_back_and_rewritten_is_another_version(place: Place):
    chat = await begun(place)
    taken = chat.path.undo()
    assert taken is not None
    place.router = ScriptedRouter(reply("C"))
    await ended(chat.answer(TurnRequest(text="two, too"), chat.newest_leaf(), rewrites=taken.id))
    assert chat.path.siblings(chat.turns[1].id) == [taken.id, chat.turns[1].id]


async def test_a_failure_does_not_bring_back_what_was_taken_back(place: Place):
    chat = await begun(place)
    chat.path.undo()
    place.router = ScriptedRouter(cut())
    await ended(chat.send("bread"))
    assert [turn.prompt for turn in chat.turns] == ["one", "bread"]
    assert [turn.prompt for turn in place.reopen(chat).turns] == ["one", "bread"]


async def test_asking_again_takes_nothing_away_that_another_window_answers(place: Place):
    chat = await begun(place)
    other = place.reopen(chat)
    place.router = ScriptedRouter(reply("C"), reply("D"))
    waiting = other.send("three")
    await anext(waiting)
    chat.refresh()
    await ended(chat.regenerate(chat.turns[2].id))
    assert len(chat.path.siblings(chat.turns[2].id)) == 2
    await ended(waiting)
