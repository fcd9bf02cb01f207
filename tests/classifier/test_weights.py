from hashlib import sha256
from pathlib import Path

import pytest

from mixchat.classifier import linear_model as linear
from tests.training import prompts

FOLDER = Path(linear.__file__).parent


def test_the_weights_are_the_ones_that_were_trained():
    said, _, name = Path(prompts.__file__).with_name("weights.sha256").read_text().strip().partition("  ")
    assert name == "weights.bin"
    assert sha256((FOLDER / "weights.bin").read_bytes()).hexdigest() == said


def test_the_weights_are_small():
    assert (FOLDER / "weights.bin").stat().st_size <= 1_100_000


def test_what_was_packed_can_be_unpacked():
    data = linear.pack(("a", "b"), (b"\x01\xff", b"\x02\x80"), (0.5, -1.0), 0.25, b"\x00\xf0")
    model = linear.unpack(data)
    assert model.roles == ("a", "b")
    assert model.rows == (b"\x01\xff", b"\x02\x80")
    assert model.scores({0: 1.0, 1: 2.0}) == [0.5 + 0.25 * (1 - 2), -1.0 + 0.25 * (4 - 2 * 128**2)]
    for damaged in (data[:-1], data[1:], b""):
        with pytest.raises(ValueError, match="weights file"):
            linear.unpack(damaged)


def test_the_own_prompts_are_spun_the_same_way_every_time():
    once, again = prompts.own_prompts(times=1), prompts.own_prompts(times=1)
    assert once == again
    assert {role for role, _, _ in once} == set(prompts.ROLES)


def test_every_slot_of_a_template_is_known():
    import re

    known = set(prompts._slots(()))
    left = {
        slot
        for _, text, _ in prompts.own_prompts(times=1)
        for slot in re.findall(r"\{([a-z]+(?:_[a-z]+)?)\}", text)
    }
    assert not left & known


def test_the_written_prompts_are_all_different_and_of_every_role():
    written = prompts.written_prompts()
    assert {role for role, _, _ in written} == set(prompts.ROLES)
    assert len({text for _, text, _ in written}) > 0.99 * len(written)
    assert written == prompts.written_prompts()
