"""What the server says when it runs by itself: replies worth a screenshot, chosen by words of the prompt."""

from tests.wires.dialect import Json
from tests.wires.script import Hangup, Reply, Reset, Script, Silence, Status
from tests.wires.server import Seen

CODE = '''The loop stops one early: `range(1, n)` leaves out `n` itself. Count up to `n + 1`:

```python
def total(n: int) -> int:
    """Return 1 + 2 + ... + n."""
    return sum(range(1, n + 1))
```

Two things to know:

- `range` is half-open, so the end is never in it.
- For large `n` the closed form `n * (n + 1) // 2` needs no loop at all.
'''
TABLE = """Three databases, side by side:

| | SQLite | PostgreSQL | DuckDB |
|---|---|---|---|
| Runs as | a file | a server | a file |
| Made for | small apps, devices | many writers | analysis |
| Concurrent writes | one | many | one |
| Full-text search | FTS5 | tsvector | extension |

**For a single-user app, take SQLite.** It needs no server, survives a crash, and one file is the whole backup.
"""
POEM = """The harbour keeps its lamps alight,
A ladder laid on moving black;
Each boat that slipped away by night
Has left a line to lead it back.
"""
REASON = "The sum of 1 to n is wanted. The loop ends before n. So the bound is off by one. Check with n = 3: 1 + 2 = 3, but 6 is expected."
PROOF = """Suppose that √2 = *p*/*q* in lowest terms.

1. Then *p*² = 2*q*², so *p*² is even, and so is *p*: write *p* = 2*k*.
2. Then 4*k*² = 2*q*², so *q*² = 2*k*² is even, and so is *q*.
3. Both are even, which *lowest terms* forbids.

Hence **√2 is irrational**. ∎
"""
NEWS = """The comet is brightest this week and stands low in the west after sunset. From mid-northern latitudes, look
about 40 minutes after the sun is down; binoculars help. It is expected to fade by a magnitude within ten days."""
PLAIN = """Put the kettle on first: the water should be just off the boil.

1. **Warm the pot** with a little hot water and pour it out.
2. **One spoon of leaves** a cup, and one for the pot.
3. **Four minutes**, lid on. Longer makes it bitter, not stronger.

> Green tea wants 80 °C and two minutes.
"""


def showcase(seen: Seen) -> Script:
    """Return the reply that fits the prompt, or the fault that the model's name asks for.

    Fault names: `status-429`, `status-503-2` (with Retry-After), `reset`, `hangup`, `silent`, `cut-8`
    (dropped after 8 deltas), `stall-8`, `slow-3` (first token after 3 s).
    """
    name, _, rest = seen.model.partition("-")
    number = [int(part) for part in rest.split("-") if part.isdigit()]
    faults: dict[str, Script] = {"reset": Reset(), "hangup": Hangup(), "silent": Silence()}
    if seen.model in faults:
        return faults[seen.model]
    if name == "status" and number:
        return Status(number[0], retry_after=str(number[1]) if len(number) > 1 else None)
    if name in {"cut", "stall"} and number:
        return Reply(PLAIN, ending="drop" if name == "cut" else "stall", after=number[0], rate=40)
    if name == "slow" and number:
        return Reply(PLAIN, wait=number[0], rate=40)
    return _fitting(prompt_of(seen.json).lower())


def _fitting(prompt: str) -> Reply:
    if any(word in prompt for word in ("code", "function", "bug", "error", "loop", "python", "fix")):
        return Reply(CODE, REASON, input=1840, cache_read=1500, rate=60, wait=0.4)
    if any(word in prompt for word in ("table", "compare", "database")):
        return Reply(TABLE, input=420, rate=60, wait=0.3)
    if any(word in prompt for word in ("poem", "story", "haiku", "song")):
        return Reply(POEM, input=96, rate=40, wait=0.3)
    if any(word in prompt for word in ("prove", "proof", "why", "sqrt", "plan")):
        return Reply(
            PROOF, "Assume the contrary and look for a contradiction in the parity.", input=150, rate=60
        )
    if any(word in prompt for word in ("latest", "today", "news", "source")):
        cited = (("https://example.org/sky", "Sky this week"), ("https://example.com/comet", "Comet watch"))
        return Reply(NEWS, citations=cited, searches=2, input=3100, rate=60, wait=0.6)
    return Reply(PLAIN, input=210, rate=60, wait=0.3)


def prompt_of(body: Json) -> str:
    """Return the last user message of a request in any of the protocols."""
    turns = body.get("messages") or body.get("input") or body.get("contents") or []
    if isinstance(turns, str):
        return turns
    content = turns[-1].get("content", turns[-1].get("parts", "")) if turns else ""
    if isinstance(content, str):
        return content
    return " ".join(str(part.get("text", "")) for part in content)
