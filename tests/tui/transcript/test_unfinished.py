"""What a block looks like while it is still being written."""

import pytest

from mixchat.domain.events import TextDelta
from mixchat.tui.transcript.markdown.unfinished import completed
from tests.tui.transcript.scene import LiveScene, Stage, opened, settled

REPLY = "Here is **bold text**, *leaning `code`* and ***both*** with ~~struck~~ words, `a * b` and [a link](https://a.example/b) too."


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("a **bold wor", "a **bold wor**"),
        ("a **bold word*", "a **bold word**"),
        ("a **", "a "),
        ("a **bold** wor", "a **bold** wor"),
        ("a *lean", "a *lean*"),
        ("a **bold *and lean", "a **bold *and lean***"),
        ("a ***both", "a ***both***"),
        ("a `co", "a `co`"),
        ("a `", "a "),
        ("a ``co`de", "a ``co`de``"),
        ("a ~~gon", "a ~~gon~~"),
        ("see [the lab", "see [the lab"),
        ("see [the label](https://a.exa", "see the label"),
        ("**bold with trailing ", "**bold with trailing** "),
        ("2*3 and snake_case_na", "2*3 and snake_case_na"),
        ("2 * 3", "2 * 3"),
        (r"a \*star", r"a \*star"),
        ("a `code with *stars` and", "a `code with *stars` and"),
        ("**bold `co", "**bold `co`**"),
    ],
)  # fmt: skip
def test_what_is_open_is_closed(broken: str, whole: str):
    assert completed(broken) == whole


def test_a_whole_text_stays_as_it_is():
    assert completed(REPLY) == REPLY


async def test_no_mark_is_ever_seen_while_a_reply_streams():
    stage = Stage()
    async with stage.run_test(size=(120, 20)) as pilot:
        live = LiveScene(stage.transcript, opened("a", "Write."))
        seen: set[str] = set()
        for letter in REPLY:
            live.show(TextDelta(letter))
            stage.transcript._inflow.flush()
            seen.update(stage.screen_text().split("\n"))
        await settled(pilot)
    rows = [row for row in seen if "Here" in row or "leaning" in row]
    assert len(rows) > 50
    plain = [row.replace("a * b", "").replace("a *", "") for row in rows]
    assert not [
        row for row in plain if "**" in row or "~~" in row or "`" in row or "](" in row or " *" in row
    ]
