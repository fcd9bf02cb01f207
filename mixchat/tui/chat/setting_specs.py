"""What can be set for a chat or a message: how it is written, and what a model takes of it."""

from collections.abc import Mapping
from typing import Final, get_args

from msgspec import Struct

from mixchat.domain.chat_request import GenerationSettings
from mixchat.domain.errors import ConfigError
from mixchat.domain.model import Effort, ModelCard

Value = str | float | int | bool | None

_EFFORTS: Final[tuple[Effort, ...]] = get_args(Effort)
_LEAVE: Final = frozenset({"", "default", "-"})
"""What takes a setting away again."""


class SettingSpec(Struct, frozen=True, kw_only=True):
    """One thing to set."""

    name: str
    """The field of `GenerationSettings`."""
    title: str
    help: str
    """What may be written."""
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> Value:
        """Return the value that a text writes.

        Raises:
            ConfigError: it is nothing that may be set.
        """
        return text

    def warning(self, card: ModelCard, value: Value) -> str:
        """Return what a model does with the value instead of taking it; nothing: it takes it."""
        return ""


class EffortSpec(SettingSpec, frozen=True):
    """How hard the model thinks."""

    def read(self, text: str) -> Value:
        """Return one of the efforts."""
        if text not in _EFFORTS:
            raise ConfigError(f'"{text}" is not an effort level; write one of {", ".join(_EFFORTS)}.')
        return text

    def warning(self, card: ModelCard, value: Value) -> str:
        """Say so of a model that does not think, or takes other efforts."""
        if card.thinks is False and value not in {None, "none"}:
            return "does not think; the effort is left out"
        if card.efforts is not None and value is not None and value not in card.efforts:
            return f"takes the efforts {', '.join(card.efforts)}" if card.efforts else "takes no effort"
        return ""


class TemperatureSpec(SettingSpec, frozen=True):
    """How varied the replies are."""

    def read(self, text: str) -> Value:
        """Return a number from 0 to 2."""
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 2:
            raise ConfigError(f'"{text}" is not a temperature; write a number from 0 to 2.')
        return value

    def warning(self, card: ModelCard, value: Value) -> str:
        """Say so of a model that takes none."""
        ignored = card.temperature is False and value is not None
        return "takes no temperature; it is left out" if ignored else ""


class TokensSpec(SettingSpec, frozen=True):
    """How long a reply may be."""

    def read(self, text: str) -> Value:
        """Return a whole number above zero."""
        digits = text.replace(",", "").replace("_", "")
        if not digits.isdecimal() or not int(digits):
            raise ConfigError(f'"{text}" is not a number of tokens; write a whole number above zero.')
        return int(digits)

    def warning(self, card: ModelCard, value: Value) -> str:
        """Say so of a model that writes less."""
        most = card.max_output
        return f"writes at most {most:,} tokens" if most and isinstance(value, int) and value > most else ""


class SearchSpec(SettingSpec, frozen=True):
    """Whether the model searches the web."""

    def read(self, text: str) -> Value:
        """Return whether it is on."""
        words = {"on": True, "yes": True, "off": False, "no": False}
        if text not in words:
            raise ConfigError(f'"{text}" is neither "on" nor "off".')
        return words[text]

    def warning(self, card: ModelCard, value: Value) -> str:
        """Say so of a model that cannot."""
        return "cannot search the web" if value and card.search is not True else ""


SETTING_SPECS: Final[Mapping[str, SettingSpec]] = {
    spec.name: spec
    for spec in (
        SettingSpec(
            name="system",
            title="System prompt",
            help="Who the model is and how it answers; sent before everything else.",
        ),
        EffortSpec(name="effort", title="Reasoning effort", help="How hard it thinks.", choices=_EFFORTS),
        TemperatureSpec(
            name="temperature", title="Temperature", help="How varied its replies are, from 0 to 2."
        ),
        TokensSpec(name="max_tokens", title="Max output tokens", help="Tokens, its thinking included."),
        SearchSpec(
            name="search",
            title="Web search",
            help="Whether replies are grounded in a web search.",
            choices=("on", "off"),
        ),
    )
}


def read_value(spec: SettingSpec, text: str) -> Value:
    """Return what `text` sets; nothing, `default` or `-` is `None`: the slot's own setting.

    Raises:
        ConfigError: it is nothing that may be set.
    """
    text = text.strip()
    return (
        None if text.casefold() in _LEAVE else spec.read(text if spec.name == "system" else text.casefold())
    )


def shown(value: object) -> str:
    """Return a value as the screen writes it."""
    match value:
        case None:
            return "—"
        case bool():
            return "on" if value else "off"
        case int():
            return f"{value:,}"
        case _:
            return str(value)


def settings_with(settings: GenerationSettings, spec: SettingSpec, value: Value) -> GenerationSettings:
    """Return the settings with one of them changed."""
    from msgspec import structs

    return structs.replace(settings, **{spec.name: value})
