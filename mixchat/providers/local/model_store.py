"""The models on this machine: what is in the data directory and what the config names."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from msgspec import Struct

from mixchat.config.config import Config
from mixchat.config.paths import Paths
from mixchat.domain.errors import UnknownModel
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.providers.local.gguf import Header, NotGguf, read_header

PROVIDER: Final = "local"
DEFAULT_MODEL: Final = "smollm2-135m"
"""The model that a machine without keys begins with."""


class LocalModel(Struct, frozen=True):
    """A model on this machine."""

    name: str
    path: Path
    size: int
    """Bytes on disk."""
    header: Header
    owned: bool
    """Whether it lies in mixchat's own directory, where `mixchat local rm` may delete it."""

    @property
    def ref(self) -> ModelRef:
        """How stacks and pins name it."""
        return ModelRef(PROVIDER, self.name)

    def card(self, limit: int) -> ModelCard:
        """Return what the catalog may know; `limit` caps the context, in tokens."""
        return ModelCard(
            ref=self.ref,
            context_window=min(self.header.context or limit, limit),
            images=False,
            pdfs=False,
            search=False,
            temperature=True,
            size_bytes=self.size,
        )


class ModelStore:
    """Finds models by name: the config's `[local]` table first, then `folder`."""

    def __init__(self, folder: Path, named: Mapping[str, Path] | None = None) -> None:
        self.folder = folder
        self._named = dict(named or {})

    @classmethod
    def of(cls, paths: Paths, config: Config) -> Self:
        """Return the store of this machine's person; relative paths in the config start beside it."""
        named = {
            name: paths.config / Path(os.path.expandvars(path)).expanduser()
            for name, path in config.local.items()
        }
        return cls(paths.data / "models", named)

    def names(self) -> tuple[str, ...]:
        """Return every name that can be asked for, whether or not its file is sound."""
        try:
            own = sorted(file.stem for file in self.folder.glob("*.gguf"))
        except OSError:
            own = []
        return tuple(dict.fromkeys((*self._named, *own)))

    def path(self, name: str) -> Path:
        """Return where the model of that name is, or would be, on disk."""
        if name in self._named:
            return self._named[name]
        return self.folder / f"{name}.gguf"

    def entry(self, name: str) -> LocalModel:
        """Return the model of that name.

        Raises:
            UnknownModel: there is none, or its file cannot be used; the message says what to do.
        """
        ref = ModelRef(PROVIDER, name)
        path = self.path(name)
        try:
            return LocalModel(name, path, path.stat().st_size, read_header(path), name not in self._named)
        except FileNotFoundError:
            raise UnknownModel(self._missing(name, path), ref=ref) from None
        except NotGguf as error:
            raise UnknownModel(f"{error}; remove it or name another file.", ref=ref) from None
        except OSError as error:
            raise UnknownModel(f"{path} cannot be read: {error.strerror}.", ref=ref) from None

    def _missing(self, name: str, path: Path) -> str:
        if name in self._named:
            return f"{path}, which the config names as local/{name}, does not exist."
        if name == DEFAULT_MODEL:
            return (
                f"{DEFAULT_MODEL} is not on this machine yet; fetch it with `mixchat local pull {DEFAULT_MODEL}`, "
                "or add a provider's key with `mixchat keys set PROVIDER`."
            )
        return f"There is no local model {name!r}; mixchat local list shows those that there are."

    def entries(self) -> tuple[LocalModel, ...]:
        """Return every model whose file can be used."""
        found: list[LocalModel] = []
        for name in self.names():
            try:
                found.append(self.entry(name))
            except UnknownModel:
                continue
        return tuple(found)

    def remove(self, name: str) -> int:
        """Delete the model and what was noted beside it; return the bytes that were freed.

        Raises:
            UnknownModel: there is no such model, or it lies outside mixchat's own directory.
        """
        ref = ModelRef(PROVIDER, name)
        path = self.path(name)
        if name in self._named:
            raise UnknownModel(
                f"local/{name} is a file of yours, {path}; take it out of [local] in the config instead.",
                ref=ref,
            )
        if path.parent != self.folder or not path.is_file():
            raise UnknownModel(self._missing(name, path), ref=ref)
        size = path.stat().st_size
        path.unlink()
        for beside in (f"{name}.txt", f"{path.name}.part"):
            path.with_name(beside).unlink(missing_ok=True)
        return size
