"""Keeps the garbage collector away from a library while it is imported, and from its classes for ever after."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Generator[None]:
    """Run an import without a collection in between, and leave what it made to no later one.

    An SDK makes half a million objects that live as long as the process. A collection that walks them holds every
    thread for 150 ms, and it comes again every few seconds while a reply streams; frozen, they are never walked.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.enable()
