"""Every way a turn can end, and what is on the screen and on disk afterwards."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from msgspec import structs

from mixchat.chat.compare import compare, merge
from mixchat.chat.first_words import has_own_title
from mixchat.chat.operations import compact, fork
from mixchat.chat.titles import clean_title, make_title
from mixchat.domain.chat_request import GenerationSettings, GuardOverrides, Pin, TurnRequest
from mixchat.domain.errors import NoLocalModel, SecretFound, StorageError
from mixchat.domain.events import (
    AttemptStarted,
    ChatEvent,
    Notice,
    Routed,
    StreamEnd,
    TextDelta,
    ThinkingDelta,
    TurnAccepted,
    TurnFailed,
    TurnFinished,
)
from mixchat.domain.stack import Slot
from mixchat.domain.turn import Outcome
from mixchat.storage.database import Database
from mixchat.storage.turns import TurnStore
from tests.chat.conftest import Place
from tests.chat.scripted import CENT, FLASH, SONNET, USAGE, Hang, Pause, cut, reply


async def collect(events: AsyncGenerator[ChatEvent]) -> list[ChatEvent]:
    return [event async for event in events]


async def stop_at(events: AsyncGenerator[ChatEvent], kind: type) -> None:
    """Read until an event of that kind has come and the next is awaited, then cancel, as Esc does."""
    seen = asyncio.Event()

    async def read() -> None:
        async for event in events:
            if isinstance(event, kind):
                seen.set()

    task = asyncio.create_task(read())
    await seen.wait()
    await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await events.aclose()


async def test_a_complete_reply_is_folded_finished_and_on_disk(place: Place):
    chat = place.chat(reply("Hel", "lo"))
    events = await collect(chat.send("hi"))
    assert isinstance(events[0], TurnAccepted)
    assert isinstance(events[-1], TurnFinished)
    turn = place.reopen(chat).turns[-1]
    assert turn == chat.turns[-1] == events[-1].turn
    assert (turn.prompt, turn.reply, turn.outcome, turn.stop) == ("hi", "Hello", Outcome.COMPLETE, "end")
    assert turn.cost == CENT


async def test_the_prompt_is_on_disk_before_anything_is_sent(place: Place):
    chat = place.chat(reply("x"))
    events = chat.send("remember me")
    await anext(events)
    assert place.reopen(chat).turns[-1].prompt == "remember me"
    assert place.reopen(chat).turns[-1].outcome is Outcome.OPEN
    assert place.router.questions == []
    await events.aclose()


async def test_stopping_after_some_text_keeps_it_and_what_it_cost(place: Place):
    chat = place.chat([AttemptStarted(Slot(FLASH), 1), TextDelta("half"), Hang()])
    await stop_at(chat.send("hi"), TextDelta)
    turn = place.reopen(chat).turns[-1]
    assert (turn.reply, turn.outcome, turn.failure) == ("half", Outcome.STOPPED, None)
    assert turn.cost == CENT


async def test_stopping_before_any_text_takes_the_turn_back(place: Place):
    chat = place.chat([AttemptStarted(Slot(FLASH), 1), Hang()])
    await stop_at(chat.send("hi"), AttemptStarted)
    assert list(chat.turns) == []
    assert place.services.chats.list() == []
    assert chat.withdrawn is not None
    assert chat.withdrawn.prompt == "hi"
    assert chat.withdrawn.cost == CENT
    assert chat.withdrawn.outcome is Outcome.STOPPED
    assert place.database.connection.execute("SELECT count(*) FROM turns").fetchone()[0] == 0


async def test_a_turn_that_is_left_as_soon_as_it_was_accepted_is_taken_back(place: Place):
    chat = place.chat(reply("never asked"))
    events = chat.send("hi")
    assert isinstance(await anext(events), TurnAccepted)
    await events.aclose()
    assert chat.withdrawn is not None
    assert chat.withdrawn.outcome is Outcome.STOPPED
    assert list(chat.turns) == []
    for table in ("turns", "owners", "chats"):
        assert place.database.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0, table
    assert place.services.turns.recover() == []


async def test_closing_the_events_while_resting_at_one_settles_the_turn(place: Place):
    chat = place.chat(reply("a", "b"))
    events = chat.send("hi")
    async for event in events:
        if isinstance(event, TextDelta):
            break
    await events.aclose()
    assert (chat.turns[-1].reply, chat.turns[-1].outcome) == ("a", Outcome.STOPPED)


async def test_a_cut_reply_fails_with_its_text_kept_and_can_be_continued_with_a_seam(place: Place):
    chat = place.chat(cut("one "), reply("two", ref=FLASH))
    failed = (await collect(chat.send("count")))[-1]
    assert isinstance(failed, TurnFailed)
    assert (failed.turn.reply, failed.failure.code) == ("one ", "interrupted")
    await collect(chat.continue_reply(failed.turn.id))
    turn = place.reopen(chat).turns[-1]
    assert len(chat.turns) == 1
    assert (turn.reply, turn.outcome, turn.failure) == ("one two", Outcome.COMPLETE, None)
    assert [(seam.offset, seam.ref) for seam in turn.seams] == [(4, FLASH)]
    assert len(turn.attempts) == 2
    asked = place.router.briefs[1]
    assert [message.role for message in asked.messages] == ["user", "assistant", "user"]
    assert asked.messages[1].text == "one "
    assert asked.kept == 3


async def test_a_continuation_that_fails_at_once_loses_nothing_and_leaves_no_seam(place: Place):
    chat = place.chat(cut("one "), cut())
    first = (await collect(chat.send("count")))[-1]
    assert isinstance(first, TurnFailed)
    await collect(chat.continue_reply(first.turn.id))
    assert (chat.turns[-1].reply, chat.turns[-1].seams) == ("one ", ())
    assert chat.turns[-1].outcome is Outcome.FAILED


async def test_stopping_a_continuation_before_its_first_word_keeps_the_turn(place: Place):
    chat = place.chat(cut("one "), [AttemptStarted(Slot(FLASH), 1), Hang()])
    first = (await collect(chat.send("count")))[-1]
    assert isinstance(first, TurnFailed)
    await stop_at(chat.continue_reply(first.turn.id), AttemptStarted)
    assert place.reopen(chat).turns[-1].reply == "one "


async def test_a_guard_that_stops_the_turn_says_so_and_keeps_the_prompt(place: Place):
    chat = place.chat(NoLocalModel("Give the role a local model."))
    failed = (await collect(chat.send("secret plans")))[-1]
    assert isinstance(failed, TurnFailed)
    assert (failed.failure.code, failed.turn.prompt, failed.turn.attempts) == ("private", "secret plans", ())


async def test_a_prompt_that_was_stopped_for_its_credential_is_kept_without_it_and_can_still_be_sent(
    place: Place,
):
    chat = place.chat(SecretFound("There is a password in line 1 of the prompt."), reply("Hello"))
    await collect(chat.send("opensesame is my password"))
    kept = place.reopen(chat)
    assert (
        chat.turns[-1].prompt == kept.turns[-1].prompt == kept.record.title == "[a password] is my password"
    )
    assert chat.original_prompt(chat.turns[-1]) == "opensesame is my password"
    prompt = TurnRequest(text=chat.original_prompt(chat.turns[-1]), allow=GuardOverrides(secret=True))
    await collect(chat.regenerate(chat.turns[-1].id, prompt))
    assert place.reopen(chat).turns[-1].prompt == "opensesame is my password"
    assert place.router.briefs[-1].messages[-1].text == "opensesame is my password"


async def test_a_prompt_with_a_credential_is_on_disk_without_it_until_a_model_was_asked(place: Place):
    chat = place.chat(reply("Hello"))
    events = chat.send("opensesame is my password")
    await anext(events)
    assert place.reopen(chat).turns[-1].prompt == "[a password] is my password"
    await collect(events)
    assert place.reopen(chat).turns[-1].prompt == "opensesame is my password"


async def test_a_bug_is_loud_but_the_turn_is_settled_first(place: Place):
    chat = place.chat([AttemptStarted(Slot(FLASH), 1), TextDelta("so far"), ZeroDivisionError()])
    with pytest.raises(ZeroDivisionError):
        await collect(chat.send("hi"))
    turn = place.reopen(chat).turns[-1]
    assert (turn.reply, turn.outcome) == ("so far", Outcome.FAILED)
    assert turn.failure is not None


async def test_again_keeps_the_first_answer_as_a_sibling(place: Place):
    chat = place.chat(reply("first"), reply("second"), reply("next"))
    await collect(chat.send("hi"))
    first = chat.turns[0].id
    await collect(chat.regenerate(first, TurnRequest(text="hi", pin=Pin("flash", slot=Slot(FLASH)))))
    assert [turn.reply for turn in chat.turns] == ["second"]
    assert chat.path.siblings(first) == [first, chat.turns[0].id]
    assert place.learned == [("hi", "google/flash", "regenerated")]
    await collect(chat.send("more"))
    chat.path.show(first)
    assert [turn.reply for turn in place.reopen(chat).turns] == ["first"]


async def test_a_pinned_message_teaches_and_a_pinned_chat_does_not(place: Place):
    chat = place.chat(reply("A"), reply("B"))
    await collect(chat.send("write a haiku", pin=Pin("creative", role="creative")))
    chat.save_record(
        structs.replace(chat.record, state=structs.replace(chat.state, pin=Pin("flash", slot=Slot(FLASH))))
    )
    await collect(chat.send("and now"))
    assert place.learned == [("write a haiku", "creative", "pinned")]


async def test_a_pin_that_failed_teaches_nothing_and_the_answer_before_is_gone_on_from(place: Place):
    chat = place.chat(reply("first"), cut(), reply("next"))
    await collect(chat.send("hi"))
    first = chat.turns[0].id
    await collect(chat.regenerate(first, TurnRequest(text="hi", pin=Pin("flash", slot=Slot(FLASH)))))
    assert place.learned == []
    assert [turn.id for turn in chat.turns] == [first]
    assert [turn.id for turn in place.reopen(chat).turns] == [first]
    await collect(chat.send("more"))
    assert [message.text for message in place.router.briefs[-1].messages] == ["hi", "first", "more"]


async def test_a_chat_left_at_a_failed_answer_opens_at_the_whole_one_beside_it(place: Place):
    chat = place.chat(reply("first"), cut("half"))
    await collect(chat.send("hi"))
    first = chat.turns[0].id
    await collect(chat.regenerate(first))
    failed = next(sibling for sibling in chat.path.siblings(first) if sibling != first)
    chat.path.show(failed)
    assert [turn.reply for turn in chat.turns] == ["half"]
    assert [turn.id for turn in place.reopen(chat).turns] == [first]


async def test_a_lesson_holds_while_its_answer_is_the_one_that_stands(place: Place):
    chat = place.chat(reply("first"), reply("second"))
    lesson = ("hi", "google/flash", "regenerated")
    await collect(chat.send("hi"))
    first = chat.turns[0].id
    await collect(chat.regenerate(first, TurnRequest(text="hi", pin=Pin("flash", slot=Slot(FLASH)))))
    second = chat.turns[0].id
    chat.path.show(first)
    assert place.learned == []
    chat.path.show(second)
    assert place.learned == [lesson]
    chat.path.undo()
    assert place.learned == []
    chat.path.redo()
    assert place.learned == [lesson]
    chat.path.delete(second, 1.0)
    assert place.learned == []


async def test_what_a_pick_taught_goes_with_the_pick_and_comes_with_it_again(place: Place):
    chat = place.chat(reply("A"), reply("B", ref=FLASH))
    pins = [Pin("sonnet", slot=Slot(SONNET)), Pin("flash", slot=Slot(FLASH))]
    async for _ in compare(chat, TurnRequest(text="which?"), pins, None):
        pass
    one, other = (chat.path.turn(turn) for turn in chat.path.siblings(chat.turns[-1].id))
    flash, sonnet = (one, other) if one.ref == FLASH else (other, one)
    lesson = ("which?", "google/flash", "compared")
    assert place.learned == []
    for _ in range(2):
        chat.pick(flash.id, learn=True)
        assert place.learned == [lesson]
        chat.lessons.unkept(flash.id)
        assert place.learned == []
    chat.pick(flash.id, learn=True)
    chat.pick(sonnet.id, learn=False)
    assert place.learned == []
    chat.correct(sonnet.id, "coding")
    chat.lessons.unkept(sonnet.id)
    assert place.learned == [("which?", "coding", "corrected")], "a correction is none of the pick's"


async def test_what_was_learned_is_undone_from_the_turn_for_good(place: Place):
    chat = place.chat(reply("A"), reply("B"))
    await collect(chat.send("write a haiku", pin=Pin("creative", role="creative")))
    chat.correct(chat.turns[0].id, "coding")
    assert place.learned == [("write a haiku", "coding", "corrected")]
    undone = chat.unlearn(chat.turns[0].id)
    assert undone is not None
    assert undone.corrected is None
    # What the correction had replaced counts again, and is undone in its turn.
    assert place.learned == [("write a haiku", "creative", "pinned")]
    assert place.reopen(chat).unlearn(chat.turns[0].id) is not None
    assert place.learned == []
    assert chat.unlearn(chat.turns[0].id) is None


async def test_a_stopped_answer_and_a_refusal_teach_nothing(place: Place):
    creative = Pin("creative", role="creative")
    chat = place.chat([*reply("A")[:-1], Hang()], [*reply("No.")[:-1], StreamEnd("refused", USAGE)])
    await stop_at(chat.send("write a haiku", pin=creative), TextDelta)
    await collect(chat.send("write another", pin=creative))
    assert place.learned == []


async def test_an_edited_prompt_branches_and_the_model_sees_only_its_own_branch(place: Place):
    chat = place.chat(reply("A"), reply("B"), reply("C"))
    await collect(chat.send("one"))
    await collect(chat.send("two"))
    await collect(chat.regenerate(chat.turns[1].id, TurnRequest(text="three")))
    assert [turn.prompt for turn in chat.turns] == ["one", "three"]
    assert [message.text for message in place.router.briefs[-1].messages] == ["one", "A", "three"]


async def test_again_replaces_a_turn_to_which_nothing_came(place: Place):
    chat = place.chat(cut(), reply("now"))
    failed = (await collect(chat.send("hi")))[-1]
    assert isinstance(failed, TurnFailed)
    await collect(chat.regenerate(failed.turn.id))
    assert [turn.reply for turn in place.reopen(chat).turns] == ["now"]
    assert len(chat.path.siblings(chat.turns[0].id)) == 1


async def test_undo_and_redo_walk_the_branch_without_destroying(place: Place):
    chat = place.chat(reply("A"), reply("B"))
    await collect(chat.send("one"))
    await collect(chat.send("two"))
    assert chat.path.undo() is not None
    assert [turn.prompt for turn in place.reopen(chat).turns] == ["one"]
    assert [turn.prompt for turn in chat.turns] == ["one"]
    assert chat.path.redo() is not None
    assert chat.path.redo() is None
    assert [turn.prompt for turn in chat.turns] == ["one", "two"]


async def test_a_chat_whose_turns_are_all_taken_back_opens_empty_and_can_be_redone(place: Place):
    chat = place.chat(reply("A"), reply("B"), reply("C"))
    await collect(chat.send("one"))
    await collect(chat.send("two"))
    chat.path.undo()
    chat.path.undo()
    opened = place.reopen(chat)
    assert list(opened.turns) == []
    assert chat.path.redo() is not None
    assert [turn.prompt for turn in chat.turns] == ["one"]
    assert opened.path.redo() is not None
    assert opened.path.redo() is not None
    assert [turn.prompt for turn in opened.turns] == ["one", "two"]
    assert [turn.prompt for turn in place.reopen(chat).turns] == ["one", "two"]


async def test_what_follows_when_all_is_taken_back_begins_the_chat_anew(place: Place):
    chat = place.chat(reply("A"), reply("B"))
    await collect(chat.send("one"))
    chat.path.undo()
    chat.save_record(structs.replace(chat.record, title="renamed"))
    opened = place.reopen(chat)
    assert opened.record.title == "renamed"
    await collect(opened.send("two"))
    assert [turn.prompt for turn in place.reopen(chat).turns] == ["two"]
    assert len(opened.path.beside(opened.turns[0].id)) == 2
    assert len(opened.path.siblings(opened.turns[0].id)) == 1


async def test_a_prompt_that_is_withdrawn_does_not_bring_back_what_was_taken_back(place: Place):
    chat = place.chat(reply("A"), [Hang()])
    await collect(chat.send("one"))
    chat.path.undo()
    await stop_at(chat.send("two"), Routed)
    assert list(chat.turns) == []
    assert list(place.reopen(chat).turns) == []


async def test_a_retry_that_is_withdrawn_shows_the_answer_that_was_shown(place: Place):
    chat = place.chat(reply("A"), reply("B"), [Hang()])
    await collect(chat.send("one"))
    first = chat.turns[0].id
    await collect(chat.regenerate(first))
    chat.path.show(first)
    await stop_at(chat.regenerate(first), Routed)
    assert [turn.reply for turn in chat.turns] == ["A"]


async def test_a_deleted_turn_comes_back_whole(place: Place):
    chat = place.chat(reply("A"), reply("B"))
    await collect(chat.send("one"))
    await collect(chat.send("two"))
    gone = chat.turns[0].id
    chat.path.delete(gone, 1.0)
    assert list(chat.turns) == []
    chat.path.restore(gone)
    assert [turn.prompt for turn in chat.turns] == ["one", "two"]


KEPT_IN_MEMORY = "What comes is kept in memory and is written as soon as it can be."


@contextmanager
def held_by_another(place: Place) -> Iterator[None]:
    """Another program holds the history's write lock, and nobody waits for it."""
    other = sqlite3.connect(place.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    place.database.patience = 0
    yield
    other.execute("ROLLBACK")
    other.close()


async def test_what_another_program_did_not_let_be_written_is_written_when_it_lets(place: Place):
    chat = place.chat([AttemptStarted(Slot(FLASH), 1), TextDelta("all of it"), Hang()], reply("more"))
    events = chat.send("first")
    async for event in events:
        if isinstance(event, TextDelta):
            break
    with held_by_another(place):
        await events.aclose()
        assert chat.turns[-1].reply == "all of it"
        assert place.database.unwritten == 1
        assert "locked" in str(place.database.trouble)
        on_disk = TurnStore(Database(place.database.path)).get(chat.turns[-1].id)
        assert on_disk.reply == ""
    assert place.database.settle(5)
    assert place.database.trouble is None
    await collect(chat.send("second"))
    assert [turn.reply for turn in place.reopen(chat).turns] == ["all of it", "more"]


async def test_a_disk_that_takes_nothing_in_mid_reply_is_said_and_the_text_stays_on_the_screen(place: Place):
    chat = place.chat(reply("kept"))
    events = chat.send("hi")
    await anext(events)
    with held_by_another(place):
        rest = [event async for event in events]
    said = [event.text for event in rest if isinstance(event, Notice)]
    assert any(KEPT_IN_MEMORY in text for text in said)
    assert isinstance(rest[-1], TurnFinished)
    assert chat.turns[-1].reply == "kept"


async def test_a_disk_that_takes_nothing_when_a_reply_is_stopped_is_said_in_the_turn(place: Place):
    chat = place.chat([AttemptStarted(Slot(FLASH), 1), TextDelta("half"), Hang()])
    events = chat.send("hi")
    async for event in events:
        if isinstance(event, TextDelta):
            break
    with held_by_another(place):
        await events.aclose()
    assert chat.turns[-1].reply == "half"
    assert KEPT_IN_MEMORY in chat.turns[-1].notices[0]


async def test_a_prompt_that_cannot_be_saved_is_not_sent(place: Place):
    chat = place.chat(reply("never"))
    place.database.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match="cannot be written"):
        await collect(chat.send("hi"))
    assert place.router.questions == []
    assert list(chat.turns) == []


