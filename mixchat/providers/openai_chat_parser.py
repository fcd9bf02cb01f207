"""Reads Chat Completions as they come, from OpenAI's own to the oddest server that calls itself compatible."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import structs

from mixchat.domain.events import ProviderEvent
from mixchat.domain.usage import Usage
from mixchat.providers.event_stream import WireEvent
from mixchat.providers.json_values import count, dollars, listing, table, tables, text
from mixchat.providers.provider_charge import charge_of
from mixchat.providers.stream_state import StreamState
from mixchat.providers.think_tags import ThinkTags

_STANDARD: Final = frozenset({"", "default", "auto", "standard", "on_demand"})
_CHARGE_HEADER: Final = "x-litellm-response-cost"
"""Where LiteLLM's proxy says what a call cost, as far as it knows that when the headers go out."""


class ChatParser:
    """Makes events of one reply, streamed or whole.

    Args:
        state: what was read so far.
        model: which one was asked, since some leave the beginning of their thinking to the template.
    """

    def __init__(self, state: StreamState, model: str = "") -> None:
        self.state = state
        self._tags = ThinkTags(model)
        self._refusal = ""

    def parse(self, event: WireEvent) -> Sequence[ProviderEvent]:
        """Return what one chunk, or a whole reply, says."""
        state, chunk = self.state, table(event.data)
        state.fail_on_error(event)
        events: list[ProviderEvent] = []
        inside: object = None
        for choice in tables(chunk.get("choices"))[:1]:
            events += self._choice(choice)
            inside = choice.get("usage")
        for source in listing(chunk.get("citations")):
            events += state.citation(source)
        for source in tables(chunk.get("search_results")):
            events += state.citation(source.get("url"), source.get("title"))
        for used in (chunk.get("usage"), table(chunk.get("x_groq")).get("usage"), inside):
            if table(used):
                events += state.used(usage_of(table(used), chunk))
                break
        if event.kind == "whole":
            state.ended = state.stop is not None or state.said
        return events

    def finish(self) -> list[ProviderEvent]:
        """Return what was held back, and the refusal where text went before it."""
        events = self._split(self._tags.finish())
        if self._refusal and self.state.stop is not None:
            said = self.state.said
            self.state.refuse(self._refusal)
            events += self.state.text(self._refusal) if said else []
        charged = dollars(self.state.headers.get(_CHARGE_HEADER))
        if charged and self.state.usage.billed is None:
            events += self.state.used(structs.replace(self.state.usage, billed=charged))
        return events

    def _choice(self, choice: Mapping[str, object]) -> list[ProviderEvent]:
        delta = table(choice.get("delta")) or table(choice.get("message"))
        thought = delta.get("reasoning_content") or delta.get("reasoning") or delta.get("thinking")
        events = self.state.thinking(thought)
        if events:
            self._tags.told_apart()
        said = delta.get("content")
        events += self._content(choice.get("text") if said is None and not delta else said)
        for note in tables(delta.get("annotations")):
            source = table(note.get("url_citation")) or note
            events += self.state.citation(source.get("url"), source.get("title"))
        self._refusal += text(delta.get("refusal"))
        why = table(choice.get("content_filter_results")) and "content filter"
        reason = choice.get("finish_reason")
        return events + self.state.finish(reason, why)

    def _content(self, content: object) -> list[ProviderEvent]:
        """Return text and thinking; Mistral's thinking models send a list of typed parts."""
        if isinstance(content, str):
            return self._split(self._tags.feed(content))
        events: list[ProviderEvent] = []
        for part in tables(content):
            events += self.state.text(part.get("text"))
            thoughts = part.get("thinking")
            events += self.state.thinking(thoughts)
            for thought in tables(thoughts):
                events += self.state.thinking(thought.get("text"))
        return events

    def _split(self, parts: tuple[str, str]) -> list[ProviderEvent]:
        thought, said = parts
        return [*self.state.thinking(thought), *self.state.text(said)]


def usage_of(told: Mapping[str, object], chunk: Mapping[str, object]) -> Usage:
    """Return the usage that `told` means, in inclusive buckets; `chunk` is what it came in."""
    read = table(told.get("prompt_tokens_details"))
    written = table(told.get("completion_tokens_details"))
    cached = read.get("cached_tokens")
    reasoning = count(written.get("reasoning_tokens"))
    if reasoning is None:
        reasoning = count(told.get("reasoning_tokens"))
    tier = text(chunk.get("service_tier"))
    return Usage(
        input=count(told.get("prompt_tokens")),
        output=_output(told, reasoning),
        cache_read=count(told.get("prompt_cache_hit_tokens") if cached is None else cached),
        cache_write=count(read.get("cache_write_tokens")),
        reasoning=reasoning,
        searches=_searches(told),
        tier=None if tier in _STANDARD else tier,
        billed=charge_of(told),
    )


def _output(told: Mapping[str, object], reasoning: int | None) -> int | None:
    """Return the tokens out; xAI leaves its reasoning out of them, which only its total shows."""
    out, total, into = (count(told.get(f"{part}_tokens")) for part in ("completion", "total", "prompt"))
    if out is None or total is None or into is None or not reasoning:
        return out
    return out + reasoning if total == into + out + reasoning else out


def _searches(told: Mapping[str, object]) -> int | None:
    """Return the web searches: OpenRouter's name for them, else xAI's, else Perplexity's."""
    served = table(told.get("server_tool_use")).get("web_search_requests")
    names = (served, told.get("num_sources_used"), told.get("num_search_queries"))
    return next((number for each in names if (number := count(each)) is not None), None)
