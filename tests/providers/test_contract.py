"""What every adapter keeps, whatever the provider does: one file, every adapter, a real socket.

The wire's formats, and the pages they are from, are named at the top of each file in `tests/wires/`.
"""

import asyncio
import email.utils
import gc
import json
import time
from contextlib import aclosing

import pytest

from mixchat.domain.errors import (
    BadRequest,
    Interrupted,
    NeedsKey,
    OutOfCredit,
    Overloaded,
    ProviderError,
    RateLimited,
    Refused,
    TooLong,
    TooSlow,
    UnknownModel,
    Unreachable,
)
from mixchat.domain.events import TextDelta
from mixchat.domain.request import Attachment, Message
from mixchat.providers import stream_state
from tests.providers.adapters import KEY, Desk
from tests.wires import Hangup, Refusal, Reply, Reset, Silence, Status, Web, Wires

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


async def test_a_reply_is_its_text_then_one_end_with_usage(chat_services: Desk, wires: Wires) -> None:
    wires.script("m", Reply("One two three.", input=21, output=9))
    heard = await chat_services.ask()
    assert heard.text == "One two three."
    assert (heard.ended.stop, heard.ended.usage.input, heard.ended.usage.output) == ("end", 21, 9)
    assert heard.usages[-1].usage == heard.ended.usage


async def test_a_reply_has_the_providers_request_id(chat_services: Desk, wires: Wires) -> None:
    ended = (await chat_services.ask()).ended
    assert ended.request_id == {"google": "wire"}.get(chat_services.kind, "req_wire")


async def test_thinking_streams_apart_from_the_reply(chat_services: Desk, wires: Wires) -> None:
    wires.script("m", Reply("Four.", "Two and two.", output=7))
    heard = await chat_services.ask()
    assert (heard.thinking, heard.text) == ("Two and two.", "Four.")
    if chat_services.kind != "ollama":
        assert heard.ended.usage.reasoning == 3
        assert heard.ended.usage.output == 7


async def test_cached_tokens_are_part_of_the_input(chat_services: Desk, wires: Wires) -> None:
    wires.script("m", Reply("Hi.", input=100, cache_read=60, cache_write=20, cache_write_long=5))
    usage = (await chat_services.ask()).ended.usage
    written = {
        "anthropic": (60, 20, 5),
        "responses": (60, 20, None),
        "chat": (60, 20, None),
        "google": (60, None, None),
    }
    assert usage.input == 100
    assert (usage.cache_read, usage.cache_write, usage.cache_write_long) == written.get(
        chat_services.kind, (None,) * 3
    )


async def test_sources_are_cited_once_and_searches_counted(chat_services: Desk, wires: Wires) -> None:
    source = ("https://example.org/a", "A")
    wires.script("m", Reply("Found.", citations=(source, source), searches=2))
    heard = await chat_services.ask(search=True)
    if chat_services.kind == "ollama":
        assert "web search" in heard.notices[0].text
        return
    assert [(cited.url, cited.title) for cited in heard.citations] == [source]
    assert heard.ended.usage.searches == 2
    sent = wires.seen[0].json
    assert {"anthropic": "tools", "responses": "tools", "chat": "plugins", "google": "tools"}[
        chat_services.kind
    ] in sent


async def test_a_search_a_model_is_known_not_to_do_is_left_out_and_said(
    chat_services: Desk, wires: Wires
) -> None:
    chat_services.facts = {"search": False}
    heard = await chat_services.ask(search=True)
    assert heard.text
    assert [notice.kind for notice in heard.notices] == ["parameter"]
    assert not {"tools", "plugins"} & set(wires.seen[0].json)


