"""Where mixchat runs, and what is left out there and why."""

from typing import Final

from msgspec import Struct


class Platform(Struct, frozen=True):
    """A kind of machine."""

    name: str
    state: str
    """`tested`, `expected` or `without ...`."""
    why: str


PLATFORMS: Final = (
    Platform("Linux, glibc, x86-64", "tested", "every test runs here, with Python 3.11"),
    Platform("Linux, glibc, ARM64", "expected", "every compiled package has a wheel"),
    Platform("Linux, musl (Alpine)", "no local models", "llama.cpp's wheels are for glibc; Ollama works"),
    Platform(
        "macOS, ARM64 and x86-64", "expected", "every compiled package has a wheel; keys are in the Keychain"
    ),
    Platform(
        "Windows, x86-64",
        "expected",
        "tested with what it lacks taken away; files are private by the profile's rights, not by modes",
    ),
    Platform("Windows, ARM64", "no local models", "llama.cpp has no wheel for it; Ollama works"),
    Platform("Linux, other processors", "no local models", "the same"),
    Platform("Python 3.13", "tested", "every folder of tests was run"),
    Platform("Python 3.12 and 3.14", "expected", "the same wheels are there; a part of the tests was run"),
    Platform("PyPy", "not supported", "msgspec has no wheel for it"),
)

WAYS: Final = (
    ("pip, in a clone", "python3 -m venv .venv && .venv/bin/pip install -e ."),
    ("pip, from a wheel", "pip install mixchat-*.whl"),
    ("pipx, from a clone or a wheel", "pipx install ."),
    ("uv, from a clone or a wheel", "uv tool install ."),
)
"""How it is installed; each of them was tried on Linux."""
