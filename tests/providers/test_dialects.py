"""What single protocols have of their own."""

from collections.abc import AsyncGenerator

import pytest

from tests.providers.adapters import Desk
from tests.wires import Reply, Status, Web, Wires


@pytest.fixture
async def desks(wires: Wires) -> AsyncGenerator[dict[str, Desk]]:
    made = {kind: Desk(kind, wires.url) for kind in ("anthropic", "responses", "chat", "google", "ollama")}
    yield made
    for chat_services in made.values():
        await chat_services.aclose()


async def test_anthropic_caches_the_prompt_and_shows_its_thinking(
    desks: dict[str, Desk], wires: Wires
) -> None:
    chat_services = desks["anthropic"]
    chat_services.facts = {"thinks": True, "efforts": ("low", "high"), "max_output": 8000}
    await chat_services.ask(effort="high")
    sent = wires.seen[0].json
    assert sent["cache_control"] == {"type": "ephemeral"}
    assert sent["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert sent["output_config"] == {"effort": "high"}
    assert sent["max_tokens"] == 8000


async def test_anthropic_never_sends_a_temperature(desks: dict[str, Desk], wires: Wires) -> None:
    heard = await desks["anthropic"].ask(temperature=0.2)
    assert "temperature" not in wires.seen[0].json
    assert "temperature" in heard.notices[0].text


async def test_responses_stores_nothing_and_asks_for_summaries_of_thinking_models_only(
    desks: dict[str, Desk], wires: Wires
) -> None:
    chat_services = desks["responses"]
    await chat_services.ask()
    chat_services.facts = {"thinks": True}
    await chat_services.ask()
    unknown, thinking = (seen.json for seen in wires.seen)
    assert unknown["store"] is False
    assert "reasoning" not in unknown
    assert thinking["reasoning"] == {"summary": "auto"}


async def test_chat_asks_for_usage_and_keeps_the_bill(desks: dict[str, Desk], wires: Wires) -> None:
    wires.script("m", Reply("Hi.", billed=0.00123))
    heard = await desks["chat"].ask()
    assert str(heard.ended.usage.billed) == "0.00123"
    assert wires.seen[0].json["stream_options"] == {"include_usage": True}


async def test_chat_drops_stream_options_where_they_are_refused(desks: dict[str, Desk], wires: Wires) -> None:
    wires.script("m", Status(400, "Unknown field: stream_options"), Reply("Hi."))
    assert (await desks["chat"].ask()).text == "Hi."
    assert "stream_options" not in wires.seen[1].json


async def test_chat_calls_the_limit_by_its_other_name_where_that_is_wanted(
    desks: dict[str, Desk], wires: Wires
) -> None:
    wires.script("m", Status(400, "Use 'max_completion_tokens' instead of 'max_tokens'."), Reply("Hi."))
    heard = await desks["chat"].ask(max_tokens=50)
    assert wires.seen[1].json["max_completion_tokens"] == 50
    assert not heard.notices


async def test_chat_reads_thinking_in_tags_and_in_mistrals_parts(
    desks: dict[str, Desk], wires: Wires
) -> None:
    """Format of the parts: docs.mistral.ai/capabilities/reasoning."""
    wires.script("m", Reply("<think>two and two</think>Four.", split=2))
    heard = await desks["chat"].ask()
    assert (heard.thinking, heard.text) == ("two and two", "Four.")
    part = '{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"Yes."}'
    chunk = '{"id":"c","choices":[{"index":0,"delta":{"content":[%s]},"finish_reason":"stop"}]}'
    wires.script("m", Web(f"data: {chunk % part}\n\n", content_type="text/event-stream"))
    heard = await desks["chat"].ask()
    assert (heard.thinking, heard.text) == ("hm", "Yes.")


async def test_google_is_asked_for_thoughts_and_never_continues_by_itself(
    desks: dict[str, Desk], wires: Wires
) -> None:
    chat_services = desks["google"]
    chat_services.facts = {"thinks": True}
    wires.script("m", Reply("Hi."))
    await chat_services.ask(effort="low", system="Be brief.")
    sent = wires.seen[0].json
    # The SDK writes inner fields by their proto names, which the API takes as well.
    assert sent["generationConfig"]["thinkingConfig"] == {"include_thoughts": True, "thinking_level": "LOW"}
    assert sent["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert wires.seen[0].path.startswith("/v1beta/models/m:streamGenerateContent")


async def test_ollamas_window_fits_the_conversation_and_nothing_is_cut_silently(
    desks: dict[str, Desk], wires: Wires
) -> None:
    from mixchat.domain.request import Message

    chat_services = desks["ollama"]
    chat_services.facts = {"context_window": 32_000}
    await chat_services.ask()
    await chat_services.ask(messages=(Message("user", "word " * 20_000),), temperature=0.1, max_tokens=9)
    short, long = (seen.json for seen in wires.seen)
    assert short["truncate"] is False
    assert short["options"] == {"num_ctx": 8192}
    assert long["options"] == {"num_ctx": 32_000, "temperature": 0.1, "num_predict": 9}


async def test_ollama_asks_a_model_to_think_only_when_told(desks: dict[str, Desk], wires: Wires) -> None:
    chat_services = desks["ollama"]
    await chat_services.ask()
    await chat_services.ask(effort="high")
    await chat_services.ask(effort="none")
    chat_services.facts = {"efforts": ("low", "high")}
    await chat_services.ask(effort="high")
    assert [seen.json.get("think") for seen in wires.seen] == [None, True, False, "high"]


async def test_a_text_file_keeps_its_own_fences(desks: dict[str, Desk], wires: Wires) -> None:
    from mixchat.domain.request import Attachment, Message

    note = Attachment("a.md", "text/plain", "```py\nx\n```\nÿ".encode())
    await desks["ollama"].ask(messages=(Message("user", "Read.", (note,)),))
    assert wires.seen[0].json["messages"][0]["content"] == "a.md:\n````\n```py\nx\n```\nÿ\n````\n\nRead."