async def test_settings_of_the_message_go_over_those_of_the_chat(place: Place):
    chat = place.chat(reply("x"))
    state = structs.replace(chat.state, settings=GenerationSettings(system="Be brief.", effort="low"))
    chat.save_record(structs.replace(chat.record, state=state))
    await collect(chat.send("hi", settings=GenerationSettings(effort="high")))
    assert place.router.briefs[0].settings == GenerationSettings(system="Be brief.", effort="high")
    assert place.reopen(chat).state.settings == GenerationSettings(system="Be brief.", effort="low")


async def test_a_turn_to_which_nothing_came_is_nothing_to_go_on_from(place: Place):
    chat = place.chat(reply("A"), cut())
    await collect(chat.send("one"))
    await collect(chat.send("two"))
    assert chat.routing_input(TurnRequest(text="and three")).history == ("one",)
    chat.path.undo()
    chat.path.undo()
    assert chat.routing_input(TurnRequest(text="and three")).history == ()


async def test_what_was_stopped_in_its_thoughts_is_what_the_next_message_follows(place: Place):
    chat = place.chat(reply("A"), [ThinkingDelta("Hm"), Hang()])
    await collect(chat.send("prove it"))
    await stop_at(chat.send("write a parser in python"), ThinkingDelta)
    assert chat.routing_input(TurnRequest(text="and a class")).history == (
        "prove it",
        "write a parser in python",
    )


