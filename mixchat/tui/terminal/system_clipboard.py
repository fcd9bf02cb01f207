"""The system's clipboard, by the programs that a desktop has for it. None of them is waited for longer than it may take."""

import asyncio
import contextlib
import os
import re
import shutil
import sys
from collections.abc import Sequence
from typing import Final

from mixchat.config.child_environment import child_environment

_PATIENCE: Final = 2.0
"""Seconds that a program has; one that cannot reach its display may wait for ever."""
_LARGEST: Final = 50_000_000
"""Bytes that are taken from a clipboard."""
_WAYLAND: Final = "WAYLAND_DISPLAY"
_X11: Final = "DISPLAY"
_Command = tuple[str, ...]


def _commands(
    wayland: Sequence[_Command], x11: Sequence[_Command], mac: Sequence[_Command]
) -> list[_Command]:
    """Return the commands that can work here: a clipboard belongs to the person, so there is none over SSH."""
    if "SSH_CONNECTION" in os.environ:
        return []
    if sys.platform == "darwin":
        found = list(mac)
    else:
        found = list(wayland) if os.environ.get(_WAYLAND) else []
        found += x11 if os.environ.get(_X11) else []
    return [command for command in found if shutil.which(command[0])]


async def write_text(text: str) -> bool:
    """Put a text on the clipboard; return whether a program says that it is there."""
    if sys.platform == "win32":
        return await asyncio.to_thread(_write_on_windows, text)
    for command in _commands(
        [("wl-copy",)], [("xclip", "-selection", "clipboard"), ("xsel", "-b", "-i")], [("pbcopy",)]
    ):
        if await _run(command, text.encode(errors="replace")) is not None:
            return True
    return False


async def read_text() -> str:
    """Return the text on the clipboard; empty where there is none."""
    if sys.platform == "win32":
        return await asyncio.to_thread(_read_on_windows)
    for command in _commands(
        [("wl-paste", "--no-newline", "--type", "text")],
        [("xclip", "-selection", "clipboard", "-o"), ("xsel", "-b", "-o")],
        [("pbpaste",)],
    ):
        found = await _run(command)
        if found:
            return found.decode(errors="replace")
    return ""


async def read_image() -> bytes:
    """Return the picture on the clipboard as PNG; nothing where there is none."""
    for command in _commands(
        [("wl-paste", "--type", "image/png")],
        [("xclip", "-selection", "clipboard", "-t", "image/png", "-o")],
        [("osascript", "-e", "get the clipboard as \u00abclass PNGf\u00bb")],
    ):
        found = await _run(command) or b""
        if command[0] == "osascript" and (told := re.search(rb"PNGf([0-9A-F]+)", found)):
            found = bytes.fromhex(told[1].decode())
        if found.startswith(b"\x89PNG"):
            return found
    return b""


async def _run(command: _Command, given: bytes | None = None) -> bytes | None:
    """Return what a program says, or None if it fails or takes too long."""
    # What is copied is served by a process that goes on: it must not hold our pipes.
    out = asyncio.subprocess.PIPE if given is None else asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL if given is None else asyncio.subprocess.PIPE,
            stdout=out, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
            env=child_environment(),
        )  # fmt: skip
    except OSError:
        return None
    try:
        async with asyncio.timeout(_PATIENCE):
            said, _ = await process.communicate(given)
    except (TimeoutError, OSError):
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        return None
    return (said or b"")[:_LARGEST] if process.returncode == 0 else None


def _write_on_windows(text: str) -> bool:
    import pyperclip

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError, UnicodeError):
        return False
    return True


def _read_on_windows() -> str:
    import pyperclip

    try:
        return pyperclip.paste()
    except (pyperclip.PyperclipException, OSError, UnicodeError):
        return ""
