"""Usage exports of providers' own consoles, read into one shape.

| provider | what | where its shape is from |
|---|---|---|
| Anthropic | usage CSV of the console: `usage_date_utc`, `model_version`, `usage_input_tokens_no_cache`, ... | platform.claude.com, usage page; public importers of it |
| Anthropic | cost CSV of the console: `usage_date_utc`, `model`, `cost_usd` | the same |
| Anthropic | JSON of the Admin API: `uncached_input_tokens`, ...; cost as `amount` in cents | platform.claude.com/docs, Usage and Cost API |
| OpenAI | cost CSV: `start_time_iso`, `amount_value`, `line_item`; usage CSV: `start_time_iso`, `model`, `input_tokens`, ... | platform.openai.com, usage page; public reports with both |
| OpenAI | JSON of the same: buckets with `results` | platform.openai.com/docs/api-reference/usage |
| OpenRouter | activity CSV: `created_at`, `cost_total`, `model_permaslug`, `tokens_prompt`, ... | openrouter.ai/docs, activity export |
| OpenRouter | JSON of `/api/v1/activity`: `date`, `usage`, `model_permaslug`, ... | openrouter.ai/docs, get activity |

Days are UTC there. Tokens in are counted inclusively, as everywhere in mixchat.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, cast

from msgspec import Struct

from mixchat.domain.errors import ConfigError

Fields = Mapping[str, object]

_MOST_BYTES: Final = 256 * 1024 * 1024
_DATED: Final = re.compile(r"[-@](?:\d{8}|\d{4}-\d{2}-\d{2})$")
_CENTS: Final = Decimal(100)


class ExportLine(Struct, frozen=True):
    """What one line of an export says; `None` is what it does not say."""

    provider: str
    day: date
    model: str | None
    usd: Decimal | None = None
    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_long: int | None = None
    searches: int | None = None
    place: str | None = None
    calls: int | None = None


class _Shape(Struct, frozen=True):
    """One kind of export: which fields tell it, and what its fields mean. Several names are added up."""

    provider: str
    marks: tuple[str, ...]
    day: tuple[str, ...]
    model: str | None = None
    usd: tuple[str, ...] = ()
    in_cents: bool = False
    input: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    cache_read: tuple[str, ...] = ()
    cache_write: tuple[str, ...] = ()
    cache_write_long: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


_ANTHROPIC_IN: Final = tuple(
    f"usage_input_tokens_{kind}" for kind in ("no_cache", "cache_write_5m", "cache_write_1h", "cache_read")
)
_ADMIN_WRITES: Final = (
    "cache_creation.ephemeral_5m_input_tokens",
    "cache_creation.ephemeral_1h_input_tokens",
)
_SHAPES: Final = (
    _Shape(
        "anthropic", ("usage_date_utc", "usage_output_tokens"), ("usage_date_utc",), "model_version", input=_ANTHROPIC_IN,
        output=("usage_output_tokens",), cache_read=_ANTHROPIC_IN[3:], cache_write=_ANTHROPIC_IN[1:3],
        cache_write_long=_ANTHROPIC_IN[2:3], searches=("web_search_count",),
    ),
    _Shape("anthropic", ("usage_date_utc", "cost_usd"), ("usage_date_utc",), "model", usd=("cost_usd",)),
    _Shape(
        "anthropic", ("starting_at", "uncached_input_tokens"), ("starting_at",), "model",
        input=("uncached_input_tokens", "cache_read_input_tokens", *_ADMIN_WRITES), output=("output_tokens",),
        cache_read=("cache_read_input_tokens",), cache_write=_ADMIN_WRITES, cache_write_long=_ADMIN_WRITES[1:],
        searches=("server_tool_use.web_search_requests",),
    ),
    _Shape("anthropic", ("starting_at", "amount"), ("starting_at",), "model", usd=("amount",), in_cents=True),
    _Shape("openai", ("start_time", "amount_value"), ("start_time_iso", "start_time"), "line_item", usd=("amount_value",)),
    _Shape("openai", ("start_time", "amount.value"), ("start_time_iso", "start_time"), "line_item", usd=("amount.value",)),
    _Shape(
        "openai", ("start_time", "input_tokens", "output_tokens"), ("start_time_iso", "start_time"), "model", input=("input_tokens",),
        output=("output_tokens",), cache_read=("input_cached_tokens",), calls=("num_model_requests",),
    ),
    _Shape(
        "openrouter", ("created_at", "cost_total"), ("created_at",), "model_permaslug", usd=("cost_total", "byok_usage_inference"),
        input=("tokens_prompt",), output=("tokens_completion",), cache_read=("tokens_cached",),
    ),
    _Shape(
        "openrouter", ("date", "usage", "model_permaslug"), ("date",), "model_permaslug", usd=("usage", "byok_usage_inference"),
        input=("prompt_tokens",), output=("completion_tokens",), calls=("requests",),
    ),
)  # fmt: skip


def read_export(path: Path) -> list[ExportLine]:
    """Return the lines of an export that name a day; those without any figure are left out.

    Raises:
        ConfigError: it cannot be read, or is no export that is known.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigError(f"{path} is larger than 256 MB; export a shorter time.")
        said = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror or type(error).__name__}).") from None
    rows = list(_records(said))
    shape = next((shape for shape in _SHAPES if any(_fits(shape, row) for row in rows)), None)
    if shape is None:
        raise ConfigError(
            f"{path} is not a usage export that mixchat knows; use the CSV or JSON that Anthropic's, OpenAI's or "
            "OpenRouter's usage page gives."
        )
    return [line for row in rows if (line := _line(shape, row)) is not None]


