"""Public reports of what servers really send, rebuilt byte by byte, each over every protocol that it can happen in.

The table of reports and protocols is these tests' names: `python -m pytest tests/providers/test_reports.py --collect-only -q`.
"""

import gzip
import json
import time
from typing import Any

import pytest

from mixchat.domain.errors import Interrupted, LimitUsedUp, OutOfCredit, Overloaded, RateLimited, Unreachable
from mixchat.domain.model import ModelRef
from tests.providers.adapters import Desk
from tests.providers.reports import SPEECHES, Chat, Speech
from tests.wires import Raw, Reply, Status, Web, Wires
from tests.wires.dialect import Json

SSE = {"chat", "responses", "anthropic", "google"}


@pytest.fixture
def speech(chat_services: Desk) -> Speech:
    return SPEECHES[chat_services.kind]


def complete(speech: Speech, *pieces: str) -> tuple[str, ...]:
    """Return a whole reply around the pieces."""
    return (*pieces, speech.finish("stop"), speech.mark())


async def ask(desk: Desk, wires: Wires, *pieces: str | bytes | float, **raw: Json) -> Json:
    speech = SPEECHES[desk.kind]
    wires.script("m", Raw(pieces, **{"content_type": speech.content_type, **raw}))
    return await desk.ask()


def only(desk: Desk, *kinds: str) -> None:
    if desk.kind not in kinds:
        pytest.skip("cannot happen in this protocol")


# Text lost silently


@pytest.mark.parametrize("reason", ["stop", "null", "STOP", ""])
async def test_a_reason_to_stop_on_every_piece_loses_no_text(
    chat_services: Desk, wires: Wires, speech: Speech, reason: str
) -> None:
    only(chat_services, "chat", "google")
    heard = await ask(
        chat_services, wires, speech.text("One ", reason), 1.4, speech.text("two ", reason), 1.4,
        *complete(speech, speech.text("three.", reason)),
    )  # fmt: skip
    assert heard.text == "One two three."
    assert heard.ended.stop == "end"


