"""One-shot `ask`, whole processes: the request at the server, the last byte, the end; beside a bare httpx stream.

pytest -m bench -s tests/bench/test_bench_ask.py
"""

import asyncio
import os
import sqlite3
import statistics
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from tests.bench.marked import REFS, load, variables
from tests.wires.script import Reply
from tests.wires.server import Wires

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

RUNS: Final = 7
GOALS: Final = {"ollama": 200, "responses": 400, "chat": 400, "google": 450, "anthropic": 750}
CONTROL: Final = """
import httpx, sys
body = {"model": "bench", "messages": [{"role": "user", "content": "Hello?"}]}
with httpx.stream("POST", sys.argv[1] + "/api/chat", json=body) as response:
    for piece in response.iter_text():
        print(piece, end="", flush=True)
"""
END: Final = b"Finale"


async def _run(command: list[str], environment: dict[str, str], wires: Wires) -> tuple[float, float, float]:
    """Return the milliseconds to the request, to the last word and to the end of the process."""
    seen = len(wires.seen)
    began = time.perf_counter()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, env={**os.environ, **environment}
    )
    assert process.stdout is not None
    said, last = b"", 0.0
    while piece := await process.stdout.read(65536):
        said += piece
        if not last and END in said:
            last = time.perf_counter()
    code = await process.wait()
    ended = time.perf_counter()
    assert code == 0
    assert last
    return (wires.seen[seen].at - began) * 1e3, (last - began) * 1e3, (ended - began) * 1e3


async def test_a_question_from_the_shell(tmp_path: Path):
    print(f"\nwhole processes, medians of {RUNS} (ms; {load()})\n{'':<12} request  last word   end")
    control = 0.0
    async with Wires() as wires:
        wires.script("bench", Reply(f"A short reply, then {END.decode()}"))
        folders = {"bare httpx": tmp_path / "bare"} | {name: tmp_path / name for name in REFS}
        for name, folder in folders.items():
            ref = REFS.get(name, REFS["ollama"])
            environment = variables(folder, wires.url, ref)
            ask = [sys.executable, "-m", "mixchat", "ask", "-q", "-m", ref, "Hello?"]
            command = [sys.executable, "-c", CONTROL, wires.url] if name == "bare httpx" else ask
            runs = [await _run(command, environment, wires) for _ in range(RUNS + 1)][1:]
            request, last, end = (statistics.median(run[at] for run in runs) for at in range(3))
            print(f"{name:<12} {request:7.0f} {last:10.0f} {end:5.0f}   (goal {GOALS.get(name, 0) or '-'})")
            if name not in GOALS:
                control = end
            else:
                rows = sqlite3.connect(folder / "DATA" / "history.db").execute("SELECT complete FROM calls")
                assert [bool(complete) for (complete,) in rows] == [True] * (RUNS + 1)
                assert end < control + 5 * GOALS[name]
