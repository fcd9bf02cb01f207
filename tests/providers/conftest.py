"""The wire and the adapters on it."""

from collections.abc import AsyncGenerator

import pytest

from tests.providers.adapters import KINDS, Desk
from tests.wires import Wires


@pytest.fixture
async def wires() -> AsyncGenerator[Wires]:
    async with Wires() as server:
        yield server


@pytest.fixture(params=KINDS)
async def chat_services(request: pytest.FixtureRequest, wires: Wires) -> AsyncGenerator[Desk]:
    made = Desk(request.param, wires.url)
    yield made
    await made.aclose()
