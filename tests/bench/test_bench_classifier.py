"""What the local classifier is worth: `pytest -m bench -s tests/bench/test_bench_classifier.py`.

`MIXCHAT_ROLES_DEV` names a JSON Lines file of labelled prompts (src, role, text); without it the project's own sets
are measured alone.
"""

import json
import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from mixchat.classifier.classifier import LocalClassifier
from mixchat.classifier.learned import Learned
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.stack import RoleConfig, Rules, Stack
from tests.bench.role_score import Judged, cells, confusion, interval, score
from tests.classifier.prompt_sets import STACK, Labelled, conversations, own, paraphrases, short, tables

pytestmark = pytest.mark.bench

ROLES_DEV = os.environ.get("MIXCHAT_ROLES_DEV")
FAMILY = "autoj_test"
"""A relative of the training rows: shown, but not in the headline."""
KEYWORDS = (
    ("coding", r"code|function|python|javascript|bug|error|debug|script|program|sql|api"),
    ("heavy", r"prove|solve|calculate|analy[sz]e|reason|math|strategy|plan"),
    ("creative", r"write|story|poem|song|creative|joke|lyrics"),
    ("summarization", r"summar|tl;?dr|key points"),
    ("extraction", r"extract|list all|json"),
)
"""The control: the kind of keyword list that routers start with."""


def given(classifier: LocalClassifier, text: str, stack: Stack = STACK) -> str:
    return short(classifier.classify(RoutingInput(prompt=text), stack).role)


def by_keywords(text: str) -> str:
    lowered = text.lower()
    return next((role for role, words in KEYWORDS if re.search(words, lowered)), "daily")


def dev_rows() -> list[Labelled]:
    if not ROLES_DEV:
        return []
    with Path(ROLES_DEV).open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Labelled(row["src"], row["role"], row["text"]) for row in rows]


def show_score(name: str, judged: Sequence[Judged]) -> None:
    for four in (False, True):
        low, high = interval(judged, four=four)
        print(f"{name:<34} {'X4' if four else 'X7'} {score(judged, four=four):.3f}  [{low:.3f}, {high:.3f}]")


def test_roles_on_prompts_that_were_not_trained_on():
    classifier = LocalClassifier()
    sets = {"own, fresh": own("fresh"), "own, regression": own("heldout")}
    dev = dev_rows()
    if dev:
        sets["dev, without family"] = [row for row in dev if row.source != FAMILY]
        sets["dev, family"] = [row for row in dev if row.source == FAMILY]
    else:
        print("\nMIXCHAT_ROLES_DEV is not set: only the project's own prompts are measured")
    for name, rows in sets.items():
        judged = [(row, given(classifier, row.text)) for row in rows]
        print()
        show_score(name, judged)
        show_score("  control: keyword list", [(row, by_keywords(row.text)) for row in rows])
        print(
            "  "
            + "  ".join(
                f"{src}/{role} {recall:.2f} ({n})" for (src, role), (recall, n) in cells(judged).items()
            )
        )
        print(confusion(judged))


def test_how_long_a_prompt_takes():
    classifier = LocalClassifier()
    texts = [row.text for row in (*dev_rows(), *own("fresh"), *own("heldout"))]
    kinds: dict[str, list[str]] = {
        "as they are": texts,
        "10 kB": [grown(text, 10_000) for text in texts[:200]],
        "100 kB": [grown(text, 100_000) for text in texts[:200]],
        "1 MB": [grown(text, 1_000_000) for text in texts[:40]],
    }
    print(f"\n{'prompt':<14}{'p50 ms':>9}{'p95 ms':>9}{'cpu p95':>9}")
    for kind, some in kinds.items():
        wall, cpu = timed(lambda text: given(classifier, text), some)
        print(
            f"{kind:<14}{wall[len(wall) // 2]:>9.2f}{wall[int(len(wall) * 0.95)]:>9.2f}{cpu[int(len(cpu) * 0.95)]:>9.2f}"
        )
    wall, cpu = timed(lambda text: re.findall(r"\w+", text[:1600]), texts)
    print(
        f"{'control: split':<14}{wall[len(wall) // 2]:>9.2f}{wall[int(len(wall) * 0.95)]:>9.2f}{cpu[int(len(cpu) * 0.95)]:>9.2f}"
    )


