"""What the tests of the transcript share."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Collect no garbage meanwhile: how long it takes depends on what the tests before left, not on what is measured."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
