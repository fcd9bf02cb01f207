"""Small things in words: figures, folds, mentions, completions, earlier prompts, phases, copies."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from mixchat.chat.mentions import mention_of, read_mentions
from mixchat.chat.turn_builder import TurnBuilder
from mixchat.domain.chat_request import Pin
from mixchat.domain.errors import Failure
from mixchat.domain.events import AttemptStarted, Retrying, TextDelta, ThinkingDelta
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import Slot
from mixchat.domain.usage import Usage
from mixchat.tui import formatting
from mixchat.tui.chat.turn_activity import TurnActivity
from mixchat.tui.composer.completion import Candidate, complete, rank
from mixchat.tui.composer.message import Draft, read_draft
from mixchat.tui.composer.pastes import Pastes
from mixchat.tui.composer.prompt_history import PromptHistory
from mixchat.tui.formatting import seconds_to_read
from mixchat.tui.terminal.clipboard import Clipboard
from mixchat.tui.terminal.control_sequence import literal, tmux_wrapped
from tests.tui.stage import StillClock
from tests.tui.transcript.scene import FLASH, ScriptedCalls, attempt, opened

REF = ModelRef("a", "plain")


@pytest.mark.parametrize(("share", "width"), [(0.0, 8), (0.5, 8), (1.0, 8), (3.0, 8), (0.01, 5)])
def test_a_bar_has_its_width_whatever_its_share(share: float, width: int):
    assert len(formatting.bar(share, width)) == width


@given(st.text(max_size=4000))
def test_what_is_folded_is_unfolded_to_the_letter(text: str):
    pastes = Pastes()
    mark = pastes.keep(text)
    assert pastes.unfold(f"before {mark} after") == f"before {text} after"


def test_a_mark_that_nobody_folded_is_just_text():
    assert Pastes().unfold("[paste 7: 3 lines]") == "[paste 7: 3 lines]"


@given(st.text(), st.dictionaries(st.integers(1, 9), st.text()))
def test_a_draft_comes_back_as_it_was(typed: str, pastes: dict[int, str]):
    draft = Draft(typed, pastes)
    assert read_draft(draft.encode()) == (draft if typed else Draft())


def resolve(name: str) -> Pin | None:
    return Pin(name, role=name) if name == "coding" else None


def test_only_the_first_word_pins_and_other_words_are_files_if_they_exist(tmp_path: Path):
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "two words.txt").write_text("x")
    found = read_mentions('@coding see @a.txt, and @"two words.txt" or @coding', resolve, tmp_path)
    assert found.pin == Pin("coding", role="coding")
    assert [path.name for path in found.files] == ["a.txt", "two words.txt"]
    assert found.body.startswith("see @a.txt")
    assert found.nothing is None


def test_a_file_goes_before_a_model_that_is_written_without_its_provider(tmp_path: Path):
    def short(name: str) -> Pin:
        return Pin(f"openai/{name}")

    assert read_mentions("@o3 what is this", short, tmp_path).pin == Pin("openai/o3")
    (tmp_path / "o3").write_text("x")
    found = read_mentions("@o3 what is this", short, tmp_path)
    assert (found.pin, [path.name for path in found.files]) == (None, ["o3"])


def test_a_first_word_that_is_a_file_is_no_pin(tmp_path: Path):
    (tmp_path / "a.txt").write_text("x")
    found = read_mentions("@a.txt what is this", resolve, tmp_path)
    assert found.pin is None
    assert found.body == "@a.txt what is this"


def test_an_address_in_the_text_is_no_mention(tmp_path: Path):
    assert read_mentions("write to me@example.com", resolve, tmp_path).nothing is None
    assert read_mentions("@nobody hello", resolve, tmp_path).nothing == "nobody"


def test_a_mention_is_read_back_as_the_file(tmp_path: Path):
    path = tmp_path / "with space.txt"
    path.write_text("x")
    assert read_mentions("see " + mention_of(path, tmp_path), resolve, tmp_path).files == (path,)


class FewSources:
    """Three names, two commands and two prompts."""

    def __init__(self, folder: Path = Path()) -> None:
        self.folder = folder

    def names(self) -> list[Candidate]:
        return [Candidate(f"@{name} ", name) for name in ("coding", "creative", "a/plain")]

    def commands(self) -> list[Candidate]:
        return [Candidate("/pin ", "pin"), Candidate("/panel", "panel")]

    def arguments(self, command: str) -> list[Candidate]:
        return self.names()

    def is_command(self, name: str) -> bool:
        return name in {"pin", "panel"}

    def resolve(self, name: str) -> Pin | None:
        return resolve(name)

    def prompts(self) -> list[str]:
        return ["one", "two"]


def test_names_are_offered_for_the_first_word_and_files_everywhere(tmp_path: Path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "code.py").write_text("x")
    first = complete(FewSources(tmp_path), "@co", 3, first=True)
    assert first is not None
    assert [candidate.label for candidate in first.candidates] == ["coding", "src/code.py"]
    later = complete(FewSources(tmp_path), "see @co", 7, first=True)
    assert later is not None
    assert [candidate.label for candidate in later.candidates] == ["src/code.py"]


def test_commands_are_offered_at_the_very_beginning_alone(tmp_path: Path):
    offered = complete(FewSources(tmp_path), "/pa", 3, first=True)
    assert offered is not None
    assert offered.candidates[0].label == "panel"
    assert complete(FewSources(tmp_path), "see /pa", 7, first=True) is None
    assert complete(FewSources(tmp_path), "/pa", 3, first=False) is None


def test_a_word_that_is_complete_offers_nothing(tmp_path: Path):
    assert complete(FewSources(tmp_path), "/pin", 4, first=True) is None


def test_the_beginning_counts_before_a_part_and_a_part_before_the_letters():
    labels = ["zcode", "decode", "cod", "c-o-d"]
    assert [one.label for one in rank("cod", [Candidate(name, name) for name in labels])] == [
        "cod", "zcode", "decode", "c-o-d",
    ]  # fmt: skip


def test_the_unsent_prompt_waits_at_the_newest_end():
    recall = PromptHistory(FewSources())
    assert recall.older("unsent") == "two"
    assert recall.older("two") == "one"
    assert recall.older("one") is None
    assert recall.newer("one") == "two"
    assert recall.newer("two") == "unsent"
    assert recall.newer("unsent") is None


def test_the_phase_is_told_in_words_with_the_seconds():
    clock, calls = StillClock(), ScriptedCalls()
    live = TurnBuilder(opened("a", "p"), clock)
    live.follow(calls)
    phase = TurnActivity(live, clock)
    assert phase.words() == "routing"
    live.apply(AttemptStarted(Slot(REF), 1, then=FLASH))
    clock.skip(3)
    assert phase.words() == "waiting for plain 3 s"
    assert phase.next_model == FLASH.model
    live.apply(ThinkingDelta("hm"))
    clock.skip(4)
    assert phase.words() == "thinking 4 s"
    for number in range(10):
        live.apply(TextDelta("x" * 40))
        calls.attempts = [structs.replace(attempt(), usage=Usage(output=10 * number))]
        phase.words()
        clock.skip(0.2)
    assert phase.words() == "writing 45 tok/s"
    assert phase.next_model == ""
    live.apply(Retrying(REF, 5.0, Failure("overloaded", "busy", REF)))
    clock.skip(2)
    assert phase.words().endswith("again in 3.0 s")


async def test_a_copy_says_which_way_worked(monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []
    monkeypatch.setenv("SSH_CONNECTION", "somewhere")
    said = await Clipboard(told.append).copy("text", "the reply")
    assert told == ["text"]
    assert "the terminal's clipboard (OSC 52)" in said
    assert "system clipboard" not in said
    for text in ("x" * 100_000, "\u65e5" * 30_000):
        assert "too long" in await Clipboard(told.append).copy(text, "the reply")
    assert len(told) == 1


def test_tmux_hands_a_sequence_through_only_inside_tmux(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TMUX", raising=False)
    assert tmux_wrapped(literal("\x1b]9;hi\x07")) == "\x1b]9;hi\x07"
    monkeypatch.setenv("TMUX", "/tmp/tmux")
    assert tmux_wrapped(literal("\x1b]9;hi\x07")) == "\x1bPtmux;\x1b\x1b]9;hi\x07\x1b\\"


def test_nothing_heavy_is_loaded_before_the_first_picture():
    import subprocess

    code = (
        "import sys; import mixchat.__main__; from mixchat.runtime.runtime import build_runtime; from mixchat.tui.app import run_app;"
        "print([name for name in ('anthropic', 'openai', 'google.genai', 'httpx', 'markdown_it', 'sqlite3',"
        " 'genai_prices', 'keyring', 'pygments', 'mixchat.tui.transcript') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_confirmation_goes_soon_and_a_long_sentence_stays_to_be_read():
    assert seconds_to_read("Copied.") == 2.0
    assert 3.0 < seconds_to_read("The last turn is taken back; alt+y brings it back.") < 4.0
    assert seconds_to_read("a long sentence " * 20) == 6.0