async def test_a_correction_is_kept_taught_and_carried_to_the_next_question(place: Place):
    chat = place.chat(reply("A"), reply("B"))
    await collect(chat.send("write a haiku"))
    chat.correct(chat.turns[0].id, "creative")
    await collect(chat.send("shorter"))
    assert place.learned == [("write a haiku", "creative", "corrected")]
    assert place.router.questions[-1].last_role == "creative"
    assert place.reopen(chat).turns[0].corrected == "creative"


async def test_attachments_are_sent_as_they_were_even_after_the_file_changed(
    place: Place, tmp_path_factory: pytest.TempPathFactory
):
    path = tmp_path_factory.mktemp("files") / "notes.txt"
    path.write_text("first")
    chat = place.chat(reply("A"), reply("B"))
    await collect(chat.send("read", files=[chat.attachments.add(path)]))
    path.write_text("second")
    await collect(chat.send("again"))
    first = place.router.briefs[-1].messages[0]
    assert [(file.name, file.data) for file in first.attachments] == [("notes.txt", b"first")]


async def test_comparing_streams_siblings_side_by_side_and_one_of_them_is_picked(place: Place):
    chat = place.chat(reply("before"), reply("A", "a"), reply("B", "b", ref=FLASH), reply("AB"))
    await collect(chat.send("first"))
    parent = chat.path.leaf
    pins = [Pin("sonnet", slot=Slot(SONNET)), Pin("flash", slot=Slot(FLASH))]
    prompt = TurnRequest(text="which?")
    seen = [item async for item in compare(chat, prompt, pins, parent)]
    assert {number for number, event in seen if isinstance(event, TurnFinished)} == {0, 1}
    siblings = chat.path.siblings(chat.turns[-1].id)
    assert sorted(chat.path.turn(turn).reply for turn in siblings) == ["Aa", "Bb"]
    assert {chat_request.purpose for chat_request in place.router.briefs[1:]} == {"compare"}
    chat.path.show(siblings[0])
    assert [turn.id for turn in place.reopen(chat).turns][-1] == siblings[0]
    await collect(merge(chat, [chat.path.turn(turn) for turn in siblings]))
    asked = place.router.briefs[-1].messages[-1].text
    assert "which?" in asked
    assert "Aa" in asked
    assert "Bb" in asked
    assert (chat.turns[-1].prompt, chat.turns[-1].reply) == ("which?", "AB")
    assert len(chat.path.siblings(siblings[0])) == 3


