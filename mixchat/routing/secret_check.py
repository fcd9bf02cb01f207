"""Stops a request that would carry a credential away from this machine."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from mixchat.config.allowed_secrets import AllowedSecrets
from mixchat.domain.errors import ConfigError, SecretFound
from mixchat.domain.model import ModelRef
from mixchat.domain.request import Message
from mixchat.routing.services import RoutingServices
from mixchat.secrets.scan import AT_ONCE, SecretMatch, find, nothing, values

_TOLD = 3


async def check_secrets(
    messages: Sequence[Message],
    ref: ModelRef,
    resources: RoutingServices,
    *,
    system: str | None = None,
    allow: bool = False,
    for_good: bool = False,
) -> None:
    """Stop what would carry a credential to a model that is not on this machine.

    With `allow` it passes, and is not asked about again: it stays in the chat that the next prompt carries. With
    `for_good` as well, it is not asked about in any chat, as far as that can be written down.

    Raises:
        SecretFound: there is one; the message says what kind and where.
    """
    if not resources.check_secrets or resources.local(ref):
        return
    texts, allowed = list(_texts(messages, system)), resources.allowed
    short = sum(len(text) for _, text in texts) < AT_ONCE and not (allowed and allowed.list())
    hits = _all_in(texts, allowed) if short else await asyncio.to_thread(_all_in, texts, allowed)
    if allow:
        if for_good and allowed is not None and hits:
            await asyncio.to_thread(_allow, texts, allowed)
        resources.cleared.update(hit.mark for _, hit in hits)
        return
    found = list(
        dict.fromkeys(
            f"{hit.kind} in line {hit.line} of {place}"
            for place, hit in hits
            if hit.mark not in resources.cleared
        )
    )
    if found:
        more = f", and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
        raise SecretFound(
            f"There is {', '.join(found[:_TOLD])}{more}; take it out, or ask a local model.",
            ref=ref,
        )


def _texts(messages: Sequence[Message], system: str | None) -> Iterator[tuple[str, str]]:
    """Yield everything that is sent as text and no model is known to have written, with the words for its place."""
    if system:
        yield "the system prompt", system
    for message in messages:
        if message.role == "user":
            yield ("the prompt" if message is messages[-1] else "an earlier prompt"), message.text
        elif message.given:
            yield "an earlier reply", message.text
        for file in message.attachments:
            if file.media_type == "text/plain":
                yield file.name, file.data.decode(errors="replace")


def _all_in(
    texts: Iterable[tuple[str, str]], allowed: AllowedSecrets | None
) -> list[tuple[str, SecretMatch]]:
    allows = allowed or nothing
    return [(place, hit) for place, text in texts for hit in find(text, allows)]


def _allow(texts: Iterable[tuple[str, str]], allowed: AllowedSecrets) -> None:
    for value, kind in {value: kind for _, text in texts for value, kind in values(text).items()}.items():
        with suppress(ConfigError):  # it passes until mixchat is closed
            allowed.allow(value, kind)
