import subprocess
import sys
from pathlib import Path

from mixchat.classifier.classifier import LocalClassifier
from mixchat.classifier.learned import Learned
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Classification
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import RoleConfig, Slot, Stack
from tests.classifier.prompt_sets import STACK, own, tables

PROMPT = "Write a commit message for the new login form"


def role(learned: Learned | None, prompt: str, stack: Stack = STACK) -> Classification:
    return LocalClassifier(learned).classify(RoutingInput(prompt=prompt), stack)


def test_a_corrected_prompt_and_its_like_follow_the_correction(tmp_path: Path):
    learned = Learned(tmp_path)
    learned.add(PROMPT, "creative", "corrected")
    classification = role(learned, "write a commit message for the login form")
    assert (classification.role, classification.classifier) == ("creative", "learned")
    assert "what you taught" in classification.evidence[0].text
    assert role(learned, "What is the capital of Peru?").classifier != "learned"


def test_lessons_can_be_listed_removed_and_switched_off(tmp_path: Path):
    learned = Learned(tmp_path)
    learned.add(PROMPT, "creative", "pinned")
    learned.add("Which wine goes with fish?", "research", "corrected")
    assert [(one.target, one.source) for one in learned.list()] == [
        ("creative", "pinned"),
        ("research", "corrected"),
    ]
    assert learned.remove(learned.list()[0].id)
    assert not learned.remove("no such lesson")
    assert [one.target for one in Learned(tmp_path).list()] == ["research"]
    off = Learned(tmp_path, enabled=False)
    off.add(PROMPT, "coding", "corrected")
    assert len(off.list()) == 1
    assert role(off, "Which wine goes with fish?").classifier != "learned"


def test_the_last_lesson_on_a_prompt_counts(tmp_path: Path):
    learned = Learned(tmp_path)
    learned.add(PROMPT, "creative", "corrected")
    learned.add(PROMPT, "extraction", "corrected")
    assert [one.target for one in learned.list()] == ["extraction"]
    assert role(learned, PROMPT).role == "extraction"


def test_a_model_that_was_preferred_stands_for_the_role_it_sits_in(tmp_path: Path):
    ref = ModelRef.parse("openai/o9")
    stack = Stack("s", "", {**STACK.roles, "coding": RoleConfig("coding", slots=(Slot(ref),))})
    learned = Learned(tmp_path)
    learned.add("tell me about the wine list", "openai/o9", "regenerated")
    learned.add("a song for the dentist", "unknown/model", "regenerated")
    assert role(learned, "tell me about the wine list", stack).role == "coding"
    assert role(learned, "a song for the dentist", stack).classifier == "local"


def test_damaged_lines_odd_text_and_very_long_prompts_do_no_harm(tmp_path: Path):
    learned = Learned(tmp_path)
    learned.add("x" * 1_000_000, "coding", "corrected")
    learned.add("lone \ud800 surrogate", "coding", "corrected")
    learned.add("   ", "coding", "corrected")
    with (tmp_path / "learned.jsonl").open("ab") as file:
        file.write(b'nonsense\n{"id": 3}\n\xff\xfe\n')
    assert len(Learned(tmp_path).list()) == 2
    assert (tmp_path / "learned.jsonl").stat().st_size < 10_000


def test_two_programs_may_teach_at_once(tmp_path: Path):
    script = (
        "import sys, pathlib; from mixchat.classifier.learned import Learned\n"
        "book = Learned(pathlib.Path(sys.argv[1]))\n"
        "for n in range(100): book.add(f'prompt {sys.argv[2]} {n}', 'coding', 'corrected')\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path), name]) for name in ("a", "b")]
    assert [one.wait(60) for one in running] == [0, 0]
    assert len(Learned(tmp_path).list()) == 200


def test_a_lesson_taught_elsewhere_is_seen_at_once(tmp_path: Path):
    here, there = Learned(tmp_path), Learned(tmp_path)
    assert role(here, PROMPT).classifier == "local"
    there.add(PROMPT, "creative", "corrected")
    assert role(here, PROMPT).classifier == "learned"


def test_twenty_corrections_of_a_habit_halve_its_error_and_move_nothing_else(tmp_path: Path):
    rows = [row.text for row in (*own("fresh"), *own("heldout"))]
    before = [role(None, text).role for text in rows]
    for name, habit in tables("habits").items():
        learned = Learned(tmp_path / name)
        for prompt in habit["taught"]:
            learned.add(prompt, habit["target"], "corrected")
        wrong = [
            sum(role(who, text).role != habit["target"] for text in habit["later"]) for who in (None, learned)
        ]
        assert wrong[1] < wrong[0] / 2, name
        moved = sum(role(learned, text).role != was for text, was in zip(rows, before, strict=True))
        assert moved <= len(rows) / 100, name