async def test_stopping_a_comparison_stops_every_side_and_keeps_what_came(place: Place):
    chat = place.chat(
        [AttemptStarted(Slot(SONNET), 1), TextDelta("A"), Hang()],
        [AttemptStarted(Slot(FLASH), 1), TextDelta("B"), Hang()],
    )
    pins = [Pin("sonnet", slot=Slot(SONNET)), Pin("flash", slot=Slot(FLASH))]
    texts = 0
    events = compare(chat, TurnRequest(text="which?"), pins, None)
    async for _, event in events:
        texts += isinstance(event, TextDelta)
        if texts == 2:
            break
    await events.aclose()
    siblings = [chat.path.turn(turn) for turn in chat.path.siblings(chat.turns[-1].id)]
    assert sorted((turn.reply, turn.outcome) for turn in siblings) == [
        ("A", Outcome.STOPPED),
        ("B", Outcome.STOPPED),
    ]
    assert len(asyncio.all_tasks()) == 1


async def test_a_fork_begins_like_the_old_chat_and_says_what_that_cost_and_where_it_is_counted(place: Place):
    chat = place.chat(reply("A"), reply("B"), reply("C"))
    await collect(chat.send("one"))
    await collect(chat.send("two"))
    copy = fork(chat, chat.turns[0].id, place.services)
    await collect(copy.send("three"))
    assert [turn.prompt for turn in place.reopen(copy).turns] == ["one", "three"]
    assert [turn.prompt for turn in place.reopen(chat).turns] == ["one", "two"]
    assert (copy.turns[0].cost, copy.turns[0].counted_in) == (CENT, chat.id)
    assert copy.turns[1].counted_in is None
    assert fork(copy, copy.turns[0].id, place.services).turns[0].counted_in == chat.id