async def test_an_empty_first_piece_with_a_reason_to_stop_ends_nothing(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    only(chat_services, "chat", "google")
    heard = await ask(
        chat_services, wires, speech.text("", "stop"), 1.5, *complete(speech, speech.text("Here."))
    )
    assert heard.text == "Here."
    assert len(wires.seen) == 1


async def test_a_reply_without_a_reason_to_stop_ends_with_the_servers_own_mark(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    only(chat_services, "chat")
    assert (await ask(chat_services, wires, speech.text("All."), speech.mark())).ended.stop == "end"


async def test_a_reply_that_just_stops_is_never_called_whole(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    heard = await ask(chat_services, wires, speech.text("Half of"))
    assert isinstance(heard.error, Interrupted)
    assert heard.text == "Half of"


async def test_a_line_kept_open_after_the_end_mark_is_left_soon(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    began = time.perf_counter()
    heard = await ask(
        chat_services,
        wires,
        speech.text("All "),
        speech.text("done."),
        speech.finish("stop"),
        speech.mark(),
        keep_open=True,
    )
    assert heard.text == "All done."
    assert time.perf_counter() - began < (8 if chat_services.kind == "google" else 4)


# After the end


async def test_an_error_after_the_reply_changes_nothing(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    heard = await ask(
        chat_services,
        wires,
        speech.text("All "),
        *complete(speech, speech.text("said.")),
        speech.error({"error": {"message": "late"}}),
    )
    assert (heard.text, heard.ended.stop) == ("All said.", "end")


async def test_a_connection_that_breaks_after_the_reply_changes_nothing(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    heard = await ask(
        chat_services, wires, speech.text("All "), *complete(speech, speech.text("said.")), drop=True
    )
    assert (heard.text, heard.ended.stop) == ("All said.", "end")


async def test_usage_that_comes_late_is_waited_for(chat_services: Desk, wires: Wires, speech: Speech) -> None:
    only(chat_services, "chat", "google")
    heard = await ask(
        chat_services,
        wires,
        speech.text("Well "),
        speech.text("then."),
        speech.finish("stop"),
        1.5,
        speech.usage(11, 22),
        speech.mark(),
    )
    assert (heard.ended.usage.input, heard.ended.usage.output) == (11, 22)


async def test_the_closing_done_of_another_protocol_ends_nothing_badly(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    only(chat_services, *SSE)
    heard = await ask(chat_services, wires, *complete(speech, speech.text("Fine.")), "data: [DONE]\n\n")
    assert (heard.text, heard.ended.stop) == ("Fine.", "end")


# Server-sent events as the standard has them

NOISE = {
    "comments": ": OPENROUTER PROCESSING\n\n: again\n",
    "an empty data line": "data:\n\n",
    "a ping without data": "event: ping\n\n",
    "a ping with text": "event: ping\ndata: ping\n\n",
    "a leading retry": "retry: 3000\n\n",
    "an id": "id: 17\n\n",
    "an unknown field": "mood: curious\n\n",
    "a heartbeat": 'event: heartbeat\ndata: {"type": "heartbeat"}\n\n',
    "blank lines": "\n\n\n\n",
}


@pytest.mark.parametrize("noise", NOISE)
async def test_what_says_nothing_breaks_nothing(
    chat_services: Desk, wires: Wires, speech: Speech, noise: str
) -> None:
    only(chat_services, *SSE)
    said = NOISE[noise]
    heard = await ask(
        chat_services,
        wires,
        said,
        speech.text("One "),
        said,
        speech.text("two."),
        said,
        speech.finish("stop"),
        said,
        speech.mark(),
    )
    assert (heard.text, heard.ended.stop) == ("One two.", "end")


FORMS = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "no space after the colon": lambda text: text.replace("data: ", "data:").replace("event: ", "event:"),
    "two spaces": lambda text: text.replace("data: ", "data:  "),
    "data over several lines": lambda text: text.replace('": ', '":\ndata: '),
    "ids and retries in every event": lambda text: text.replace("data: ", "id: 1\nretry: 10\ndata: "),
    "event names that are not the protocol's": lambda text: text.replace("data: ", "event: message\ndata: "),
    "no event names": lambda text: "\n".join(
        line for line in text.split("\n") if not line.startswith("event:")
    ),
}


@pytest.mark.parametrize("split", [0, 1, 7])
@pytest.mark.parametrize("form", FORMS)
async def test_every_form_of_an_event_is_read(
    chat_services: Desk, wires: Wires, speech: Speech, form: str, split: int
) -> None:
    only(chat_services, *SSE)
    body = FORMS[form]("".join(complete(speech, speech.text("Grüße "), speech.text("🦊."))))
    raw = body.encode()
    pieces = [raw[at : at + split] for at in range(0, len(raw), split)] if split else [raw]
    heard = await ask(chat_services, wires, *pieces)
    assert (heard.text, heard.ended.stop) == ("Grüße 🦊.", "end")


async def test_a_byte_order_mark_swallows_no_words(chat_services: Desk, wires: Wires, speech: Speech) -> None:
    heard = await ask(chat_services, wires, b"\xef\xbb\xbf", *complete(speech, speech.text("First words.")))
    assert heard.text == "First words."


async def test_a_last_event_without_its_blank_line_is_read(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    body = "".join(complete(speech, speech.text("All."))).rstrip("\n")
    assert (await ask(chat_services, wires, body)).ended.stop == "end"


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/octet-stream", "text/event-stream; charset=iso-8859-1"]
)
async def test_a_stream_with_another_type_is_read_all_the_same(
    chat_services: Desk, wires: Wires, speech: Speech, kind: str
) -> None:
    heard = await ask(chat_services, wires, *complete(speech, speech.text("Größe.")), content_type=kind)
    assert heard.text == "Größe."


async def test_a_compressed_stream_is_read(chat_services: Desk, wires: Wires, speech: Speech) -> None:
    body = gzip.compress("".join(complete(speech, speech.text("Small."))).encode())
    heard = await ask(chat_services, wires, body[:9], body[9:], headers={"content-encoding": "gzip"})
    assert heard.text == "Small."


# A server that does not stream


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "text/event-stream", ""]
)
async def test_a_whole_body_where_a_stream_was_asked_is_the_reply(
    chat_services: Desk, wires: Wires, speech: Speech, kind: str
) -> None:
    wires.script("m", Web(json.dumps(speech.whole("The whole.")), content_type=kind))
    heard = await chat_services.ask()
    assert heard.text == "The whole."
    assert (heard.ended.stop, heard.ended.usage.input, heard.ended.usage.output) == ("end", 7, 3)
    assert len(wires.seen) == 1


# Errors inside a 200


ERRORS: dict[str, Any] = {
    "a message alone": {"error": {"message": "Insufficient credits"}},
    "a text": {"error": "Insufficient credits"},
    "flat": {"object": "error", "message": "Insufficient credits", "code": 40303},
    "a message at the top": {"message": "Insufficient credits"},
    "a detail": {"detail": "Insufficient credits"},
    "a status inside": {"base_resp": {"status_code": 1008, "status_msg": "Insufficient credits"}},
    "wrapped twice": {"error": {"message": "Provider returned error", "metadata": {"raw": '{"error":{"message":"Insufficient credits"}}'}}},
}  # fmt: skip


@pytest.mark.parametrize("shape", ERRORS)
async def test_an_error_inside_a_200_keeps_its_words_and_gets_its_name(
    chat_services: Desk, wires: Wires, speech: Speech, shape: str
) -> None:
    for before in ((), (speech.text("It begins"),)):
        heard = await ask(chat_services, wires, *before, speech.error(ERRORS[shape]))
        assert isinstance(heard.error, OutOfCredit), heard.error
        assert "Insufficient credits" in heard.error.message
        assert heard.text == "".join("It begins" for _ in before)


async def test_an_error_event_without_json_keeps_its_words(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    only(chat_services, *SSE)
    heard = await ask(chat_services, wires, "event: error\ndata: upstream overloaded, try again later\n\n")
    assert isinstance(heard.error, Overloaded)
    assert "upstream overloaded" in heard.error.message


async def test_a_web_page_is_no_reply(chat_services: Desk, wires: Wires) -> None:
    for kind in ("text/html", "text/event-stream", ""):
        wires.script("m", Web("<!doctype html><title>Sign in</title>", content_type=kind))
        heard = await chat_services.ask()
        assert isinstance(heard.error, Unreachable)
        assert "web page" in heard.error.message


async def test_a_413_that_is_a_limit_of_tokens_a_minute_is_a_rate_limit(
    chat_services: Desk, wires: Wires
) -> None:
    wires.script(
        "m", Status(413, "Request too large on tokens per minute (TPM): Limit 6000, Requested 9000", "tokens")
    )
    assert isinstance((await chat_services.ask()).error, RateLimited)


# Why it stopped


@pytest.mark.parametrize(
    ("reason", "stop"),
    [("length", "length"), ("max_tokens", "length"), ("MAX_TOKENS", "length"), ("model_length", "length"),
     ("content_filter", "refused"), ("SAFETY", "refused"), ("refusal", "refused"), ("something_new", "unknown")],
)  # fmt: skip
async def test_reasons_to_stop_are_told_apart(
    chat_services: Desk, wires: Wires, speech: Speech, reason: str, stop: str
) -> None:
    heard = await ask(
        chat_services, wires, speech.text("So "), speech.text("far"), speech.finish(reason), speech.mark()
    )
    assert (heard.text, heard.ended.stop) == ("So far", stop)
    assert any("something_new" in notice.text for notice in heard.notices) == (stop == "unknown")


@pytest.mark.parametrize("reason", ["insufficient_system_resource", "network_error", "error", "aborted"])
async def test_a_reply_that_the_server_calls_broken_is_interrupted_with_the_reason(
    chat_services: Desk, wires: Wires, speech: Speech, reason: str
) -> None:
    heard = await ask(
        chat_services, wires, speech.text("So "), speech.text("far"), speech.finish(reason), speech.mark()
    )
    assert isinstance(heard.error, Interrupted)
    assert reason in heard.error.message
    assert heard.text == "So far"


async def test_a_limit_used_up_by_thinking_is_said_with_a_higher_one(
    chat_services: Desk, wires: Wires
) -> None:
    wires.script("m", Reply("", "So many thoughts.", stop="length"))
    error = (await chat_services.ask(max_tokens=500)).error
    assert isinstance(error, LimitUsedUp)
    assert "all 500 tokens on thinking" in error.message
    assert error.failure.higher_limit == 2000


# Usage


async def test_usage_of_zeros_beside_text_is_no_usage(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    usage = speech.usage(0, 0)
    heard = await ask(
        chat_services, wires, speech.text("Some "), speech.text("words."), usage,
        *(() if chat_services.kind in {"ollama", "responses"} else (speech.finish("stop"), speech.mark())),
    )  # fmt: skip
    assert (heard.ended.usage.input, heard.ended.usage.output, heard.ended.usage.billed) == (None, None, None)


async def test_usage_in_the_first_piece_alone_is_kept(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    only(chat_services, "chat", "google", "anthropic")
    heard = await ask(chat_services, wires, speech.usage(12, 34), *complete(speech, speech.text("Hm.")))
    assert (heard.ended.usage.input, heard.ended.usage.output) == (12, 34)


CHARGES: dict[str, tuple[dict[str, Any], str]] = {
    "openrouter": ({"cost": 0.0123}, "0.0123"),
    "openrouter by one's own key": ({"cost": 0.0005, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.01}}, "0.0105"),
    "xai ticks": ({"cost_in_usd_ticks": 318319000}, "0.0318319"),
    "perplexity's table": ({"cost": {"input_tokens_cost": 0.001, "request_cost": 0.005, "total_cost": 0.006}}, "0.006"),
}  # fmt: skip


@pytest.mark.parametrize("who", CHARGES)
async def test_a_charge_that_the_server_tells_is_kept(
    chat_services: Desk, wires: Wires, speech: Speech, who: str
) -> None:
    only(chat_services, "chat", "responses")
    told, dollars = CHARGES[who]
    heard = await ask(chat_services, wires, speech.text("Paid "), speech.text("for."),
                      *(() if chat_services.kind == "responses" else (speech.finish("stop"),)), speech.usage(5, 6, **told))  # fmt: skip
    assert str(heard.ended.usage.billed) == dollars


async def test_litellms_header_is_the_charge_where_the_usage_has_none(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    only(chat_services, "chat")
    heard = await ask(chat_services, wires, *complete(speech, speech.text("Paid.")), speech.usage(5, 6),
                      headers={"x-litellm-response-cost": "0.00042"})  # fmt: skip
    assert str(heard.ended.usage.billed) == "0.00042"


async def test_usage_inside_the_choice_is_read(wires: Wires) -> None:
    """Moonshot's form."""
    desk, speech = Desk("chat", wires.url), Chat()
    last = {
        "choices": [
            {"delta": {}, "finish_reason": "stop", "usage": {"prompt_tokens": 4, "completion_tokens": 5}}
        ]
    }
    heard = await ask(desk, wires, speech.text("Hm."), f"data: {json.dumps(last)}\n\n", speech.mark())
    assert (heard.ended.usage.input, heard.ended.usage.output) == (4, 5)
    await desk.aclose()


# Thinking between tags


@pytest.mark.parametrize("model", ["m", "deepseek-r1:8b"])
async def test_thinking_between_tags_is_no_reply(
    chat_services: Desk, wires: Wires, speech: Speech, model: str
) -> None:
    only(chat_services, "chat", "ollama")
    pieces = complete(speech, speech.text("<think>two and two</th"), speech.text("ink>\n\nFour."))
    wires.script(model, Raw(pieces, content_type=speech.content_type))
    heard = await chat_services.ask(model)
    assert (heard.thinking, heard.text) == ("two and two", "Four.")


async def test_a_block_whose_beginning_is_in_the_template_is_thinking(
    chat_services: Desk, wires: Wires, speech: Speech
) -> None:
    only(chat_services, "chat", "ollama")
    pieces = complete(speech, speech.text("two and "), speech.text("two</think>Four."))
    wires.script("deepseek-r1:8b", Raw(pieces, content_type=speech.content_type))
    heard = await chat_services.ask("deepseek-r1:8b")
    assert (heard.thinking, heard.text) == ("two and two", "Four.")
    wires.script(
        "deepseek-r1:8b",
        Raw(
            complete(speech, speech.text("No block "), speech.text("at all.")),
            content_type=speech.content_type,
        ),
    )
    assert (await chat_services.ask("deepseek-r1:8b")).text == "No block at all."


# System prompts, cut prompts


@pytest.mark.parametrize(
    "refusal",
    ["Developer instruction is not enabled for models/m", "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
     "System role not supported", "Conversation roles must alternate user/assistant/user/assistant/..."],
)  # fmt: skip
async def test_a_system_prompt_that_is_refused_goes_before_the_first_words(
    chat_services: Desk, wires: Wires, refusal: str
) -> None:
    wires.script("m", Status(400, refusal), Reply("Yes."))
    heard = await chat_services.ask(system="Be brief.")
    assert heard.text == "Yes."
    assert any("no system prompt" in notice.text for notice in heard.notices)
    sent = wires.seen[1].json
    assert "Be brief.\\n\\nHello?" in json.dumps(sent)
    assert not {"system", "instructions", "systemInstruction"} & set(sent)
    assert (await chat_services.ask(system="Be brief.")).text == "Yes."
    assert len(wires.seen) == 3


async def test_a_prompt_that_a_server_cut_silently_is_said(chat_services: Desk, wires: Wires) -> None:
    from mixchat.domain.request import Message

    wires.script("m", Reply("Hm.", input=4096))
    heard = await chat_services.ask(messages=(Message("user", "word " * 20_000),))
    assert any("only 4,096 tokens" in notice.text for notice in heard.notices)
    assert not (await chat_services.ask()).notices


# Lists of models


async def listed(desk: Desk, wires: Wires, value: Json) -> list[ModelRef]:
    wires.script("_listing", Web(json.dumps(value), content_type="application/json"))
    return [card.ref for card in await desk.provider.models()]


async def test_one_odd_entry_of_a_list_costs_that_entry_alone(chat_services: Desk, wires: Wires) -> None:
    kind = chat_services.kind
    key = "name" if kind in {"google", "ollama"} else "id"
    good = {key: "models/good" if kind == "google" else "good"}
    odd: list[Any] = [
        {},
        {key: None},
        {key: ""},
        {key: 17},
        {key: ["x"]},
        None,
        5,
        "text",
        [],
        {key: "late", "retires_at": "soon", "shutdown_date": 5},
    ]
    box = {"google": "models", "ollama": "models"}.get(kind, "data")
    found = await listed(chat_services, wires, {box: [*odd, good]})
    assert [ref.model for ref in found] == ["17", "late", "good"]


@pytest.mark.parametrize(
    "value", [[], {}, None, 5, "text", {"data": None}, {"data": {"id": "x"}}, {"models": 3}, [[[]]]]
)
async def test_a_list_of_another_shape_is_empty(chat_services: Desk, wires: Wires, value: Json) -> None:
    assert await listed(chat_services, wires, value) == []


async def test_a_bare_list_is_read(chat_services: Desk, wires: Wires) -> None:
    """Together's form."""
    only(chat_services, "chat", "responses")
    found = await listed(chat_services, wires, [{"id": "a/b", "context_length": 8192}, {"id": "c"}])
    assert [ref.model for ref in found] == ["a/b", "c"]


async def test_a_page_instead_of_a_list_is_said(chat_services: Desk, wires: Wires) -> None:
    wires.script("_listing", Web())
    with pytest.raises(Unreachable, match="web page"):
        await chat_services.provider.models()
