"""Any file of a person, and any Markdown of a model: it is read, or said in a sentence why not, and never anything else.

pytest -m fuzz -s tests/bench/test_fuzz_files.py                                    ten minutes, from seed 1 on
MIXCHAT_SEED=57 MIXCHAT_FUZZ_SECONDS=0 pytest -m fuzz -s ... -k markdown            seed 57 alone, again
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from mixchat.config.load import load_config
from mixchat.config.paths import Paths
from mixchat.config.prompts import Prompts
from mixchat.config.toml_document import parse
from mixchat.domain.errors import ConfigError
from mixchat.runtime.runtime import build_runtime
from mixchat.storage.database import Database
from mixchat.storage.imports import ImportStore
from mixchat.transfer.document import encode
from mixchat.transfer.importer import Importer
from mixchat.transfer.source import open_export
from mixchat.tui.themes import find_theme
from mixchat.tui.transcript.markdown.document import MarkdownDocument
from tests.providers.test_fuzz import values
from tests.transfer.samples import claude_conversation, gpt_conversation
from tests.transfer.test_own import whole_chat
from tests.tui.transcript.test_document import FRAGMENTS, rows

ROUND = 200
SECONDS = float(os.environ.get("MIXCHAT_FUZZ_SECONDS", "600"))
FIRST_SEED = int(os.environ.get("MIXCHAT_SEED", "1"))
QUIET = (
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
    HealthCheck.large_base_example,
)
Run = Callable[[], None]
"""One round, which `seed` may decide."""

TOML = (
    'stack = "auto"\ntheme = "mixchat-dark"\n[budget]\nchat = 1.0\nday = 5\n[router]\njudge = "google/gemini-3.5-flash-lite"\nlearn = true\n'
    '[aliases]\nopus = "anthropic/x"\n[providers.work]\nbase_url = "https://llm.example.com/v1"\nkey_env = "K"\napi = "chat"\n'
    '[prices."work/big"]\ninput = 1.0\noutput = 4.0\n[keys]\nstop = "escape"\n[ui]\nvim = true\n',
    'name = "mine"\ndescription = "d"\n[roles.coding]\nmodels = ["anthropic/x", { model = "ollama/q", effort = "high" }]\n'
    'keywords = ["traceback"]\nexamples = ["why?"]\nprivate = false\n[roles.plan]\nplan = "openai/o3"\nexecute = "a/b"\n',
    'name = "x"\ndark = true\n[colors]\nprimary = "#aabbcc"\n',
    "---\ndescription: what\nrole: coding\n---\nSay {{name}} and {{other=default}} {{",
)
ODD = st.sampled_from(
    ["=", "[", "]", "]]", "{", "}", '"', "'", '"""', "\n", "#", ".", ",", "true", "nan", "inf", "-0", "1e999", "0x", "\\u0000", "\\ud800",
     "1979-05-27T07:32:00Z", "9" * 400, "\x00", "\x1b[31m", "\ufeff", "\u202e", "é", "[[", "a.b.c = 1\n", "[" * 200, "{a=" * 200, "---\n"]
)  # fmt: skip


@st.composite
def edited(draw: st.DrawFn, texts: tuple[str, ...]) -> str:
    """Draw a file with pieces cut out of it and odd ones put in."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 12))
        text = text[:at] + draw(ODD | st.text(max_size=4)) + text[at + cut :]
    return text


@st.composite
def mutated(draw: st.DrawFn, whole: Any) -> Any:  # noqa: ANN401 - JSON
    """Draw JSON with any value put at any place in it."""
    value = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(1, 4))):
        spot: Any = value
        inner: Any = None
        key: Any = None
        while isinstance(spot, dict | list) and spot:
            inner, key = (
                spot,
                draw(st.sampled_from(sorted(spot) if isinstance(spot, dict) else range(len(spot)))),
            )
            if draw(st.integers(0, 3)) == 0:
                break
            spot = spot[key]
        if inner is not None:
            inner[key] = draw(values)
    return value


def markdown(examples: int) -> Run:
    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET)
    @given(st.lists(FRAGMENTS | st.text(max_size=12), max_size=60), st.integers(1, 50))
    def run(pieces: list[str], size: int) -> None:
        source = "".join(pieces)
        streamed = MarkdownDocument()
        for at in range(0, len(source), size):
            streamed.append(source[at : at + size])
        streamed.finish()
        for block in streamed.blocks:
            for line in rows(block):
                assert all(text.isprintable() or not text.isascii() for text, _ in line.pieces), line
                assert "\x1b" not in line.painted

    return run


def toml(examples: int) -> Run:
    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET)
    @given(edited(TOML))
    def run(text: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            data = text.encode(errors="surrogatepass")
            for name in ("config.toml", "stacks/mine.toml", "themes/mine.toml", "prompts/mine.md"):
                (home / name).parent.mkdir(exist_ok=True)
                (home / name).write_bytes(data)
            environ = {f"MIXCHAT_{part}_DIR": folder for part in ("CONFIG", "DATA", "LOG")}
            paths = Paths.from_environment(environ)
            for read in (
                lambda: load_config(paths, home, environ),
                lambda: parse(text, "x"),
                lambda: Prompts(paths.prompts).get("mine").fill({}, ""),
                lambda: find_theme("mine", paths.themes),
                lambda: build_runtime(environ=environ, cwd=home, stack="mine").routing.stack,
            ):
                said(read)

    return run


def imports(examples: int) -> Run:
    own = json.loads(b"".join(encode([whole_chat()])))
    wholes = st.sampled_from([own, [gpt_conversation()], [claude_conversation()]])

    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET)
    @given(wholes.flatmap(mutated), st.booleans())
    def run(value: object, broken: bool) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "conversations.json"
            data = json.dumps(value).encode()
            path.write_bytes(data[: len(data) * 2 // 3] if broken else data)
            with closing(Database(Path(folder) / "history.db")) as database:
                said(lambda: taken(path, database))
                assert database.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                assert database.connection.execute("PRAGMA foreign_key_check").fetchall() == []

    return run


def taken(path: Path, database: Database) -> None:
    importer = Importer(ImportStore(database))
    for chat in open_export(path).chats:
        importer.take(chat)


def said(read: Callable[[], object]) -> None:
    """Read something; a failure is one sentence that can be printed."""
    sentence = "it is read"
    try:
        read()
    except ConfigError as error:
        sentence = str(error)
    assert sentence.strip()


KINDS = {"markdown": markdown, "toml": toml, "imports": imports}


@pytest.mark.fuzz
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", KINDS)
def test_the_long_run_over_files(kind: str) -> None:
    began, number = time.monotonic(), FIRST_SEED
    while True:
        print(f"{kind}, seed {number}: {ROUND} examples")  # shown with a failure, or with -s
        seed(number)(KINDS[kind](ROUND))()
        if time.monotonic() - began >= SECONDS / len(KINDS):
            return
        number += 1
