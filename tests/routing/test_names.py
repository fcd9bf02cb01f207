"""What `@name` means: a role, an alias or a reference, in this order."""

from mixchat.domain.chat_request import Pin
from mixchat.domain.model import ModelRef
from mixchat.domain.stack import RoleConfig, Slot
from mixchat.routing.names import resolve, unresolved
from tests.routing.scripted import ref, slot, stack

STACK = stack(coding=["a/x"], opus=["a/y"], daily_driver=["b/y"])
ALIASES = {"opus": "anthropic/claude-opus-5-5", "flash": "google/gemini-flash"}


def test_a_role_goes_before_an_alias():
    assert resolve("opus", STACK, ALIASES) == Pin("opus", role="opus")


def test_an_alias_stands_for_its_reference():
    assert resolve("@flash", STACK, ALIASES) == Pin("flash", slot=slot("google/gemini-flash"))
    assert resolve("flash", STACK, {"flash": ModelRef("google", "new")}) == Pin(
        "flash", slot=slot("google/new")
    )


def test_a_reference_is_taken_as_it_is():
    name = "openrouter/meta-llama/llama-3.3-70b-instruct"
    assert resolve(name, STACK, ALIASES) == Pin(name, slot=slot(name))


def test_a_file_is_not_taken_for_a_model():
    known = {"anthropic", "openrouter"}.__contains__
    assert resolve("docs/notes.md", STACK, ALIASES, known) is None
    assert resolve("anthropic/claude", STACK, ALIASES, known) is not None


def test_a_provider_may_be_written_in_capitals():
    known = {"anthropic", "Work"}.__contains__
    pin = Pin("anthropic/claude", slot=slot("anthropic/claude"))
    assert resolve("Anthropic/claude", STACK, ALIASES, known) == pin
    assert resolve("Work/big", STACK, ALIASES, known) == Pin("Work/big", slot=slot("Work/big"))
    assert resolve("Docs/notes.md", STACK, ALIASES, known) is None


def test_a_name_that_is_nothing_is_nothing():
    for name in ("nobody", "", "@", "/", "a/", "/x"):
        assert resolve(name, STACK, ALIASES) is None


def test_a_pinned_model_keeps_the_settings_that_the_stack_gives_it_everywhere():
    searching = Slot(ref("a/x"), search=True)
    own = stack(research=RoleConfig("research", slots=(searching,)))
    assert resolve("a/x", own, {}) == Pin("a/x", slot=searching)
    both = stack(research=RoleConfig("research", slots=(searching,)), coding=["a/x"])
    assert resolve("a/x", both, {}) == Pin("a/x", slot=slot("a/x"))


SHORT = stack(coding=["a/x", "b/big"], quick=["b/y", "c/y"])


def catalog(name: str) -> tuple[ModelRef, ...]:
    return tuple(found for found in (ref("d/z"), ref("d/x"), ref("d/w"), ref("e/w")) if found.model == name)


def test_a_model_may_be_written_without_its_provider_and_the_pin_has_its_full_name():
    assert resolve("x", SHORT, {}, None, catalog) == Pin("a/x", slot=slot("a/x"))
    assert resolve("@z", SHORT, {}, None, catalog) == Pin("d/z", slot=slot("d/z"))


def test_a_model_whose_own_name_has_a_slash_may_be_written_without_its_provider():
    own = stack(coding=["openrouter/meta/llama"])
    known = {"openrouter"}.__contains__
    assert resolve("meta/llama", own, {}, known) == Pin(
        "openrouter/meta/llama", slot=slot("openrouter/meta/llama")
    )


def test_the_models_of_two_step_roles_count_too():
    own = stack(planning=RoleConfig("planning", plan=slot("a/planner"), execute=slot("a/doer")))
    assert resolve("planner", own, {}) == Pin("a/planner", slot=slot("a/planner"))


def test_a_role_and_an_alias_go_before_a_short_name():
    assert resolve("x", SHORT, {"x": "z/other"}) == Pin("x", slot=slot("z/other"))
    assert resolve("quick", stack(quick=["a/quick"]), {}) == Pin("quick", role="quick")


def test_a_name_that_several_models_have_is_nothing_and_the_sentence_names_them():
    assert resolve("y", SHORT, {}, None, catalog) is None
    assert unresolved("y", SHORT, {}, catalog) == "y may be b/y or c/y; write one of them."
    assert resolve("w", SHORT, {}, None, catalog) is None
    assert unresolved("@w", SHORT, {}, catalog) == "w may be d/w or e/w; write one of them."


def test_the_sentence_about_an_unknown_name_says_what_may_be_written():
    assert unresolved("bg", SHORT, ALIASES) == "bg is not a role, alias or model; did you mean big?"
    assert unresolved("codng", SHORT, ALIASES) == "codng is not a role, alias or model; did you mean coding?"
    assert unresolved("codng", SHORT, ALIASES, roles=False) == (
        "codng is not an alias or model; the stack test has a/x, b/big, b/y and others."
    )
    assert unresolved("nosuch", stack(), ()) == "nosuch is not a role, alias or model."
