"""Changing the config while mixchat runs: put to use, written with comments kept, and taken back."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from msgspec import Struct

from mixchat.config.config import Config
from mixchat.config.edit import Value, set_value
from mixchat.config.load import Layer, read_layers, source_of, working_directory
from mixchat.config.schema import Setting, shape_of, value_of
from mixchat.domain.errors import ConfigError
from mixchat.tui.screens.settings.setting_value import (
    SECRET_REFUSED,
    ConfigPath,
    changed,
    counting,
    leaves,
    looks_like_secret,
    parsed,
    written,
)

if TYPE_CHECKING:
    from mixchat.runtime.runtime import Runtime

_MODELS: Final = frozenset({"router.judge", "router.embeddings"})
"""Settings that name a model."""
_AT_START: Final = frozenset({"ui", "providers", "local", "engine"})
"""Tables that are read when mixchat starts."""


class _ConfigBefore(Struct, frozen=True):
    """What is needed to take a change back."""

    key: str
    path: ConfigPath
    value: object
    """What was written there; `None`: nothing was."""
    counted: object
    """What counted there."""
    text: str
    """The file before the change."""
    after: str
    """The file after it: while it says just this, its old text is put back, comments and all."""


class ConfigEditor:
    """Reads settings with where each was set, changes them one by one, and takes changes back.

    Args:
        runtime: has the config, and uses it.
        changed: is called when another config counts.
    """

    def __init__(self, runtime: "Runtime", changed: Callable[[Config], None]) -> None:
        self._runtime = runtime
        self._changed = changed
        self._undo: list[_ConfigBefore] = []

    @property
    def config(self) -> Config:
        """The config that counts now."""
        return self._runtime.settings.config

    @property
    def file(self) -> str:
        """Where the config file is."""
        return str(self._runtime.settings.paths.config_file)

    def value(self, setting: Setting) -> object:
        """Return what counts now."""
        value = value_of(self._runtime.settings.config, setting.path)
        return setting.default if value is None else value

    def sources(self, settings: Sequence[Setting]) -> dict[str, str]:
        """Return where each was set, by its key: a path, a variable's name, or `default`."""
        layers = self._layers()
        return {setting.key: source_of(setting.path, layers) for setting in settings}

    def entry_names(self, table: Setting) -> Sequence[str]:
        """Return the names that a table holds."""
        return list(cast("Mapping[str, object]", value_of(self._runtime.settings.config, table.path)))

    def read(self, setting: Setting, text: str) -> Value:
        """Return the value that `text` writes; nothing written is `None`, which takes the key out of the file.

        Raises:
            ConfigError: it is none that the config may have, or a credential.
        """
        if looks_like_secret(text):
            raise ConfigError(SECRET_REFUSED)
        value = None if not text.strip() else parsed(setting, text.strip())
        if value is not None:
            changed(self._runtime.settings.config, setting.path, counting(value))
            self._check_model(setting.key, str(value))
        return value

    def _check_model(self, key: str, name: str) -> None:
        """Make sure that a setting which names a model names one.

        Raises:
            ConfigError: it is none that is known, or of no provider that is.
        """
        if key not in _MODELS:
            return
        pin = self._runtime.routing.resolve_name(name)
        if pin is None or pin.slot is None:
            words = self._runtime.routing.unknown_name_message(name, roles=False)
            raise ConfigError(f"{key} must be a model: {words}")

    def check_name(self, table: Setting, name: str) -> None:
        """Make sure that the table can hold a new thing of that name.

        Raises:
            ConfigError: it cannot; the config's own sentence says why.
        """
        if not name:
            raise ConfigError("Write a name.")
        if looks_like_secret(name):
            raise ConfigError(SECRET_REFUSED)
        if name in self.entry_names(table):
            raise ConfigError(f"There is a {name} already; change it on its row.")
        shape = shape_of(table.key)
        if shape is not None:
            changed(self._runtime.settings.config, (*table.path, name), shape())

    def set(self, setting: Setting, value: Value) -> str:
        """Put a value to use and write it down; return what there is to say about it, or nothing.

        Raises:
            ConfigError: the config may not have it; everything is as it was.
        """
        counts = setting.default if value is None else counting(value)
        return self._change(setting.key, setting.path, counts, value)

    def remove(self, setting: Setting) -> str:
        """Take a named thing out of its table, with all that is set for it; return what there is to say.

        Raises:
            ConfigError: something in use needs it; everything is as it was.
        """
        return self._change(setting.key, setting.path, None, None)

    def undo(self) -> str:
        """Take the last change back and say so."""
        if not self._undo:
            return "There is nothing to take back."
        before = self._undo.pop()

        unchanged = self._text() == before.after
        try:
            said = self._use_and_write(
                before.path, before.counted, before.value, whole=before.text if unchanged else None
            )
        except ConfigError as error:
            return f"It cannot be taken back: {error}"
        return " ".join(filter(None, (f"{before.key} is as it was.", said)))

    def _change(self, key: str, path: ConfigPath, counts: object, value: Value) -> str:
        config, text = self._runtime.settings.config, self._text()
        named = value_of(config, path[:2])
        place = path[:2] if named is None and len(path) > 2 else path
        counted = value_of(config, place)
        was = None if source_of(place, self._layers()) == "default" else counted
        said = self._use_and_write(path, counts, value)
        self._undo.append(_ConfigBefore(key, place, was, counted, text, self._text()))
        return said

    def _use_and_write(
        self, path: ConfigPath, counts: object, value: object, whole: str | None = None
    ) -> str:
        """Put a change to use, if nothing goes before the config file, and write it; return what there is to say.

        Args:
            path: the place in the config.
            counts: what counts there from now on.
            value: what is written there.
            whole: the text to write as the whole file instead.
        """
        before, config = self._runtime.settings.config, changed(self._runtime.settings.config, path, counts)
        source = source_of(path, self._layers())
        stronger = source not in {"default", self.file}
        if not stronger:
            self._use(config, before, path[0])
        try:
            if whole is not None:
                text = whole
                self._runtime.settings.files.change(self._runtime.settings.paths.config_file, lambda _: text)
            else:
                self._write(path, value)
        except ConfigError as error:
            self._use(config, before, path[0])
            return f"It holds until mixchat is closed: {error}"
        if stronger:
            return f"Saved, but {source} goes before it here."
        return "Takes effect at the next start." if path[0] in _AT_START else ""

    def _use(self, config: Config, before: Config, key: str) -> None:
        try:
            self._runtime.use_config(config)
            if key == "stack":
                self._runtime.routing.use_stack(config.stack)
        except ConfigError:
            self._runtime.use_config(before)
            raise
        self._changed(config)

    def _write(self, path: ConfigPath, value: object) -> None:
        file, files = self._runtime.settings.paths.config_file, self._runtime.settings.files
        if isinstance(value, Struct):
            for place, part in leaves(path, value):
                set_value(file, place, part, files)
        else:
            set_value(file, path, written(value), files)

    def _text(self) -> str:
        try:
            return self._runtime.settings.files.text(self._runtime.settings.paths.config_file) or ""
        except ConfigError:
            return ""

    def _layers(self) -> tuple[Layer, ...]:
        try:
            settings = self._runtime.settings
            return read_layers(settings.paths, working_directory(), settings.environ, settings.files.text)
        except ConfigError:
            return ()
