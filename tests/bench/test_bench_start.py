"""How long the shell takes to answer, beside a bare import of the HTTP client."""

import statistics
import subprocess
import sys
import time

import pytest

RUNS = 11
CONTROL = (sys.executable, "-c", "import httpx")
ROUTE = (sys.executable, "-m", "mixchat", "route", "why does this segfault?", "--json")


def milliseconds(command: tuple[str, ...]) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1e3


@pytest.mark.bench
def test_routing_a_prompt_is_one_and_a_half_imports_of_httpx_at_most(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-1")
    for command in (CONTROL, ROUTE):
        milliseconds(command)
    pairs = [(milliseconds(CONTROL), milliseconds(ROUTE)) for _ in range(RUNS)]
    control = statistics.median(pair[0] for pair in pairs)
    route = statistics.median(pair[1] for pair in pairs)
    print(f"\nmixchat route, a whole process, medians of {RUNS}")
    print(f"  import httpx   {control:6.0f} ms")
    print(f"  mixchat route  {route:6.0f} ms   {route / control:.2f}x (1.5x at most)")
    assert route < 1.5 * control
