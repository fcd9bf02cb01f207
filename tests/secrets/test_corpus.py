"""The guard against made-up credentials of every vendor we know, and against what only looks like one."""

import random
import time

import pytest

from mixchat.secrets.scan import find, masked
from tests.secrets.credentials import CREDENTIALS
from tests.secrets.lookalikes import lookalikes
from tests.secrets.shapes import Shapes

SEEDS = (3, 4, 5, 6, 7)


def filled(seed: int) -> list[tuple[str, str, str]]:
    """Return of each credential its name, the text that holds it, and what of it must not be left."""
    shapes = Shapes(seed)
    drawn = [(name, shapes.fill(text)) for name, text in CREDENTIALS]
    return [
        (name, text.replace("[[", "").replace("]]", ""), text.partition("[[")[2].rpartition("]]")[0])
        for name, text in drawn
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_at_least_95_in_100_credentials_are_found(seed: int):
    corpus = filled(seed)
    missed = [name for name, text, _ in corpus if not find(text)]
    assert len(corpus) >= 120
    assert len(missed) <= 0.05 * len(corpus), missed


@pytest.mark.parametrize("seed", SEEDS)
def test_at_most_2_in_100_lookalikes_are_taken_for_one(seed: int):
    texts = lookalikes(seed)
    wrong = [text for text in texts if find(text)]
    assert len(texts) >= 300
    assert len(wrong) <= 0.02 * len(texts), wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_of_what_is_found_nothing_is_left_by_masking(seed: int):
    for name, text, secret in filled(seed):
        if not find(text):
            continue
        random_part = secret.rpartition("/")[2].rpartition(" ")[2]
        pieces = {
            random_part[start : start + 8]
            for start in range(max(1, len(random_part) - 12), len(random_part) - 7)
        }
        left = masked(text)
        assert not any(piece in left for piece in pieces), (name, left)
        assert not find(left), (name, left)


KEY = Shapes(1).fill("sk-ant-api03-<w93>AA")


@pytest.mark.parametrize(
    "noise",
    [
        "task-{0} done ",
        "sk-{0} ",
        "token={0}\n",
        "password: {0} ",
        "AKIA ",
        "eyJ.eyJ. ",
        "://a:{0}@ ",
        "key: key: ",
        "-----BEGIN PRIVATE KEY----- ",
    ],
)
def test_no_number_of_occurrences_blinds_the_guard(noise: str):
    text = "".join(noise.format(number) for number in range(20_000)) + f"\nuse {KEY} now"
    assert [hit.kind for hit in find(text)] == ["an Anthropic key"]
    assert KEY not in masked(text)


def test_a_key_within_a_line_without_gaps_is_found():
    assert find("task-" * 5000 + KEY)
    assert find("a=1&b=2&" * 5000 + "k=" + KEY)


def test_what_is_joined_to_a_token_is_masked_with_it():
    token = Shapes(2).fill("glpat-<w20>")
    assert masked(f"x {token}.01.0ab1cd2ef y") == "x [a GitLab token] y"
    assert masked(f"see {token}.") == "see [a GitLab token]."


def test_a_password_is_masked_wherever_it_is_said_again():
    text = "my password is Xk7!pQ9rTz2m; why is Xk7!pQ9rTz2m refused?"
    assert masked(text) == "my password is [a password]; why is [a password] refused?"


def spent(text: str) -> float:
    began = time.process_time()
    find(text)
    return time.process_time() - began


@pytest.mark.parametrize(
    "piece",
    [
        "def handler_{0}(token, key): return tokens[key]\n", "2026-11-23T10:15:02Z INFO task-{0:08} key=user:{0}:session\n",
        "A sentence about nothing at all, number {0}. ", "a", "sk-", "password ", "key=", "://", "eyJ", "eyJabcdefgh.", "a.", "1/",
        "mysql - -p ", "curl -u ", "secret: ", "密码是什么？", "-----BEGIN PRIVATE KEY-----\n", "dp.st.", "&sig=", "otpauth://x?",
        "Private-Lines: 2\n", "authorization: ", "AKIAAKIAAKIAAKIA", "-us", ":AA", "\u200bkey\u200b", "\"auth\":\"",
    ],
)  # fmt: skip
def test_the_time_grows_with_the_text_and_no_faster(piece: str):
    numbers = range(100_000 // len(piece) + 1)
    text = "".join(piece.format(number) for number in numbers)[:100_000]
    long = text * 8
    spent(text)
    once = min(spent(text) for _ in range(3))
    most = 8 * 2.5 * max(once, 0.004)
    eight = spent(long)
    if eight >= most:  # something else may have been in the way
        eight = spent(long)
    assert eight < most, f"{once:.4f} s, then {eight:.4f} s for eight times as much"


@pytest.mark.bench
def test_a_megabyte_takes_less_than_50_ms():
    dice = random.Random(1)
    kinds = {
        "code": "def handler_{0}(token, key): return tokens[key]\n",
        "log": "2026-11-23T10:15:02.{0:03}Z INFO task-{0:08} token=expired key=user:{0}:session took 12ms\n",
        "prose": "A sentence about nothing at all, number {0}, which ends here. ",
    }
    texts = {
        name: "".join(piece.format(n) for n in range(30_000))[:1_000_000] for name, piece in kinds.items()
    }
    texts["json"] = "".join(
        f'{{"id": "{dice.getrandbits(64):016x}", "token_count": {n}, "sha": "{dice.getrandbits(160):040x}"}}\n'
        for n in range(12_000)
    )[:1_000_000]
    texts["German"] = ("Größe und Übermut tun selten gut, sagt der Bär, İstanbul ausgenommen. " * 15_000)[
        :1_000_000
    ]
    texts["base64"] = "".join(
        dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=1_000_000)
    )
    texts["mixed"] = "".join(
        text[at : at + 10_000] for at in range(0, 1_000_000, 60_000) for text in texts.values()
    )[:1_000_000]
    control = min(_searched(texts["prose"]) for _ in range(5))
    for name, text in texts.items():
        took = min(spent(text) for _ in range(5))
        print(f"{name:8} {took * 1000:6.1f} ms a megabyte; a hundred plain searches {control * 1000:.1f} ms")
        assert took < max(0.05, 1.5 * control), name


def _searched(text: str) -> float:
    began = time.process_time()
    for number in range(100):
        assert f"m{number}q_" not in text
    return time.process_time() - began
