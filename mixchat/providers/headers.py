"""Headers that an SDK takes from the environment and that a server elsewhere must not see."""

from typing import Final

from mixchat.papers.services import Service

_ORGANISATION: Final = ("OpenAI-Organization", "OpenAI-Project")


def foreign_headers(service: Service, custom: str | None) -> tuple[str, ...]:
    """Return the names of the headers to leave out: none at the vendor itself.

    `custom` is the text of `OPENAI_CUSTOM_HEADERS` or `ANTHROPIC_CUSTOM_HEADERS`: `Name: value` lines.
    """
    if service.official:
        return ()
    names = (line.partition(":")[0].strip() for line in (custom or "").split("\n") if ":" in line)
    kept = {name.lower() for name in service.headers}
    return tuple(name for name in (*_ORGANISATION, *names) if name and name.lower() not in kept)