async def test_a_compacted_chat_goes_on_with_the_summary_alone_and_undo_brings_all_back(place: Place):
    chat = place.chat(reply("A"), reply("the gist"), reply("B"), reply("C"))
    await collect(chat.send("one"))
    await collect(compact(chat))
    await collect(chat.send("two"))
    assert [message.text for message in place.router.briefs[-1].messages][1:] == ["the gist", "two"]
    assert place.router.briefs[1].purpose == "compact"
    assert place.router.questions[1].pin == Pin("summarization", role="summarization", chosen_by="summary")
    chat.path.undo()
    chat.path.undo()
    await collect(chat.send("three"))
    assert [message.text for message in place.router.briefs[-1].messages] == ["one", "A", "three"]


async def test_a_summary_that_was_cut_off_stands_for_nothing(place: Place):
    chat = place.chat(reply("A"), cut("the g"), reply("B"))
    await collect(chat.send("one"))
    await collect(compact(chat))
    await collect(chat.send("two"))
    assert [message.text for message in place.router.briefs[-1].messages][:2] == ["one", "A"]


async def test_a_title_is_asked_for_and_one_that_the_person_gave_meanwhile_is_kept(place: Place):
    chat = place.chat(reply("A"), reply('"Dancing', ' bees"\n'), [Pause(), *reply("Too late")])
    await collect(chat.send("how do bees dance?"))
    assert chat.record.title == "how do bees dance?"
    assert await make_title(chat, place.router, Pin("flash", slot=Slot(FLASH)))
    assert place.reopen(chat).record.title == "Dancing bees"
    assert place.router.briefs[-1].purpose == "title"
    asking = asyncio.create_task(make_title(chat, place.router, Pin("flash", slot=Slot(FLASH))))
    await asyncio.sleep(0)
    chat.save_record(structs.replace(chat.record, title="Mine"))
    assert not await asking
    assert place.reopen(chat).record.title == "Mine"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ('"Dancing bees"', "Dancing bees"),
        ("# **Dancing** bees.\n\nAs asked.", "Dancing bees"),
        ("\n- Title: `Bees` that [dance](https://e.org)", "Bees that dance"),
        ("« Les abeilles »", "Les abeilles"),
        ("Titel: „Tanzende Bienen“", "Tanzende Bienen"),
        ("1. Bees", "Bees"),
        ("C++, C# and snake_case in 2026", "C++, C# and snake_case in 2026"),
        ("a\x1b]0;evil\x07b", "a\u241b]0;evil\u2407b"),
        ("word " * 30, ("word " * 12).strip()),
        ("蜂" * 90, "蜂" * 60),
        ("***\n\n", ""),
        ("", ""),
    ],
)
def test_what_a_model_wrote_becomes_one_plain_line(written: str, title: str):
    assert clean_title(written) == title


