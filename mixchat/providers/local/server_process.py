"""Starting, watching and ending the child process that llama.cpp runs in.

A process of its own, not a thread: native code that crashes or runs out of memory ends that child and not the app, a
model that is being loaded can be ended at once, and all its memory comes back.
"""

import json
import os
import secrets
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Final

from msgspec import Struct

from mixchat.config.child_environment import child_environment
from mixchat.domain.errors import UnknownModel
from mixchat.providers.local.engine import NO_WHEEL, why_not
from mixchat.providers.local.model_store import LocalModel

_LOG_LIMIT: Final = 1_000_000
_LOG_NAME: Final = "llama.log"
_SCRIPT: Final = Path(__file__).with_name("server_main.py")


class ServerAddress(Struct, frozen=True):
    """Where a loaded model answers, and the word that opens it."""

    url: str
    token: str
    name: str
    context: int
    """Tokens that the loaded model takes."""


class ServerProcess:
    """At most one child with one model. Not tied to an event loop; its methods block.

    The child holds the other end of a pipe from here and ends when that closes, so it cannot outlive
    this process however this process ends.
    """

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._child: subprocess.Popen[bytes] | None = None
        self._address: ServerAddress | None = None
        self._lock = threading.Lock()

    @property
    def address(self) -> ServerAddress | None:
        """Return the way to the loaded model, or `None` when none is loaded or its process died."""
        child = self._child
        return self._address if child is not None and child.poll() is None else None

    @property
    def pid(self) -> int | None:
        """Return the child's process id while there is one."""
        return self._child.pid if self._child is not None else None

    def start(self, entry: LocalModel, context: int, threads: int) -> ServerAddress:
        """Load a model in place of whatever was loaded; return once it can answer.

        Raises:
            UnknownModel: llama.cpp cannot load it, or was stopped meanwhile.
        """
        self.stop()
        token = secrets.token_urlsafe(24)
        order = {
            "path": str(entry.path), "name": entry.name, "context": context,
            "threads": threads, "token": token,
        }  # fmt: skip
        with self._lock:
            child = self._child = self._spawn()
        answer = _ask(child, order)
        with self._lock:
            if self._child is child and (url := answer.get("url")):
                self._address = ServerAddress(url, token, entry.name, context)
                return self._address
        self._end(child)
        raise UnknownModel(self._why(entry, answer), ref=entry.ref)

    def stop(self) -> None:
        """End the child, if there is one, and wait until its memory is free."""
        if (child := self._child) is not None:
            self._end(child)

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        # Two threads may come here for one child, and another child may have taken its place.
        with self._lock:
            if self._child is child:
                self._child, self._address = None, None
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()

    def _spawn(self) -> subprocess.Popen[bytes]:
        log = self._open_log()
        try:
            return subprocess.Popen(
                # By path and with -P: the working directory must not supply modules.
                [sys.executable, "-P", str(_SCRIPT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if log is None else log,
                env=child_environment(),
                # Ctrl+C in the terminal is for the parent alone.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        finally:
            if log is not None:
                log.close()

    def _open_log(self) -> IO[bytes] | None:
        """Return the log, begun anew once it has grown too long, or `None` where nothing can be written."""
        path = self._log_folder / _LOG_NAME
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            grown = path.exists() and path.stat().st_size > _LOG_LIMIT
            return path.open("wb" if grown else "ab")
        except OSError:
            return None

    def _why(self, entry: LocalModel, answer: dict[str, str]) -> str:
        if answer.get("error") in ("ImportError", "ModuleNotFoundError"):
            return why_not() or NO_WHEEL
        return f"llama.cpp could not load {entry.path}; {self._log_folder / _LOG_NAME} says why."


def _ask(child: subprocess.Popen[bytes], order: dict[str, str | int]) -> dict[str, str]:
    """Send the order and return the answer, which is empty when the child died first."""
    if child.stdin is None or child.stdout is None:
        return {}
    try:
        child.stdin.write(json.dumps(order).encode() + b"\n")
        child.stdin.flush()
        line = child.stdout.readline()
    except (OSError, ValueError):
        return {}
    return json.loads(line) if line.strip() else {}