def plain_model(name: str) -> str:
    """Return a model's name without what exports add: a date, spaces, the kind of token that a line is for."""
    return _DATED.sub("", name.partition(",")[0].strip().lower().replace(" ", "-"))


def _records(said: str) -> Iterator[Fields]:
    """Yield the lines of a CSV (or a table with tabs), or the results inside a JSON page, each with its bucket's time."""
    text = said.strip()
    if text[:1] in {"{", "["}:
        try:
            yield from _flattened(json.loads(text), {})
        except (ValueError, RecursionError):
            return
        return
    first = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text), delimiter="\t" if first.count("\t") > first.count(",") else ",")
    try:
        for row in table:
            yield {name.strip(): value for name, value in row.items() if isinstance(name, str)}
    except csv.Error:
        return


def _flattened(value: object, above: Fields) -> Iterator[Fields]:
    if isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _flattened(item, above)
    if not isinstance(value, dict):
        return
    found = cast("dict[str, object]", value)
    inner = [found[name] for name in ("data", "results") if isinstance(found.get(name), list)]
    own = {**above, **{name: item for name, item in found.items() if not isinstance(item, list)}}
    for part in inner:
        yield from _flattened(part, own)
    if not inner:
        yield own


def _fits(shape: _Shape, row: Fields) -> bool:
    return all(_value(row, mark) not in (None, "") for mark in shape.marks[:1]) and all(
        _has(row, mark) for mark in shape.marks
    )


def _has(row: Fields, name: str) -> bool:
    return name in row or _value(row, name) is not None


def _value(row: Fields, name: str) -> object:
    """Return a field; a dot leads into a table."""
    value: object = row.get(name)
    if value is None and "." in name:
        outer, _, inner = name.partition(".")
        held = row.get(outer)
        value = cast("Mapping[str, object]", held).get(inner) if isinstance(held, Mapping) else None
    return value


def _line(shape: _Shape, row: Fields) -> ExportLine | None:
    day = next((found for name in shape.day if (found := _day(_value(row, name))) is not None), None)
    usd = _amount(row, shape.usd)
    counts = {field: _count(row, getattr(shape, field)) for field in _COUNTS}
    if day is None or (usd is None and not any(counts.values())):
        return None
    name = _value(row, shape.model) if shape.model else None
    place = row.get("inference_geo")
    return ExportLine(
        provider=shape.provider,
        day=day,
        model=plain_model(name) if isinstance(name, str) and name.strip() else None,
        usd=usd / _CENTS if usd is not None and shape.in_cents else usd,
        place=place if isinstance(place, str) else None,
        **counts,
    )


_COUNTS: Final = ("input", "output", "cache_read", "cache_write", "cache_write_long", "searches", "calls")


def _amount(row: Fields, names: tuple[str, ...]) -> Decimal | None:
    known = [amount for name in names if (amount := _decimal(_value(row, name))) is not None]
    return sum(known, Decimal(0)) if known else None


def _count(row: Fields, names: tuple[str, ...]) -> int | None:
    amount = _amount(row, names)
    return None if amount is None else int(amount)


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(str(value).strip().lstrip("$").replace(",", ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < 10**15 else None


def _day(value: object) -> date | None:
    """Return the UTC day of a date, a time or seconds since the epoch."""
    seconds = _decimal(value)
    if seconds is not None and 10**8 < seconds < 10**11:
        return datetime.fromtimestamp(float(seconds), UTC).date()
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip().replace("/", "-"))
    except ValueError:
        return None
    return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