async def test_only_models_whose_title_is_cheap_are_asked_unasked(place: Place):
    chat = place.chat(reply("A"), reply("Bees"))
    await collect(chat.send("how do bees dance?"))
    pin = Pin("flash", slot=Slot(FLASH))
    assert not await make_title(chat, place.router, pin, lambda *_: Decimal("0.001"))
    assert not await make_title(chat, place.router, pin, lambda *_: None)
    assert len(place.router.briefs) == 1


async def test_what_a_title_cost_is_the_turn_s(place: Place):
    chat = place.chat(reply("A"), reply("Bees"), cut("B"))
    await collect(chat.send("how do bees dance?"))
    before = chat.turns[0].cost
    assert await make_title(chat, place.router, Pin("flash", slot=Slot(FLASH)))
    assert chat.turns[0].cost == before + CENT
    assert not await make_title(chat, place.router, Pin("flash", slot=Slot(FLASH)))
    assert place.reopen(chat).turns[0].cost == before + CENT + CENT
    assert place.router.briefs[-1].turn == chat.turns[0].id


async def test_a_title_that_fails_leaves_the_first_words(place: Place):
    chat = place.chat(reply("A"), cut("half"))
    await collect(chat.send("how do bees dance?"))
    assert not await make_title(chat, place.router, Pin("flash", slot=Slot(FLASH)))
    assert chat.record.title == "how do bees dance?"


async def test_a_chat_that_began_with_a_greeting_is_called_by_what_was_asked_then(place: Place):
    chat = place.chat(reply("Hello!"), reply("Flour."), reply("Yes."))
    await collect(chat.send("hi"))
    assert (chat.record.title, has_own_title(chat.record.title, chat.turns)) == ("hi", False)
    await collect(chat.send("How is bread made?"))
    assert (chat.record.title, has_own_title(chat.record.title, chat.turns)) == ("How is bread made?", False)
    await collect(chat.send("And rye bread?"))
    assert place.reopen(chat).record.title == "How is bread made?"


async def test_a_title_of_its_own_stays_whatever_is_asked_after_a_greeting(place: Place):
    chat = place.chat(reply("Hello!"), reply("Flour."))
    await collect(chat.send("hi"))
    chat.save_record(structs.replace(chat.record, title="Mine"))
    await collect(chat.send("How is bread made?"))
    assert place.reopen(chat).record.title == "Mine"
