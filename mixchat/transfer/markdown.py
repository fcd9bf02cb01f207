"""A chat as Markdown with front matter: the branch that is shown."""

import json
import re

from mixchat.domain.turn import Turn
from mixchat.ledger.money import plain
from mixchat.transfer.document import ChatDocument
from mixchat.transfer.facts import by_line, facts, moment, remarks


def to_markdown(document: ChatDocument) -> str:
    """Return the branch of a chat that is shown, under a head in YAML."""
    turns = document.branch()
    texts = [_front_matter(document, turns), f"# {_line(document.title) or 'Chat'}"]
    texts += [_turn(number, turn) for number, turn in enumerate(turns, 1)]
    return "\n\n".join(texts) + "\n"


def _front_matter(document: ChatDocument, turns: list[Turn]) -> str:
    found = facts(document, turns)
    head: dict[str, object] = {
        "title": document.title,
        "id": document.id,
        "created": moment(document.created),
        "updated": moment(document.updated),
        "roles": found.roles,
        "models": found.models,
        "turns": len(turns),
        "branches": found.branches,
        "tokens": {"input": found.usage.input, "output": found.usage.output},
        "cost_usd": None if found.cost.unknown else plain(found.cost.usd),
        "cost_estimated": bool(found.cost.estimated),
    }
    if found.cost.unknown:
        head["cost_usd_known_part"] = plain(found.cost.usd)
    if found.branches > 1:
        head["cost_usd_all_branches"] = None if found.whole_cost.unknown else plain(found.whole_cost.usd)
    if document.tags:
        head["tags"] = document.tags
    if document.private:
        head["private"] = True
    # A JSON value is a YAML value, whatever is in it.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    return "\n".join(("---", *lines, "---"))


def _turn(number: int, turn: Turn) -> str:
    texts = [f"## {number}", _quoted(turn.prompt)]
    texts += [f"Attached: {_code(file.path)} ({file.media_type}, {file.size:,} bytes)" for file in turn.files]
    if by := by_line(turn):
        texts.append(f"**{by}**")
    if turn.plan:
        texts.append(_folded("Plan", turn.plan))
    if turn.thinking:
        texts.append(_folded("Thinking", turn.thinking))
    if turn.reply:
        texts.append(_closed(turn.reply))
    if turn.citations:
        texts.append(
            "\n".join(
                f"{place}. {_link(source.title, source.url)}"
                for place, source in enumerate(turn.citations, 1)
            )
        )
    texts += [f"*{_line(remark)}*" for remark in remarks(turn)]
    return "\n\n".join(texts)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines()) or ">"


def _folded(name: str, text: str) -> str:
    """Return text that GitHub and most editors fold away."""
    return f"<details><summary>{name}</summary>\n\n{_closed(text)}\n\n</details>"


def _closed(text: str) -> str:
    """Return text whose last code fence is closed, as it is not where a reply was cut off."""
    fence = ""
    for line in text.splitlines():
        found = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
    return f"{text.rstrip()}\n{fence}" if fence else text.strip("\n")


def _link(title: str | None, url: str) -> str:
    label = re.sub(r"([\[\]\\])", r"\\\1", _line(title or url))
    return f"[{label}](<{url.replace('<', '%3C').replace('>', '%3E')}>)"


def _code(text: str) -> str:
    return f"`{_line(text).replace('`', chr(39))}`"


def _line(text: str) -> str:
    return " ".join(text.split())
