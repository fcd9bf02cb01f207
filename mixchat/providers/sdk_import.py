"""The import of an SDK: no collection of garbage meanwhile, and nothing loaded that nobody here uses."""

import gc
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_UNUSED: Final = ("aiohttp", "httpx._main")
"""Each SDK imports aiohttp where it is installed, which `mixchat[serve]` does; they are all given a client of httpx2.
httpx imports its own command line, with Click, Pygments and Rich."""


@contextmanager
def sdk_import() -> Generator[None]:
    """Run an import without a collection in between, and leave what it made to no later one.

    An SDK makes half a million objects that live as long as the process. A collection that walks them holds every
    thread for 150 ms, and it comes again every few seconds while a reply streams; frozen, they are never walked.
    """
    was_on = gc.isenabled()
    gc.disable()
    hidden = [name for name in _UNUSED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # pyright: ignore[reportArgumentType] - as the import system has it
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
        if was_on:
            gc.freeze()
            gc.enable()