async def test_system_prompt_history_image_and_text_file_arrive(chat_services: Desk, wires: Wires) -> None:
    history = (
        Message("user", "First."),
        Message("assistant", "Reply."),
        Message("user", "What is this?", (Attachment("a.png", "image/png", PNG), Attachment("n.txt", "text/plain", b"note"))),
    )  # fmt: skip
    await chat_services.ask(messages=history, system="Be brief.")
    sent = wires.seen[0].json
    flat = str(sent)
    assert "Be brief." in flat
    assert "iVBORw0KGgo" in flat
    assert "n.txt:\\n```\\nnote\\n```" in flat
    turns = sent.get("messages") or sent.get("input") or sent.get("contents")
    roles = [turn["role"] for turn in turns if turn["role"] != "system"]
    assert roles == ["user", "model" if chat_services.kind == "google" else "assistant", "user"]


async def test_an_image_for_a_model_that_cannot_see_is_not_sent(chat_services: Desk, wires: Wires) -> None:
    chat_services.facts = {"images": False}
    picture = Message("user", "What?", (Attachment("a.png", "image/png", PNG),))
    heard = await chat_services.ask(messages=(picture,))
    assert isinstance(heard.error, BadRequest)
    assert "cannot see images" in heard.error.message
    assert not wires.seen


async def test_a_pdf_goes_where_it_is_taken_and_is_refused_elsewhere(
    chat_services: Desk, wires: Wires
) -> None:
    paper = Message("user", "Sum up.", (Attachment("p.pdf", "application/pdf", b"%PDF-1.7"),))
    heard = await chat_services.ask(messages=(paper,))
    if chat_services.kind in {"chat", "ollama"}:
        assert isinstance(heard.error, BadRequest)
    else:
        assert heard.text
        assert "JVBERi0xLjc" in str(wires.seen[0].json)


async def test_neighbours_of_one_side_are_joined_and_empty_turns_left_out(
    chat_services: Desk, wires: Wires
) -> None:
    await chat_services.ask(messages=(Message("user", "A"), Message("assistant", " "), Message("user", "B")))
    sent = wires.seen[0].json
    turns = sent.get("messages") or sent.get("input") or sent.get("contents")
    assert len(turns) == 1
    assert "A\\n\\nB" in str(turns)


@pytest.mark.parametrize("split", [1, 3])
async def test_characters_cut_between_packets_are_whole(
    chat_services: Desk, wires: Wires, split: int
) -> None:
    text = "Grüße 🦊\u2028naïve\u0085日本語 end"
    wires.script("m", Reply(text, thinking="Öl\u2029", split=split))
    heard = await chat_services.ask()
    assert (heard.text, heard.thinking) == (text, "Öl\u2029")


async def test_events_that_nobody_knows_are_passed_over(chat_services: Desk, wires: Wires) -> None:
    wires.script("m", Reply("Still here.", unknown=True))
    assert (await chat_services.ask()).ended.stop == "end"


async def test_a_reply_cut_at_the_limit_says_so(chat_services: Desk, wires: Wires) -> None:
    wires.script("m", Reply("Once upon", stop="length"))
    assert (await chat_services.ask(max_tokens=2)).ended.stop == "length"
    assert " 2" in str(wires.seen[0].json)


async def test_a_refusal_without_a_word_is_refused_and_its_usage_kept(
    chat_services: Desk, wires: Wires
) -> None:
    if chat_services.kind == "ollama":
        pytest.skip("Ollama has no refusal on the wire")
    wires.script("m", Refusal())
    heard = await chat_services.ask()
    assert isinstance(heard.error, Refused)
    assert heard.usages[-1].usage.input == 10


async def test_a_filter_after_some_text_ends_as_refused_with_the_text(
    chat_services: Desk, wires: Wires
) -> None:
    if chat_services.kind == "ollama":
        pytest.skip("Ollama has no refusal on the wire")
    wires.script("m", Reply("It begins", stop="refused"))
    heard = await chat_services.ask()
    assert (heard.text, heard.ended.stop) == ("It begins", "refused")


