"""The person and the providers of a story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sittings.provider import Provider
from tests.sittings.sitting import Sitting


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Servers of every protocol, on loopback."""
    with Provider() as served:
        yield served


@pytest.fixture
def sitting(provider: Provider, tmp_path: Path) -> Iterator[Sitting]:
    """One person with a home of their own; whatever they opened is closed at the end."""
    person = Sitting(tmp_path / "home", provider)
    yield person
    person.leaves()
    log = person.home / "log" / "mixchat.log"
    said = log.read_text("utf-8") if log.exists() else ""
    assert "mixchat.crash" not in said, f"something failed in the app on the way:\n{said}"