def grown(text: str, size: int) -> str:
    return (text + "\n") * (size // (len(text) + 1) + 1)


def timed(work: Callable[[str], object], texts: Sequence[str]) -> tuple[list[float], list[float]]:
    wall: list[float] = []
    cpu: list[float] = []
    for text in texts:
        started, used = time.perf_counter(), time.thread_time()
        work(text)
        wall.append((time.perf_counter() - started) * 1e3)
        cpu.append((time.thread_time() - used) * 1e3)
    return sorted(wall), sorted(cpu)


def test_paraphrases_and_conversations():
    classifier = LocalClassifier()
    pairs = paraphrases()
    kept = sum(given(classifier, one) == given(classifier, other) for one, other in pairs)
    plain = sum(by_keywords(one) == by_keywords(other) for one, other in pairs)
    print(
        f"\nparaphrases that keep their role: {kept / len(pairs):.3f} of {len(pairs)} (keyword list {plain / len(pairs):.3f})"
    )
    talks = conversations()
    for name, some in (("tuned on", talks[::2]), ("kept", talks[1::2])):
        asked = [
            classifier.classify(RoutingInput(prompt=talk.turns[-1], history=talk.turns[:-1]), STACK).role
            for talk in some
        ]
        right = [short(role) == talk.role for role, talk in zip(asked, some, strict=True)]
        alone = [given(classifier, talk.turns[-1]) == talk.role for talk in some]
        follows = [hit for hit, talk in zip(right, some, strict=True) if talk.goes_on]
        changes = [hit for hit, talk in zip(right, some, strict=True) if not talk.goes_on]
        print(
            f"conversations, {name:<9} {len(some)}: with history {mean(right):.3f} (follow-ups {mean(follows):.3f},"
            f" changes {mean(changes):.3f}), without {mean(alone):.3f}"
        )


def mean(hits: Sequence[float]) -> float:
    return sum(hits) / len(hits)


def test_the_users_own_roles():
    roles = tables("user_roles")
    print("\nheld-out prompts that reach the user's role, and other prompts that wrongly do")
    others = [row.text for row in own("fresh")]
    for count, worded in ((0, True), (3, False), (5, False), (10, False), (10, True)):
        posts = {
            name: RoleConfig(
                name,
                role["description"],
                examples=tuple(role["examples"][:count]),
                rules=Rules(keywords=tuple(role["keywords"])) if worded else Rules(),
            )
            for name, role in roles.items()
        }
        classifier, stack = LocalClassifier(), Stack("mine", "", {**STACK.roles, **posts})
        found = {
            name: mean([given(classifier, text, stack) == name for text in role["held_out"]])
            for name, role in roles.items()
        }
        wrong = mean([given(classifier, text, stack) in roles for text in others])
        print(
            f"{count:>3} examples{' and keywords' if worded else '':<13}: {mean(list(found.values())):.2f}  wrongly {wrong:.2f}  "
            + "  ".join(f"{n} {v:.2f}" for n, v in found.items())
        )


def test_what_twenty_corrections_change(tmp_path: Path):
    rows = [*own("fresh"), *own("heldout"), *dev_rows()]
    before = [(row, given(LocalClassifier(), row.text)) for row in rows]
    print(
        f"\nhabit: errors before -> after on later prompts; moved among {len(rows)} others, X7 before -> after"
    )
    for name, habit in tables("habits").items():
        learned = Learned(tmp_path / name)
        for prompt in habit["taught"]:
            learned.add(prompt, habit["target"], "corrected")
        taught = LocalClassifier(learned)
        wrong = [
            sum(
                who.classify(RoutingInput(prompt=text), STACK).role != habit["target"]
                for text in habit["later"]
            )
            for who in (LocalClassifier(), taught)
        ]
        after = [(row, given(taught, row.text)) for row in rows]
        moved = sum(one != other for (_, one), (_, other) in zip(before, after, strict=True))
        print(
            f"{name:<16} {wrong[0]} -> {wrong[1]} of {len(habit['later'])}; moved {moved}; {score(before):.3f} -> {score(after):.3f}"
        )
