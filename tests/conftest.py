"""What every test stands on: no network but loopback, no key or address of the developer's, directories of its own."""

import itertools
import os
import re
import socket
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from mixchat.config.provider_specs import built_in

pytest_plugins = ("tests.weights",)

WORKERS = 3  # on two cores: a test waits for half of its time, for a frame, a pause or a program that starts

# An example that waits for its turn on a busy machine is not slow.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# The programs that the tests start, hundreds of them, would each compile all of it anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

STRANGERS = (
    "ANTHROPIC_", "OPENAI_", "GOOGLE_", "GEMINI_", "OLLAMA_", "MIXCHAT_", "HF_",
    *(name for spec in built_in().values() for name in (*spec.key_env, spec.base_url_env) if name),
)  # fmt: skip
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
_NUMBERS = itertools.count()
LOOPBACK = {"localhost", "::1", "0.0.0.0", "::", ""}


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run the suite in a few workers; a file, a single test or a bench in this process."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    benches = "bench" in config.option.markexpr and "not bench" not in config.option.markexpr
    whole_folders = all(Path(argument).is_dir() for argument in config.args)
    if whole_folders and not benches:
        return WORKERS
    config.option.dist = "no"
    return 0


def _loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    return name in LOOPBACK or name.startswith("127.")


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory of the test's own. Pytest's own fixture looks through those of all tests before it."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return tmp_path_factory.mktemp(f"{name}-{next(_NUMBERS)}", numbered=False)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect, lookup = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and not (isinstance(address, tuple) and _loopback(address[0])):
            raise OSError(f"tests stay on loopback, not {address!r}")
        connect(self, address)  # type: ignore[arg-type]

    def guarded_lookup(host: object, *args: object, **kwargs: object) -> object:
        if host is not None and not _loopback(host):
            raise socket.gaierror(socket.EAI_NONAME, f"tests stay on loopback, not {host!r}")
        return lookup(host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_lookup)


@pytest.fixture(autouse=True)
def _databases_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a test opened: since Python 3.13 a connection that is collected while it is open is a warning."""
    opened: list[tuple[sqlite3.Connection, threading.Thread]] = []
    connect = sqlite3.connect

    def connect_and_note(*args: object, **kwargs: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **kwargs)  # type: ignore[call-overload]
        opened.append((connection, threading.current_thread()))
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_and_note)
    yield
    for connection, thread in opened:
        # Another thread may still be at work with its own, and closes it itself.
        if thread is threading.main_thread() or not thread.is_alive():
            connection.close()


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in tuple(os.environ):
        if name.startswith(STRANGERS) or name.upper() in PROXIES:
            monkeypatch.delenv(name)
    for size in ("COLUMNS", "LINES"):  # a worker has them, and they go before what a terminal says
        monkeypatch.delenv(size, raising=False)
    for part in ("CONFIG", "DATA", "LOG"):
        monkeypatch.setenv(f"MIXCHAT_{part}_DIR", str(tmp_path / "mixchat" / part.lower()))
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path / "anthropic"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
