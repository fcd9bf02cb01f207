"""The config explained by itself: a commented file, a JSON Schema and a list, all from where its keys are documented."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, cast

import msgspec

from mixchat.config.config import Config
from mixchat.config.schema import Setting, docstrings, fields, settings, shape_of
from mixchat.config.toml_validation import dotted

_NAMED: Final[Mapping[str, str]] = {
    "aliases": "opus", "providers": "work", "prices": "work/big", "local": "mymodel", "roles": "contracts", "keys": "stop",
}  # fmt: skip
"""A name for an entry of each table of named things, to show how one is written."""
_ENTRIES: Final[Mapping[str, str]] = {
    "aliases": '"anthropic/claude-opus-5-5"',
    "local": '"/models/mine.gguf"',
    "keys": '"escape"',
}
"""What such a name stands for, where it is one value."""
_SAMPLES: Final[Mapping[str, str]] = {
    "base_url": '"https://llm.example.com/v1"',
    "judge": '"google/gemini-3.5-flash-lite"',
    "favourites": '["opus", "google/gemini-3.5-flash"]',
    "embeddings": '"openai/text-embedding-3-small"',
    "system": '"You are brief and kind."',
    "persona": '"reviewer"',
    "key_env": '"WORK_LLM_KEY"',
    "key_command": '"op read op://work/llm/key"',
    "models": '["anthropic/claude-sonnet-5-5"]',
    "plan": '"openai/gpt-6-astra"',
    "execute": '"anthropic/claude-sonnet-5-5"',
    "description": '"reads and drafts legal texts"',
}
"""What to write where leaving a key out is the default."""
_NOTHING: Final[tuple[object, ...]] = (None, (), {})


def commented_file() -> str:
    """Return a config file in which every key stands as a comment, with what counts when it is left out."""
    lines = [
        "# The config of mixchat. A line without its # counts; every other one shows the default, or an example.",
        "# `mixchat config check` reads it through, `mixchat config show` says which value comes from where.",
        "",
    ]
    table: tuple[str, ...] = ()
    for setting in sorted(settings(), key=lambda setting: (setting.kind == "table", len(setting.path) > 1)):
        if setting.kind == "table":
            lines += ["", *_entry_lines(setting)]
            continue
        if setting.path[:-1] != table:
            table = setting.path[:-1]
            lines += ["", f"[{dotted(table)}]"]
        lines += [f"# {setting.help}", f"# {setting.path[-1]} = {_written(setting)}"]
    return "\n".join(lines) + "\n"


def described_keys() -> Iterator[tuple[str, str]]:
    """Yield every key of the config with what it is for, what may be written and what counts when it is left out."""
    for setting in settings():
        if setting.kind != "table":
            yield setting.key, _described(setting)
            continue
        name = _NAMED.get(setting.key, "NAME")
        inner = _inner(setting, name)
        yield f"{setting.key}.NAME" if not inner else f"[{setting.key}.NAME]", setting.help
        for field in inner:
            yield f"{setting.key}.NAME.{field.path[-1]}", _described(field)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the config file, each key with its description."""
    (head,), components = msgspec.json.schema_components([Config], ref_template="#/$defs/{name}")
    for name, component in components.items():
        _describe(component, _shape(name))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mixchat's config.toml",
        **head,
        "$defs": components,
    }


def toml_value(value: object) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, msgspec.Struct):
        value = {name: getattr(value, name) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        written = [f"{dotted((key,))} = {toml_value(item)}" for key, item in items if item not in _NOTHING]
        return "{ " + ", ".join(written) + " }"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(toml_value, cast('tuple[object, ...]', value)))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _described(setting: Setting) -> str:
    default = "" if setting.default in _NOTHING else f"; {toml_value(setting.default)}"
    return f"{setting.help} ({setting.allowed}{default})"


def _written(setting: Setting) -> str:
    if setting.default not in _NOTHING:
        return toml_value(setting.default)
    if (sample := _SAMPLES.get(setting.path[-1])) is not None:
        return sample
    if setting.choices:
        return toml_value(setting.choices[0])
    return {"switch": "true", "number": "1", "dollars": "1.00", "list": "[]", "table": "{}"}.get(
        setting.kind, '""'
    )


def _inner(table: Setting, name: str) -> tuple[Setting, ...]:
    return fields(table.key, name) if shape_of(table.key) is not None else ()


def _entry_lines(table: Setting) -> list[str]:
    name = _NAMED.get(table.key, "name")
    inner = _inner(table, name)
    if not inner:
        return [
            f"# {table.help}",
            f"[{table.key}]",
            f"# {dotted((name,))} = {_ENTRIES.get(table.key, '...')}",
        ]
    lines = [f"# {table.help}", f"# [{dotted((table.key, name))}]"]
    return [*lines, *(f"#   {field.path[-1]} = {_written(field)}  # {field.help}" for field in inner)]


def _shape(name: str) -> type[msgspec.Struct] | None:
    from mixchat.config import config, stack_file

    found = getattr(config, name, None) or getattr(stack_file, name, None)
    return found if isinstance(found, type) and issubclass(found, msgspec.Struct) else None


def _describe(component: dict[str, Any], shape: type[msgspec.Struct] | None) -> None:
    if shape is None:
        return
    for key, text in docstrings(shape).items():
        if (field := component.get("properties", {}).get(key)) is not None:
            field["description"] = " ".join(text.split())
