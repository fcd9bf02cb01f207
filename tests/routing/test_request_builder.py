"""The request that each slot gets: settings, private turns, files it can read, and what fits its window."""

import itertools

import pytest
from msgspec import structs

from mixchat.domain.chat_request import ChatRequest, GenerationSettings
from mixchat.domain.events import AttemptStarted
from mixchat.domain.model import ModelCard
from mixchat.domain.request import Attachment, Message
from mixchat.domain.stack import Slot
from mixchat.ledger.estimate import Estimator
from mixchat.routing.context_window import cut, room, turns_in, weight
from mixchat.routing.request_builder import build_request
from tests.routing.scripted import Parts, asking, decided, played, ref, slot
from tests.routing.steered import SteeredClock

X = ref("a/x")
CAT = Attachment("cat.png", "image/png", b"meow")
tokens = Estimator().tokens
PAPER = Attachment("paper.pdf", "application/pdf", b"%PDF")


def card(**fields: object) -> ModelCard:
    return structs.replace(ModelCard(ref=X), **fields)


def sent(chat_request: ChatRequest, *cards: ModelCard, to: Slot | None = None, system: str | None = None):
    to = to or slot("a/x")
    return build_request(
        chat_request, decided("a/x", system=system), to, Parts(SteeredClock(), cards).resources
    )


def chat(turns: int) -> tuple[Message, ...]:
    """Return so many turns of about a hundred tokens a message, and one more prompt."""
    words = "and then " * 50
    pairs = ((Message("user", f"{n}? {words}"), Message("assistant", f"{n}. {words}")) for n in range(turns))
    return (*itertools.chain(*pairs), Message("user", "Now?"))


def test_what_is_set_for_the_message_goes_over_the_slot_and_the_slot_over_the_role():
    chosen = Slot(X, search=True, effort="low", temperature=0.2, max_tokens=100)
    plain = sent(asking("Hi"), to=chosen, system="Of the role.").request
    assert (plain.system, plain.effort, plain.temperature, plain.max_tokens, plain.search) == (
        "Of the role.", "low", 0.2, 100, True,
    )  # fmt: skip
    settings = GenerationSettings(system="Mine.", effort="high", temperature=0.0, max_tokens=7, search=False)
    own = sent(asking("Hi", settings=settings), to=chosen, system="Of the role.").request
    assert (own.system, own.effort, own.temperature, own.max_tokens, own.search) == (
        "Mine.",
        "high",
        0.0,
        7,
        False,
    )


def test_an_empty_system_prompt_of_ones_own_is_one():
    assert (
        sent(asking("Hi", settings=GenerationSettings(system="")), system="Of the role.").request.system == ""
    )


def test_a_conversation_that_fits_is_sent_whole():
    ready = sent(ChatRequest(messages=chat(3)), card(context_window=10_000))
    assert (ready.request.messages, ready.notices) == (chat(3), ())


def test_an_unknown_window_cuts_nothing():
    assert sent(ChatRequest(messages=chat(500))).request.messages == chat(500)


def test_what_does_not_fit_goes_by_whole_turns_from_the_oldest_and_is_told():
    ready = sent(ChatRequest(messages=chat(20)), card(context_window=2000))
    messages = ready.request.messages
    assert messages == chat(20)[-len(messages) :]
    assert messages[0].role == "user"
    left = 20 - turns_in(messages) + 1
    assert 0 < left < 20
    assert [notice.text for notice in ready.notices] == [f"{left} turns left out to fit the window"]
    assert sum(weight(X, message, tokens) for message in messages) <= 1500


def test_the_last_prompt_stays_even_when_it_alone_is_too_long():
    chat_request = ChatRequest(messages=(*chat(2)[:-1], Message("user", "what " * 9000)))
    ready = sent(chat_request, card(context_window=2000))
    assert ready.request.messages == chat_request.messages[-1:]


def test_a_reply_that_is_continued_keeps_its_prompt():
    messages = (
        *chat(5)[:-1],
        Message("user", "what " * 3000),
        Message("assistant", "what " * 3000),
        Message("user", "Go on"),
    )
    ready = sent(ChatRequest(messages=messages, kept=3), card(context_window=2000))
    assert ready.request.messages == messages[-3:]


@pytest.mark.parametrize("most", range(0, 3000, 97))
def test_cutting_begins_with_a_prompt_and_leaves_what_fits(most: int):
    messages = chat(9)
    weights = [weight(X, message, tokens) for message in messages]
    start = cut(messages, weights, most, 1)
    assert messages[start].role == "user"
    assert sum(weights[start:]) <= most or start == len(messages) - 1
    if start:
        before = next(n for n in reversed(range(start)) if messages[n].role == "user")
        assert sum(weights[before:]) > most


def test_a_small_window_keeps_room_for_a_reply():
    assert room(card(context_window=2048), None) == 1536
    assert room(card(context_window=200_000), None) == 200_000 - 4096
    assert room(card(context_window=200_000), 64_000) == 150_000
    assert room(card(), None) is None


def test_earlier_private_turns_stay_on_this_machine():
    messages = (
        Message("user", "My diagnosis?", private=True),
        Message("assistant", "It is ...", private=True),
        Message("user", "A poem, please."),
    )
    ready = sent(ChatRequest(messages=messages))
    assert ready.request.messages == messages[2:]
    assert [notice.text for notice in ready.notices] == ["1 private turn stays on this machine"]
    assert sent(ChatRequest(messages=messages), to=slot("local/tiny")).request.messages == messages


def test_earlier_files_that_the_model_cannot_read_are_left_out():
    messages = (
        Message("user", "Look", (CAT, PAPER)),
        Message("assistant", "A cat."),
        Message("user", "Sure?"),
    )
    ready = sent(ChatRequest(messages=messages), card(images=False))
    assert ready.request.messages[0].attachments == (PAPER,)
    assert [notice.text for notice in ready.notices] == [
        "1 earlier file was left out: this model cannot read it"
    ]
    assert sent(ChatRequest(messages=messages), card()).request.messages == messages


async def test_a_file_goes_only_to_slots_that_can_read_it():
    parts = Parts(SteeredClock(), [card(images=False)])
    chat_request = ChatRequest(messages=(Message("user", "What is this?", (CAT,)),))
    events = await played(parts.run("a/x", "b/y", chat_request=chat_request))
    assert [event.slot.ref for event in events if isinstance(event, AttemptStarted)] == [ref("b/y")]
    run = parts.run("a/x", chat_request=chat_request)
    await played(run)
    assert run.failure is not None
    assert run.failure.message == "a/x cannot see images; leave the file out or pin another model."
    assert parts.providers.calls("a") == 0


def test_an_estimator_of_ones_own_is_asked():
    resources = structs.replace(
        Parts(SteeredClock(), [card(context_window=2000)]).resources, tokens=lambda text, model: 500
    )
    ready = build_request(ChatRequest(messages=chat(5)), decided("a/x"), slot("a/x"), resources)
    assert len(ready.request.messages) == 1
