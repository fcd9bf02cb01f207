"""What was learned, from the shell."""

import json

from mixchat.classifier.learned import Learned
from mixchat.config.paths import Paths
from tests.cli.conftest import Shell


def test_lessons_are_listed_followed_and_forgotten(shell: Shell, paths: Paths):
    assert "Nothing learned yet" in shell("learned", "list").err
    Learned(paths.data).add("write a limerick about my cat Tibbles", "coding", "corrected")
    (lesson,) = json.loads(shell("learned", "list", "--json").out)
    assert (lesson["target"], lesson["source"]) == ("coding", "corrected")
    decided = json.loads(shell("route", "--json", "write a limerick about my cat Tibbles").out)
    assert (decided["role"], decided["classifier"]) == ("coding", "learned")
    assert "decided by: learned" in shell("route", "--explain", "write a limerick about my cat Tibbles").out
    assert shell("learned", "rm", lesson["id"]).code == 0
    assert json.loads(shell("learned", "list", "--json").out) == []
    decided = json.loads(shell("route", "--json", "write a limerick about my cat Tibbles").out)
    assert decided["classifier"] != "learned"


def test_a_lesson_that_is_not_there_is_one_sentence(shell: Shell):
    said = shell("learned", "rm", "nosuch")
    assert said.code == 2
    assert "no lesson 'nosuch'" in said.err


def test_learning_can_be_switched_off(shell: Shell, paths: Paths):
    Learned(paths.data).add("write a limerick about my cat Tibbles", "coding", "corrected")
    paths.config.mkdir(parents=True)
    paths.config_file.write_text("[router]\nlearn = false\n")
    decided = json.loads(shell("route", "--json", "write a limerick about my cat Tibbles").out)
    assert decided["classifier"] != "learned"
