"""The scenes, in the order of the README."""

from tests.shots.scene import Press, Rest, Scene, Step, Type, Wait
from tests.wires.showcase import POEM

READY = Wait("Ask anything")
LOOP = "My Python loop sums 1 to n but the result is too small. What is wrong with range(1, n)?"
DONE = r"\d s +[~<]?\$0\.\d"


def say(prompt: str, until: str = DONE) -> list[Step]:
    """Return the steps that send a prompt and wait for the end of the reply."""
    return [Type(prompt), Rest(0.4), Press("enter"), Wait(until), Rest(0.5)]


def talk() -> list[Step]:
    """Return the steps of a chat of several turns, each for another role."""
    return [
        READY,
        Rest(3),
        *say("Write a short poem about a harbour at night", "lead it back"),
        Rest(0.7),
        *say("Prove that the square root of 2 is irrational", "is irrational.*∎|Hence"),
        Rest(0.7),
        *say("Which database should a desktop app use? Compare three in a table", "whole backup"),
        Rest(1),
    ]


SCENES = (
    Scene(
        name="first-run",
        keyed=False,
        rows=30,
        columns=100,
        steps=[Wait("No model is set up yet"), Rest(1)],
    ),
    Scene(name="empty", steps=[READY, Wait("daily-driver"), Rest(1)]),
    Scene(name="coding", steps=[READY, Rest(3), *say(LOOP)]),
    Scene(name="chat", rows=44, steps=talk()),
    Scene(name="fail-over", steps=[READY, Rest(3), *say(LOOP, "closed form")]),
    Scene(
        name="compare",
        rows=40,
        steps=[
            READY,
            Rest(3),
            Type(f"/compare sonnet flash {LOOP}"),
            Press("enter"),
            Wait(r"\$0\.00.*\$0\.00"),
            Rest(4),
        ],
    ),
    Scene(name="pin", steps=[READY, Rest(3), Type("@op"), Wait("opus"), Rest(0.5)]),
    Scene(
        name="palette", steps=[READY, Rest(3), *say(LOOP), Press("ctrl+p"), Wait("Type to search"), Rest(0.5)]
    ),
    Scene(name="models", steps=[READY, Rest(3), Press("ctrl+l"), Wait("claude-opus"), Rest(1.5)]),
    Scene(
        name="stack", steps=[READY, Rest(3), Type("/stack"), Press("enter"), Wait("heavy-lifting"), Rest(1.5)]
    ),
    Scene(
        name="spend",
        config="[budget]\nday = 0.5\n",
        steps=[*talk(), Type("/spend"), Press("enter"), Wait("by model|model"), Rest(1.5)],
    ),
    Scene(name="narrow", columns=60, rows=24, steps=[READY, Rest(3), *say(LOOP)]),
    Scene(name="light", theme="mixchat-light", rows=44, steps=talk()),
    Scene(name="contrast", theme="contrast-dark", steps=[READY, Rest(3), *say(LOOP)]),
)
"""Every picture in `screenshots/`."""
DEMO = Scene(
    name="demo",
    columns=120,
    rows=34,
    steps=[
        READY,
        Rest(3),
        Type("Write a short poem about a harbour at night"),
        Rest(0.6),
        Press("enter"),
        Wait("lead it back"),
        Rest(1.2),
        Type("@opus Prove that the square root of 2 is irrational"),
        Rest(0.8),
        Press("enter"),
        Wait("is irrational.*∎|Hence"),
        Rest(1.5),
        Type(LOOP),
        Rest(0.6),
        Press("enter"),
        Wait("closed form"),
        Rest(4),
    ],
)
"""The moving picture: routing, a pin, the cost as it grows, and a fail-over."""


def faults(name: str) -> dict[str, list[dict[str, object]]]:
    """Return what the provider's models answer in a scene, where it is not the usual."""
    overloaded: list[dict[str, object]] = [{"type": "Status", "status": 529, "message": "Overloaded"}]
    if name in {"fail-over", "demo"}:
        poem: list[dict[str, object]] = (
            [{"type": "Reply", "text": POEM, "rate": 16}] if name == "demo" else []
        )
        return {"claude-sonnet-5-5": [*poem, *overloaded], "gpt-6.1-sol": overloaded}
    return {"claude-sonnet-5-5": [], "gpt-6.1-sol": []}