@pytest.mark.parametrize("thinking", ["", "Hm."])
async def test_a_reply_without_a_word_is_interrupted(
    chat_services: Desk, wires: Wires, thinking: str
) -> None:
    wires.script("m", Reply("", thinking))
    heard = await chat_services.ask()
    assert isinstance(heard.error, Interrupted)
    assert "empty" in heard.error.message


STATUSES: dict[int, type[ProviderError]] = {
    400: BadRequest, 401: NeedsKey, 402: OutOfCredit, 403: NeedsKey, 404: UnknownModel, 405: Unreachable,
    407: Unreachable, 408: TooSlow, 409: Overloaded, 410: UnknownModel, 413: TooLong, 422: BadRequest, 425: Overloaded,
    429: RateLimited, 451: Refused, 499: Interrupted, 500: Overloaded, 501: Overloaded, 502: Overloaded,
    503: Overloaded, 504: Overloaded, 520: Overloaded, 524: Overloaded, 529: Overloaded,
}  # fmt: skip


async def test_every_status_has_its_name(chat_services: Desk, wires: Wires) -> None:
    for status in range(400, 530):
        wires.script("m", Status(status))
        error = (await chat_services.ask()).error
        expected = STATUSES.get(status, Overloaded if status >= 500 else BadRequest)
        assert isinstance(error, expected), (status, error)
        assert error.status == status
        assert error.ref is not None
        assert "\n" not in error.message


async def test_a_redirect_is_not_followed_with_the_key(chat_services: Desk, wires: Wires) -> None:
    wires.script("m", Status(307))
    assert isinstance((await chat_services.ask()).error, Unreachable)
    assert len(wires.seen) == 1


@pytest.mark.parametrize(
    ("status", "message", "kind", "expected"),
    [
        (400, "prompt is too long: 210000 tokens > 200000 maximum", None, TooLong),
        (400, "This model's maximum context length is 8192 tokens.", "context_length_exceeded", TooLong),
        (400, "The input token count (9) exceeds the maximum number of tokens allowed (8).", None, TooLong),
        (400, "the input length exceeds the context length", None, TooLong),
        (400, "Your credit balance is too low to access the API.", None, OutOfCredit),
        (429, "You exceeded your current quota.", "insufficient_quota", OutOfCredit),
        (400, "API key not valid. Please pass a valid API key.", None, NeedsKey),
        (400, "The response was filtered.", "content_filter", Refused),
        (400, "The model `gpt-9` does not exist.", "model_not_found", UnknownModel),
        (403, "Input was flagged by moderation.", None, Refused),
    ],
)  # fmt: skip
async def test_what_a_status_leaves_open_the_words_tell(
    chat_services: Desk,
    wires: Wires,
    status: int,
    message: str,
    kind: str | None,
    expected: type[ProviderError],
) -> None:
    wires.script("m", Status(status, message, kind))
    error = (await chat_services.ask()).error
    if chat_services.kind == "ollama" and kind == "insufficient_quota":
        assert isinstance(error, OutOfCredit | RateLimited)
    elif chat_services.kind == "ollama" and kind == "content_filter":
        assert isinstance(error, BadRequest | Refused)
    else:
        assert type(error) is expected


async def test_retry_after_is_kept_in_every_form(chat_services: Desk, wires: Wires) -> None:
    date = email.utils.formatdate(time.time() + 30, usegmt=True)
    cases = [
        (Status(429, retry_after="2"), 2.0), (Status(503, retry_after="0.5"), 0.5),
        (Status(429, retry_after=date), 30.0), (Status(429, retry_after_ms=1500), 1.5),
        (Status(429, retry_info="12s") if chat_services.kind == "google" else Status(429, "Please try again in 12s."), 12.0),
        (Status(429, "Try again in 1m30.5s."), 90.5), (Status(429), None),
        (Status(429, retry_after="soon"), None), (Status(429, retry_after="-3"), None),
    ]  # fmt: skip
    for status, expected in cases:
        wires.script("m", status)
        error = (await chat_services.ask()).error
        assert error is not None
        assert error.retry_after == (
            None if expected is None else pytest.approx(expected, abs=3 if expected == 30 else 0.01)
        )


