"""The runtime of local models, llama.cpp: not everybody needs its hundred megabytes, so it is installed with the first model."""

import importlib
import importlib.util
import platform
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Final

from mixchat.providers.local.pip_client import run_pip
from mixchat.providers.local.progress import Progress

_REQUIREMENT: Final = "xllamacpp>=2026.10"
_WHEELS: Final = (
    ("Linux", frozenset({"x86_64", "aarch64"})),
    ("Darwin", frozenset({"x86_64", "arm64"})),
    ("Windows", frozenset({"AMD64"})),
)
_FAILED: Final = (
    "llama.cpp could not be installed into {prefix}; check the network, and pip's own settings if it needs a proxy or "
    'another index (pip config list), or try: {python} -m pip install "xllamacpp>=2026.10"'
)
NO_WHEEL: Final = (
    "There is no llama.cpp build for this machine, so local models cannot run here; "
    "use Ollama or a provider with a key instead."
)
MISSING: Final = (
    "llama.cpp is not installed yet; `mixchat local pull smollm2-135m` installs it with the small model."
)


def installed() -> bool:
    """Return whether llama.cpp is here."""
    return importlib.util.find_spec("xllamacpp") is not None


def available() -> bool:
    """Return whether it has a wheel for this machine."""
    machine = platform.machine()
    glibc = platform.system() != "Linux" or platform.libc_ver()[0] == "glibc"
    return glibc and any(platform.system() == system and machine in machines for system, machines in _WHEELS)


def why_not() -> str | None:
    """Return why no local model can run here, and what to do; `None`: one can."""
    if installed():
        return None
    return MISSING if available() else NO_WHEEL


async def pull_engine() -> AsyncGenerator[Progress]:
    """Install llama.cpp beside mixchat where it is missing; yield how far that is.

    Raises:
        PullFailed: the message says what to do.
    """
    if installed() or not available():
        return
    with tempfile.TemporaryDirectory() as work:
        failure = _FAILED.format(prefix=sys.prefix, python=sys.executable)
        async with aclosing(run_pip("install", ["--quiet", _REQUIREMENT], Path(work), failure)) as steps:
            async for step in steps:
                yield step
    importlib.invalidate_caches()
