"""Memory at rest by the keys that are there, beside a bare Textual app: `pytest -m bench -s tests/bench/test_bench_rest.py`."""

import os
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from tests.bench.terminal import Terminal

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

SETTLED: Final = 12.0
"""Seconds until everything is loaded that is loaded while nothing else happens."""
NO_SERVER: Final = {"OLLAMA_HOST": "http://127.0.0.1:9"}
ANTHROPIC: Final = {"ANTHROPIC_API_KEY": "k"}
OPENAI: Final = {"OPENAI_API_KEY": "k"}
GOOGLE: Final = {"GEMINI_API_KEY": "k"}
KEYS: Final = {
    "no key": ({}, 50),
    "OpenAI": (OPENAI, 80),
    "Anthropic": (ANTHROPIC, 110),
    "all three": (ANTHROPIC | OPENAI | GOOGLE, 110),
}
"""The keys, and the goal in MiB."""


def _at_rest(command: list[str], environment: dict[str, str]) -> float:
    terminal = Terminal(command, environment=environment)
    try:
        terminal.wait("sk anything", 0)
        time.sleep(SETTLED)
        return terminal.memory() / 1.048576
    finally:
        terminal.close()


def test_memory_at_rest(tmp_path: Path):
    bare = _at_rest([sys.executable, "-m", "tests.bench.bare"], {})
    print(f"\nbare Textual  {bare:5.0f} MiB")
    for name, (keys, goal) in KEYS.items():
        places = {f"MIXCHAT_{part}_DIR": str(tmp_path / name / part) for part in ("CONFIG", "DATA", "LOG")}
        own = _at_rest([sys.executable, "-m", "mixchat"], {**NO_SERVER, **places, **keys})
        print(f"{name:<12}  {own:5.0f} MiB (goal {goal})  load {os.getloadavg()[0]:.1f}")
        assert own < 200
