"""Two windows and a shell on one chat: each writes what it changed, and sees what the others did."""

from collections.abc import AsyncGenerator

from msgspec import structs

from mixchat.chat.chat import Chat
from mixchat.domain.chat_request import GenerationSettings, Pin
from mixchat.domain.events import ChatEvent, Notice
from mixchat.domain.turn import Outcome
from mixchat.storage.chats import ChatStore
from mixchat.storage.deletion import purge_at_once
from tests.chat.conftest import Place
from tests.chat.scripted import ScriptedRouter, reply


async def said(events: AsyncGenerator[ChatEvent]) -> list[ChatEvent]:
    return [event async for event in events]


async def begun(place: Place) -> tuple[Chat, Chat]:
    """Return a chat with one turn, open in two windows."""
    first = place.chat(reply("one"))
    await said(first.send("1"))
    return first, place.reopen(first)


def answering(place: Place, *scripts: object) -> None:
    place.router = ScriptedRouter(*scripts)  # type: ignore[arg-type]


def on_disk(place: Place, chat: Chat) -> Chat:
    return place.reopen(chat)


async def test_privacy_never_drops_as_a_side_effect(place: Place):
    mine, other = await begun(place)
    mine.save_record(structs.replace(mine.record, private=True))
    answering(place, reply("two"))
    await said(other.send("2"))
    assert place.router.questions[-1].private
    assert on_disk(place, mine).record.private
    other.save_record(structs.replace(other.record, title="Other"))
    assert (on_disk(place, mine).record.private, on_disk(place, mine).record.title) == (True, "Other")


async def test_a_list_that_was_opened_before_changes_only_what_was_asked(place: Place):
    mine, _ = await begun(place)
    listed = place.services.chats.find(mine.id)
    mine.save_record(structs.replace(mine.record, private=True))
    place.services.chats.post(listed, structs.replace(listed, pinned=True))
    found = place.services.chats.find(mine.id)
    assert (found.private, found.pinned) == (True, True)


async def test_renaming_does_not_move_the_leaf(place: Place):
    mine, other = await begun(place)
    answering(place, reply("two"), reply("three"), reply("four"))
    await said(other.send("2"))
    await said(other.send("3"))
    mine.save_record(structs.replace(mine.record, title="Renamed"))
    assert [turn.prompt for turn in on_disk(place, mine).turns] == ["1", "2", "3"]
    await said(mine.send("4"))
    assert [turn.prompt for turn in mine.turns] == ["1", "2", "3", "4"]


async def test_settings_and_pin_of_two_windows_stand_beside_each_other(place: Place):
    mine, other = await begun(place)
    settings = GenerationSettings(system="Be brief.")
    mine.save_record(structs.replace(mine.record, state=structs.replace(mine.state, settings=settings)))
    other.save_record(
        structs.replace(other.record, state=structs.replace(other.state, pin=Pin("coding", role="coding")))
    )
    state = on_disk(place, mine).state
    assert state.settings.system == "Be brief."
    assert state.pin is not None
    assert state.pin.role == "coding"


async def test_what_was_said_elsewhere_is_what_one_goes_on_from(place: Place):
    mine, other = await begun(place)
    answering(place, reply("two"), reply("three"))
    await said(other.send("2"))
    assert mine.refresh()
    assert [turn.prompt for turn in mine.turns] == ["1", "2"]
    assert not mine.refresh()
    await said(mine.send("3"))
    assert mine.turns[-1].parent == other.turns[-1].id


async def test_a_title_from_elsewhere_appears(place: Place):
    mine, other = await begun(place)
    other.save_record(structs.replace(other.record, title="Bees"))
    assert mine.refresh()
    assert mine.record.title == "Bees"


async def test_turns_at_the_same_time_are_siblings_and_all_of_them_are_there(place: Place):
    mine, other = await begun(place)
    answering(place, reply("both"))
    waiting = mine.send("left")
    await anext(waiting)
    await said(other.send("right"))
    assert other.turns[-1].parent == mine.turns[0].id
    assert len(other.path.siblings(other.turns[-1].id)) == 2
    await waiting.aclose()


async def test_an_undo_here_is_not_undone_by_what_others_say_elsewhere(place: Place):
    mine, other = await begun(place)
    answering(place, reply("two"), reply("three"))
    await said(mine.send("2"))
    mine.path.undo()
    other.refresh()
    await said(other.send("3"))
    mine.refresh()
    assert [turn.prompt for turn in mine.turns] == ["1"]


async def test_a_chat_deleted_elsewhere_comes_back_when_something_is_said_in_it(place: Place):
    mine, _ = await begun(place)
    place.services.chats.delete(mine.id)
    answering(place, reply("two"))
    events = await said(mine.send("2"))
    assert any(isinstance(event, Notice) and "it is back" in event.text for event in events)
    assert [chat.id for chat in place.services.chats.list()] == [mine.id]
    assert [turn.prompt for turn in on_disk(place, mine).turns] == ["1", "2"]


async def test_a_chat_that_is_gone_for_good_begins_anew_and_loses_nothing_said_since(place: Place):
    mine, _ = await begun(place)
    place.services.chats.delete(mine.id)
    purge_at_once(place.database)
    answering(place, reply("two"))
    await said(mine.send("2"))
    found = on_disk(place, mine)
    assert [(turn.prompt, turn.outcome) for turn in found.turns] == [("2", Outcome.COMPLETE)]
    assert [chat.id for chat in ChatStore(place.database, place.services.clock).list()] == [mine.id]
