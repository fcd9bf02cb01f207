"""What `@name` means: a role, an alias or a reference, in this order."""

from mixchat.routing.pins import resolve
from mixchat.words.model import ModelRef
from mixchat.words.question import Pin
from mixchat.words.stack import Post, Seat
from tests.routing.scripted import ref, seat, stack

STACK = stack(coding=["a/x"], opus=["a/y"], daily_driver=["b/y"])
ALIASES = {"opus": "anthropic/claude-opus-5-5", "flash": "google/gemini-flash"}


def test_a_role_goes_before_an_alias():
    assert resolve("opus", STACK, ALIASES) == Pin("opus", role="opus")


def test_an_alias_stands_for_its_reference():
    assert resolve("@flash", STACK, ALIASES) == Pin("flash", seat=seat("google/gemini-flash"))
    assert resolve("flash", STACK, {"flash": ModelRef("google", "new")}) == Pin(
        "flash", seat=seat("google/new")
    )


def test_a_reference_is_taken_as_it_is():
    name = "openrouter/meta-llama/llama-3.3-70b-instruct"
    assert resolve(name, STACK, ALIASES) == Pin(name, seat=seat(name))


def test_a_file_is_not_taken_for_a_model():
    known = {"anthropic", "openrouter"}.__contains__
    assert resolve("docs/notes.md", STACK, ALIASES, known) is None
    assert resolve("anthropic/claude", STACK, ALIASES, known) is not None


def test_a_name_that_is_nothing_is_nothing():
    for name in ("nobody", "", "@", "/", "a/", "/x"):
        assert resolve(name, STACK, ALIASES) is None


def test_a_pinned_model_keeps_the_settings_that_the_stack_gives_it_everywhere():
    searching = Seat(ref("a/x"), search=True)
    own = stack(research=Post("research", seats=(searching,)))
    assert resolve("a/x", own, {}) == Pin("a/x", seat=searching)
    both = stack(research=Post("research", seats=(searching,)), coding=["a/x"])
    assert resolve("a/x", both, {}) == Pin("a/x", seat=seat("a/x"))
