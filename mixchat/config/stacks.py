"""The stacks a person can choose: their own files, then the presets that come with mixchat."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from mixchat.config.auto_stack import Current, Found, Listed, reachable_stack
from mixchat.config.config import Config
from mixchat.config.file_writer import FileWriter
from mixchat.config.paths import Paths
from mixchat.config.stack_file import RoleTable, StackFile
from mixchat.config.stack_parse import Aliases, merge_role, parse_roles
from mixchat.config.toml_document import TomlDocument, parse, read
from mixchat.domain.errors import ConfigError
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Stack

AUTO = "auto"
PRESETS = (AUTO, "coding", "research", "budget", "enterprise", "guide")
"""The stacks that come with mixchat, in the order they are listed."""

_HERE = Path(__file__).parent / "presets"
_GONE = ""
"""The name of a file that is about to be removed."""
_NAME = re.compile(r"\w[\w .+-]*")


class Stacks:
    """Finds, reads and writes stacks. A user's stack named as a preset goes before it."""

    def __init__(
        self,
        paths: Paths,
        config: Config,
        *,
        aliases: Callable[[], Mapping[str, ModelRef]] = dict,
        found: Found | None = None,
        listed: Listed | None = None,
        current: Current | None = None,
        files: FileWriter | None = None,
    ) -> None:
        """Join the parts; nothing is read yet.

        Args:
            paths: where the user's stacks are.
            config: whose roles are laid over every stack.
            aliases: the built-in aliases, asked for only when a stack uses one.
            found: whether a provider has a key or an address; left out, `auto` keeps every slot.
            listed: the models that a provider had when it was last asked.
            current: what to ask in place of a model that may have retired; left out, itself.
            files: writes the user's stacks; left out, each is written at once.
        """
        self._paths = paths
        self._files = files or FileWriter()
        self._config = config
        self.aliases = Aliases(config.aliases, aliases)
        self._found: Found = found or (lambda _: True)
        self._listed: Listed = listed or (lambda _: ())
        self._current: Current = current or (lambda ref: ref)

    def names(self) -> tuple[str, ...]:
        """Return the names of every stack, presets first."""
        return tuple(dict.fromkeys((*PRESETS, *self._own())))

    def is_preset(self, name: str) -> bool:
        """Return whether `name` is a preset that no file of the user's replaces."""
        return name in PRESETS and name not in self._own()

    def path(self, name: str) -> Path | None:
        """Return the user's file of that name."""
        return self._own().get(name)

    def get(self, name: str) -> Stack:
        """Return the stack of that name, with the config's roles laid over it.

        Raises:
            ConfigError: there is none, or its file cannot be used.
        """
        document = self._document(name)
        file = _checked(document)
        if name == AUTO and self.is_preset(AUTO):
            file = reachable_stack(file, self._found, self._known, self._config.providers, self._current)
        role_configs = parse_roles(file.roles, self.aliases, document.error)
        for role, over in self._config.roles.items():
            table = merge_role(over, file.roles.get(role, RoleTable()))
            role_configs |= parse_roles({role: table}, self.aliases, _config_error)
        embeddings = self._embeddings(file, document)
        return Stack(name=name, description=file.description, roles=role_configs, embeddings=embeddings)

    def text(self, name: str) -> str:
        """Return the stack as TOML: a file as it stands, `auto` as it is on this machine.

        Raises:
            ConfigError: there is none, or its file cannot be used.
        """
        if name == AUTO and self.is_preset(AUTO):
            from mixchat.config.stack_write import stack_text

            return stack_text(self.get(name))
        return self._document(name).text

    def read(self, text: str, source: str) -> Stack:
        """Return the stack that a TOML text writes; it is not kept.

        Raises:
            ConfigError: it cannot be used, or has no name.
        """
        document = parse(text, source)
        file = _checked(document)
        name = file.name or ""
        if not _NAME.fullmatch(name):
            raise document.error(("name",), 'a stack to import needs a name, such as name = "mine".')
        roles = parse_roles(file.roles, self.aliases, document.error)
        embeddings = self._embeddings(file, document)
        return Stack(name=name, description=file.description, roles=roles, embeddings=embeddings)

    def add(self, text: str, source: str, *, replace: bool = False) -> Stack:
        """Check a stack's TOML, keep it under the name it gives itself, and return it.

        Args:
            text: the TOML.
            source: what stands for it in an error, such as the file's path.
            replace: whether a stack of the same name may be written over.

        Raises:
            ConfigError: it cannot be used, has no name, or there is one of that name.
        """
        stack = self.read(text, source)
        there = self.path(stack.name)
        if there is not None and not replace:
            raise ConfigError(
                f'There is a stack "{stack.name}" at {there}; say so to replace it, or rename one.'
            )
        self._files.change(there or self._paths.stacks / f"{stack.name}.toml", lambda _: text)
        return stack

    def put_back(self, file: Path, text: str | None) -> None:
        """Have a user's file say again what it said; `None`: there was none.

        Raises:
            ConfigError: the directory cannot be written.
        """
        self._files.change(file, lambda _: text)

    def save(self, stack: Stack) -> Path:
        """Write the stack to the user's file of its name, comments kept, and return the file.

        Raises:
            ConfigError: the directory cannot be written.
        """
        from mixchat.config.stack_write import stack_text

        if not _NAME.fullmatch(stack.name):
            raise ConfigError(f'"{stack.name}" cannot be a stack\'s name: use letters, digits, "-" and "_".')
        target = self.path(stack.name) or self._paths.stacks / f"{stack.name}.toml"
        before = self._read(target)
        text = stack_text(stack, before.text if before else "")
        self._files.change(target, lambda _: text)
        return target

    def _known(self, provider: str) -> tuple[str, ...]:
        own = self._config.providers.get(provider)
        return own.models if own is not None and own.models else self._listed(provider)

    def _embeddings(self, file: StackFile, document: TomlDocument) -> ModelRef | None:
        if file.embeddings is None:
            return None
        ref = self.aliases.resolve(file.embeddings)
        if ref is None:
            raise document.error(("embeddings",), f'"{file.embeddings}" is not a model reference.')
        return ref

    def _own(self) -> dict[str, Path]:
        """Return the user's stack files by name: the file's own, and the one written in it."""
        folder = self._paths.stacks
        changing = self._files.changing(folder)
        try:
            files = sorted({*folder.glob("*.toml"), *changing})
        except OSError:
            return {}
        found = {path: self._declared(path) for path in files}
        return {name or path.stem: path for path, name in found.items() if name != _GONE}

    def _declared(self, path: Path) -> str | None:
        """Return the name that a stack file gives itself, as far as it can be read."""
        try:
            document = self._read(path)
        except ConfigError:
            return None
        if document is None:
            return _GONE
        name = document.values.get("name")
        return name if isinstance(name, str) and name else None

    def _read(self, path: Path) -> TomlDocument | None:
        return read(path, self._files.text)

    def _document(self, name: str) -> TomlDocument:
        if path := self.path(name):
            if document := self._read(path):
                return document
        elif name in PRESETS and (document := read(_HERE / f"{name}.toml")):
            return document
        from mixchat.config.toml_validation import did_you_mean

        known = self.names()
        guess = did_you_mean(name, known) or f"; there are {', '.join(known)}."
        raise ConfigError(f'There is no stack "{name}"{guess}')


def _checked(document: TomlDocument) -> StackFile:
    file = document.fit(StackFile)
    if not file.roles:
        raise document.error((), "a stack needs at least one role, such as [roles.daily-driver].")
    return file


def _config_error(path: tuple[str | int, ...], sentence: str) -> ConfigError:
    return ConfigError(f"The config's {'.'.join(str(part) for part in path)}: {sentence}")