async def test_no_adapter_tries_twice(chat_services: Desk, wires: Wires) -> None:
    for script in (Status(429, retry_after="0"), Status(503), Reset(), Hangup()):
        wires.seen.clear()
        wires.script("m", script)
        assert (await chat_services.ask()).error is not None
        assert len(wires.seen) == 1


async def test_a_key_is_never_in_a_message(chat_services: Desk, wires: Wires) -> None:
    wires.script(
        "m", Status(401, f"Incorrect API key provided: {KEY}, not sk-ant-REDACTED, see Bearer abcdef.")
    )
    error = (await chat_services.ask()).error
    assert isinstance(error, NeedsKey)
    assert KEY not in str(error)
    assert "sk-ant" not in str(error)
    assert f"mixchat keys set {chat_services.service.name}" in str(error)


async def test_control_characters_of_a_provider_stay_out_of_messages(
    chat_services: Desk, wires: Wires
) -> None:
    wires.script("m", Status(400, "bad\x1b[31m thing\r\nsecond line " + "x" * 5000))
    error = (await chat_services.ask()).error
    assert error is not None
    assert error.message.isprintable()
    assert len(error.message) < 400


@pytest.mark.parametrize(
    "script", [Status(502, body="<html>Bad gateway</html>"), Status(500, body=""), Status(400, body="[1")]
)
async def test_an_error_page_that_is_no_json_keeps_its_name(
    chat_services: Desk, wires: Wires, script: Status
) -> None:
    wires.script("m", script)
    error = (await chat_services.ask()).error
    assert type(error) is (BadRequest if script.status == 400 else Overloaded)


async def test_a_web_page_with_status_200_is_unreachable(chat_services: Desk, wires: Wires) -> None:
    wires.script("m", Web())
    error = (await chat_services.ask()).error
    assert isinstance(error, Unreachable)
    assert "web page" in error.message


async def test_json_with_status_200_is_the_error_it_tells_of(chat_services: Desk, wires: Wires) -> None:
    told = '{"error": {"message": "No credit left", "code": 402, "status": "x"}}'
    wires.script("m", Web(told, content_type="application/json"))
    assert isinstance((await chat_services.ask()).error, OutOfCredit)
    wires.script("m", Web('{"hello": 1}', content_type="application/json"))
    assert isinstance((await chat_services.ask()).error, Unreachable)


async def test_nobody_at_the_address_is_unreachable(wires: Wires, chat_services: Desk) -> None:
    lost = Desk(chat_services.kind, wires.refused_url)
    error = (await lost.ask()).error
    await lost.aclose()
    assert isinstance(error, Unreachable)
    assert lost.service.base_url in error.message


@pytest.mark.parametrize("script", [Reset(), Hangup()])
async def test_a_connection_that_breaks_before_the_reply_is_unreachable(
    chat_services: Desk, wires: Wires, script: Reset | Hangup
) -> None:
    wires.script("m", script)
    assert isinstance((await chat_services.ask()).error, Unreachable)


@pytest.mark.parametrize("ending", ["truncate", "drop", "reset", "garbage"])
async def test_a_reply_that_breaks_in_the_middle_is_interrupted_and_what_came_stays(
    chat_services: Desk, wires: Wires, ending: str
) -> None:
    wires.script("m", Reply("one two three four", ending=ending, after=2))  # pyright: ignore[reportArgumentType]
    heard = await chat_services.ask()
    assert isinstance(heard.error, Interrupted)
    assert heard.text == "one two"


@pytest.mark.parametrize("after", [0, 2])
@pytest.mark.parametrize("name", ["overloaded", "rate_limited"])
async def test_an_error_inside_the_stream_has_its_name(
    chat_services: Desk, wires: Wires, name: str, after: int
) -> None:
    wires.script("m", Reply("one two three", ending="error", error=name, after=after))
    heard = await chat_services.ask()
    limited = name == "rate_limited" and chat_services.kind != "ollama"
    assert type(heard.error) is (RateLimited if limited else Overloaded)
    assert heard.text == "one two"[: 7 * bool(after)]


