"""The parts of a turn above and below its reply."""

from collections.abc import Iterator
from functools import partial

from rich.style import Style

from mixchat.tui.transcript.clean import one_line
from mixchat.tui.transcript.inline import link_style
from mixchat.tui.transcript.line import Line, Piece
from mixchat.tui.transcript.look import Look
from mixchat.tui.transcript.part import Part
from mixchat.tui.transcript.sheet import Sheet
from mixchat.tui.transcript.wrap import rows_of
from mixchat.words.turn import Citation


def head_parts(sheet: Sheet, opened: frozenset[str]) -> Iterator[Part]:
    """Yield what stands before the reply: prompt, header, what went wrong on the way, folds.

    An answer that is shown without its prompt has no header either: both stand above it once.
    """
    if sheet.prompt or sheet.files:
        asked = ("prompt", sheet.prompt, sheet.files)
        yield Part(asked, "prompt", partial(_prompt, sheet), text=sheet.prompt)
        head = (sheet.role, sheet.title, sheet.facts, sheet.suffix)
        yield Part(("header", *head), "header", partial(_header, sheet), text="", rows=1)
    for hop in sheet.hops:
        yield Part(("hop", hop), "note", partial(_hop, hop), text=hop)
    for notice in sheet.notices:
        yield Part(("notice", notice), "note", partial(_notice, notice), text=notice)
    if sheet.plan:
        yield _fold("plan", sheet.planned, sheet.plan, opened=opened)
    if sheet.thinking:
        yield _fold("thinking", sheet.thought, sheet.thinking, opened=opened)


def foot_parts(sheet: Sheet) -> Iterator[Part]:
    """Yield what stands after the reply: sources, and how it ended if not well."""
    if sheet.citations:
        yield Part(
            ("sources", sheet.citations), "sources", partial(_sources, sheet.citations),
            text="\n".join(source.url for source in sheet.citations), gap=True,
        )  # fmt: skip
    if sheet.failure:
        yield Part(
            ("failure", sheet.failure, sheet.help, sheet.stopped), "failure", partial(_failure, sheet),
            text=sheet.failure, gap=True,
        )  # fmt: skip


def _prompt(sheet: Sheet, width: int, look: Look) -> list[Line]:
    palette = look.palette
    lines = rows_of([(sheet.prompt.expandtabs(4), palette.prompt)], width)
    for file in sheet.files:
        lines.extend(rows_of([("+ ", palette.prompt_bar), (file, palette.prompt)], width))
    for line in lines:
        line.fill = palette.prompt
    return lines


def _header(sheet: Sheet, width: int, look: Look) -> list[Line]:
    palette = look.palette
    pieces: list[Piece] = []
    if sheet.title:
        pieces.append((sheet.title, palette.role(sheet.role) + Style(bold=True)))
    for fact in (*sheet.facts, *((sheet.suffix,) if sheet.suffix else ())):
        pieces.append((" · " if pieces else "", palette.faint))
        pieces.append((fact, palette.muted))
    return [_as_ornament(line) for line in rows_of(pieces or [("", palette.muted)], width)]


def _as_ornament(line: Line) -> Line:
    line.ornament = True
    return line


def _hop(hop: str, width: int, look: Look) -> list[Line]:
    return rows_of([("↪ ", look.palette.warning), (hop, look.palette.warning)], width)


def _notice(notice: str, width: int, look: Look) -> list[Line]:
    return rows_of([("· ", look.palette.faint), (notice, look.palette.muted)], width)


def _fold(name: str, summary: str, text: str, *, opened: frozenset[str]) -> Part:
    is_open = name in opened
    make = partial(_folded, name, summary, text if is_open else "")
    key = (name, summary, is_open, len(text) if is_open else 0)
    rows = None if is_open else 1
    return Part(key, "plan" if name == "plan" else "thinking", make, text=text, rows=rows)


def _folded(name: str, summary: str, text: str, width: int, look: Look) -> list[Line]:
    palette = look.palette
    toggle = Style(meta={"fold": name})
    title = f"{'▾' if text else '▸'} {summary}"
    lines = [_as_ornament(rows_of([(title, palette.muted + toggle)], width)[0])]
    if text:
        bar = [("│ ", palette.rule)]
        inner = rows_of([(text.strip().expandtabs(4), palette.muted + Style(italic=True))], max(1, width - 2))
        lines.extend(line.behind(bar, ornament=True) for line in inner)
    return lines


def _sources(citations: tuple[Citation, ...], width: int, look: Look) -> list[Line]:
    palette = look.palette
    lines: list[Line] = []
    margin = len(str(len(citations))) + 3
    for number, source in enumerate(citations, 1):
        url = one_line(source.url)
        title = one_line(source.title) if source.title else ""
        pieces: list[Piece] = [(title or url, link_style(palette.link, url))]
        if title:
            pieces.append((f"  {url}", link_style(palette.muted, url)))
        mark = f"[{number}] ".rjust(margin)
        for at, line in enumerate(rows_of(pieces, max(1, width - margin))):
            lines.append(line.behind([(" " * margin if at else mark, palette.mark)], ornament=False))
    return lines


def _failure(sheet: Sheet, width: int, look: Look) -> list[Line]:
    palette = look.palette
    style = palette.muted if sheet.stopped else palette.error
    pieces: list[Piece] = [("■ " if sheet.stopped else "✗ ", style), (sheet.failure, style)]
    if sheet.help:
        pieces.append((f" · {sheet.help}", palette.muted))
    return rows_of(pieces, width)
