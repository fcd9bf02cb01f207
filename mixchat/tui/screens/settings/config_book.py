"""Changing the config while mixchat runs: checked, put to use, and written with comments kept."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, cast

from msgspec import Struct, structs

from mixchat.papers.config import Config
from mixchat.papers.config_edit import Value, set_value
from mixchat.papers.config_load import Layer, read_layers, source_of, working_directory
from mixchat.papers.schema import Setting, settings, value_of
from mixchat.words.error import ConfigError

if TYPE_CHECKING:
    from mixchat.house import House


class ConfigBook:
    """Reads settings with where each was set, and changes them one by one."""

    def __init__(self, house: "House") -> None:
        self._house = house

    def settings(self) -> tuple[Setting, ...]:
        """Return every key of the config."""
        return settings()

    def value(self, key: str) -> object:
        """Return what counts now."""
        return value_of(self._house.config, key)

    def sources(self) -> dict[str, str]:
        """Return where each key was set: a path, a variable's name, or `default`."""
        layers = self._layers()
        return {setting.key: source_of(setting.key, layers) for setting in settings()}

    def written(self, setting: Setting) -> Value:
        """Return what counts now, or `None` when nothing sets the key."""
        if self.sources()[setting.key] == "default" and self.value(setting.key) == setting.default:
            return None
        return cast("Value", self.value(setting.key))

    @property
    def file(self) -> str:
        """Where the config file is."""
        return str(self._house.paths.config_file)

    def _layers(self) -> tuple[Layer, ...]:
        try:
            return read_layers(self._house.paths, working_directory(), self._house.environ)
        except ConfigError:
            return ()

    def read(self, setting: Setting, text: str) -> Value:
        """Return the value that `text` writes; nothing written is `None`, which takes the key out of the file.

        Raises:
            ConfigError: it is none that the config may have.
        """
        value = None if not text.strip() else _parsed(setting, text.strip())
        if value is not None:
            changed(self._house.config, setting.key, value)
        return value

    def put(self, setting: Setting, value: Value) -> str:
        """Put a value to use and write it down; return what there is to say about it, or nothing.

        Raises:
            ConfigError: the config may not have it; everything is as it was.
        """
        counts = setting.default if value is None else value
        config = changed(self._house.config, setting.key, counts)
        source = source_of(setting.key, self._layers())
        try:
            set_value(self._house.paths.config_file, setting.key, value)
        except ConfigError as error:
            self._use(config, setting.key)
            return f"It holds until mixchat is closed: {error}"
        if source not in {"default", self.file}:
            return f"It is written down, but {source} goes before the config file here."
        self._use(config, setting.key)
        return "It counts from the next start on." if setting.key.startswith("ui.") else ""

    def _use(self, config: Config, key: str) -> None:
        self._house.use_config(config)
        if key == "stack":
            self._house.use_stack(config.stack)


def changed(config: Config, key: str, value: object) -> Config:
    """Return the config with one dotted key changed.

    Raises:
        ConfigError: the key may not have that value.
    """
    try:
        return cast("Config", _replaced(config, key.split("."), value))
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _replaced(table: Struct, parts: list[str], value: object) -> Struct:
    name, *rest = parts
    inner = _replaced(cast("Struct", getattr(table, name)), rest, value) if rest else value
    return structs.replace(table, **{name: inner})


def _parsed(setting: Setting, text: str) -> Value:
    wrong = ConfigError(f"{setting.key} must be {setting.allowed}.")
    match setting.kind:
        case "switch":
            words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
            if text.casefold() not in words:
                raise wrong
            return words[text.casefold()]
        case "number" | "dollars":
            return _number(setting, text.removeprefix("$"), wrong)
        case "choice":
            if text not in setting.choices:
                raise wrong
            return text
        case _:
            return text


def _number(setting: Setting, text: str, wrong: ConfigError) -> Value:
    try:
        number = Decimal(text)
        if setting.kind == "dollars":
            return number
        return int(text) if "whole" in setting.allowed else float(number)
    except (InvalidOperation, ValueError):
        raise wrong from None
