"""What not everybody needs, installed only when it is asked for."""

from importlib.util import find_spec
from typing import Final

from msgspec import Struct


class Extra(Struct, frozen=True):
    """Packages that one command needs."""

    name: str
    command: str
    modules: tuple[str, ...]

    @property
    def installed(self) -> bool:
        """Whether everything is there."""
        return all(find_spec(module) for module in self.modules)

    @property
    def how(self) -> str:
        """The command that installs it."""
        return f'pip install "mixchat[{self.name}]"'


API: Final = Extra("api", "mixchat serve --api", ("starlette", "uvicorn"))
WEB: Final = Extra("web", "mixchat serve", ("textual_serve",))
LOCAL: Final = Extra("local", "local models", ("xllamacpp",))
IMAGES: Final = Extra("images", "pictures in the terminal", ("PIL",))
EXTRAS: Final = (API, IMAGES, LOCAL, WEB)