@pytest.mark.parametrize(
    "body", ["42", "[]", '"text"', "null", '{"choices": 3, "candidates": 4, "type": 5, "message": 6}']
)
async def test_json_of_another_shape_is_interrupted(chat_services: Desk, wires: Wires, body: str) -> None:
    line = f"{body}\n" if chat_services.kind == "ollama" else f"event: content_block_delta\ndata: {body}\n\n"
    kind = "application/x-ndjson" if chat_services.kind == "ollama" else "text/event-stream"
    wires.script("m", Web(line, content_type=kind))
    assert isinstance((await chat_services.ask()).error, Interrupted)


async def test_a_server_that_ends_well_but_keeps_the_line_open_is_not_waited_for(
    chat_services: Desk, wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    for grace in ("END_GRACE", "FINISH_GRACE"):
        monkeypatch.setattr(stream_state, grace, 0.5)
    wires.script("m", Reply("All done.", ending="unmarked"))
    started = time.perf_counter()
    assert (await chat_services.ask()).ended.usage.output == 2
    assert time.perf_counter() - started < 8


async def test_silence_ends_by_the_idle_limit(chat_services: Desk, wires: Wires) -> None:
    _impatient(chat_services, 0.2)
    for script in (Silence(), Reply("one two three", ending="stall", after=2)):
        wires.script("m", script)
        heard = await chat_services.ask()
        assert isinstance(heard.error, TooSlow), heard.error


def _impatient(chat_services: Desk, seconds: float) -> None:
    import httpx
    import httpx2

    chat_services.connections.sdk.timeout = httpx2.Timeout(seconds, connect=5)
    chat_services.connections.own.timeout = httpx.Timeout(seconds, connect=5)


async def _until_text(chat_services: Desk, reached: asyncio.Event) -> None:
    async with aclosing(chat_services.provider.stream(chat_services.request())) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                reached.set()


async def _resting(chat_services: Desk, reached: asyncio.Event) -> None:
    async with aclosing(chat_services.provider.stream(chat_services.request())) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                reached.set()
                await asyncio.sleep(30)


@pytest.mark.parametrize("where", ["before the headers", "while reading", "while the consumer rests"])
async def test_cancelling_closes_the_socket_at_once(chat_services: Desk, wires: Wires, where: str) -> None:
    await chat_services.ask("warm")
    wires.seen.clear()
    silent = where == "before the headers"
    wires.script("m", Silence() if silent else Reply("one two three", ending="stall", after=2))
    reached = asyncio.Event()
    gc.collect()
    gc.disable()
    try:
        task = asyncio.create_task((_resting if "rests" in where else _until_text)(chat_services, reached))
        seen = await wires.arrived()
        if not silent:
            await asyncio.wait_for(reached.wait(), 5)
        cancelled = time.perf_counter()
        task.cancel()
        assert await wires.gone(seen) - cancelled < 0.25
        with pytest.raises(asyncio.CancelledError):
            await task
    finally:
        gc.enable()


async def test_closing_the_generator_closes_the_socket(chat_services: Desk, wires: Wires) -> None:
    await chat_services.ask("warm")
    wires.seen.clear()
    wires.script("m", Reply("one two three", ending="stall", after=2))
    gc.disable()
    try:
        events = chat_services.provider.stream(chat_services.request())
        async for event in events:
            if isinstance(event, TextDelta):
                break
        closed = time.perf_counter()
        await events.aclose()
        assert await wires.gone(wires.seen[0]) - closed < 0.25
    finally:
        gc.enable()


async def test_cancelling_one_call_leaves_the_others(chat_services: Desk, wires: Wires) -> None:
    wires.script("m", Reply("one two three four five six", rate=30))
    first, *others = (asyncio.create_task(chat_services.ask()) for _ in range(4))
    await wires.arrived(4)
    first.cancel()
    for heard in await asyncio.gather(*others):
        assert heard.ended.stop == "end"


async def test_after_an_interrupted_call_the_next_one_works(chat_services: Desk, wires: Wires) -> None:
    wires.script("m", Reply("one two", ending="drop", after=1), Reply("Well."))
    assert (await chat_services.ask()).error is not None
    assert (await chat_services.ask()).text == "Well."


async def test_closing_leaves_no_connection_open(chat_services: Desk) -> None:
    await chat_services.ask()
    clients = (chat_services.connections.sdk, chat_services.connections.own)
    await chat_services.aclose()
    assert all(client.is_closed for client in clients)


async def test_a_proxy_of_the_environment_is_not_asked_for_loopback(
    wires: Wires, chat_services: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, wires.refused_url)
    direct = Desk(chat_services.kind, wires.url)
    assert (await direct.ask()).text
    await direct.aclose()


async def test_what_is_refused_though_nobody_knew_is_left_out_said_and_remembered(
    chat_services: Desk, wires: Wires
) -> None:
    refused = "Unsupported parameter: `temperature`; thinking and the reasoning effort are fine"
    if chat_services.kind in {"anthropic", "ollama"}:
        refused = "The effort (output_config, think) is not supported by this model"
    wires.script("m", Status(400, refused), Reply("Without."))
    heard = await chat_services.ask(temperature=0.5, effort="low")
    assert heard.text == "Without."
    assert any("asked without it" in notice.text for notice in heard.notices)
    assert len(wires.seen) == 2
    again = await chat_services.ask(temperature=0.5, effort="low")
    assert again.text == "Without."
    assert any("asked without it" in notice.text for notice in again.notices)
    assert len(wires.seen) == 3


async def test_at_most_four_refused_fields_are_left_out_one_by_one(chat_services: Desk, wires: Wires) -> None:
    wires.script("m", Status(400, "this is not supported: temperature, effort, thinking, search, tools"))
    heard = await chat_services.ask(
        temperature=0.5, effort="low", search=True, max_tokens=9, system="Be brief."
    )
    assert isinstance(heard.error, BadRequest)
    assert 2 <= len(wires.seen) <= 5
    bodies = [len(json.dumps(seen.json)) for seen in wires.seen]
    assert bodies == sorted(bodies, reverse=True)


async def test_what_a_model_is_known_to_refuse_is_not_sent(chat_services: Desk, wires: Wires) -> None:
    chat_services.facts = {"temperature": False, "thinks": False, "efforts": ()}
    heard = await chat_services.ask(temperature=0.5, effort="high")
    assert heard.text
    assert {notice.kind for notice in heard.notices} <= {"parameter"}
    sent = str(wires.seen[0].json)
    assert "high" not in sent
    assert "effort" not in sent
    if chat_services.kind != "ollama":
        assert "temperature" not in sent


async def test_the_models_are_listed(chat_services: Desk) -> None:
    cards = await chat_services.provider.models()
    assert all(card.ref.provider == chat_services.service.name for card in cards)
    known = {card.ref.model: card for card in cards}
    expected = {
        "anthropic": "claude-sonnet-4-5", "responses": "o3", "chat": "gpt-6.1-sol", "google": "gemini-3.8-flash",
        "ollama": "gemma4:latest",
    }  # fmt: skip
    assert expected[chat_services.kind] in known
    if chat_services.kind in {"anthropic", "responses"}:
        assert known[expected[chat_services.kind]].retires is not None
    if chat_services.kind in {"anthropic", "google", "ollama"}:
        assert known[expected[chat_services.kind]].context_window


async def test_a_list_that_cannot_be_had_is_an_error_by_name(chat_services: Desk, wires: Wires) -> None:
    wires.script("_listing", Status(401, "no"))
    with pytest.raises(NeedsKey):
        await chat_services.provider.models()
