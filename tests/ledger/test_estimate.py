"""How close the estimate of tokens is to what real tokenizers make of a mixed set, and that it learns.

`mixed.json` holds 27 passages of 24 kinds and nine languages with the counts of four real tokenizers, recorded once:
o200k and cl100k (two families of GPT), voyage-3 and SmolLM2 (by llama.cpp). The weights of the estimate were fitted
to o200k on other texts; no provider publishes the tokenizer of Claude or Gemini, so theirs are not in it.
"""

import json
import random
from pathlib import Path
from statistics import median

import pytest

from mixchat.domain.model import ModelRef
from mixchat.domain.request import Attachment, Message, ModelRequest
from mixchat.domain.usage import Usage
from mixchat.ledger.estimate import Estimator
from mixchat.ledger.token_count import count_tokens
from tests.ledger.stage import BIG, WORK, SteeredClock, call, ledger, request, reserve

PASSAGES = json.loads(Path(__file__).with_name("mixed.json").read_text(encoding="utf-8"))


def error(estimates: list[float], tokenizer: str) -> float:
    """Return the median error as a part of the real count."""
    real = [passage["tokens"][tokenizer] for passage in PASSAGES]
    return median(abs(estimate / count - 1) for estimate, count in zip(estimates, real, strict=True))


@pytest.mark.parametrize("tokenizer", ["o200k", "cl100k", "voyage"])
def test_a_cold_start_is_within_fifteen_per_cent_on_a_mixed_set(tokenizer: str):
    assert error([count_tokens(passage["text"]) for passage in PASSAGES], tokenizer) < 0.15


@pytest.mark.parametrize("tokenizer", ["o200k", "cl100k", "voyage", "smollm2"])
def test_experience_brings_the_estimate_closer(tmp_path: Path, tokenizer: str):
    book = ledger(tmp_path)
    cold = error([book.estimator.tokens(passage["text"], BIG) for passage in PASSAGES], tokenizer)
    for passage in random.Random(4).sample(PASSAGES, len(PASSAGES) // 2):
        asked = request(passage["text"])
        usage = Usage(input=passage["tokens"][tokenizer] + 7, output=5)
        book.close(reserve(book, call(), asked), text="", usage=usage, complete=True, failure=None)
    fresh = Estimator(book.database)
    calibrated = error([fresh.tokens(passage["text"], BIG) for passage in PASSAGES], tokenizer)
    print(f"{tokenizer}: cold {cold:.1%}, calibrated {calibrated:.1%}")
    assert calibrated < 0.15
    assert calibrated < cold + 0.02


def test_the_new_claudes_make_more_tokens_of_the_same_text():
    estimator = Estimator()
    old, new = (
        estimator.ratio(ModelRef("anthropic", name)) for name in ("claude-sonnet-4-6", "claude-sonnet-5-5")
    )
    assert (old, new) == (1.0, 1.3)
    assert estimator.ratio(ModelRef("openrouter", "anthropic/claude-opus-4.7")) == 1.3
    assert estimator.ratio(ModelRef("anthropic", "claude-3-7-sonnet-20250219")) == 1.0


def test_the_whole_conversation_is_counted_not_only_the_prompt():
    estimator = Estimator()
    long = ModelRequest(
        ref=BIG, messages=tuple(Message("user", "word " * 100) for _ in range(10)), system="word " * 100
    )
    assert 1_050 <= estimator.request(long) <= 1_300


def test_files_count_as_well():
    estimator = Estimator()
    bare = estimator.request(request("Look."))
    picture = Attachment("a.png", "image/png", b"\x89PNG")
    pages = Attachment("a.pdf", "application/pdf", b"/Type /Page /Type /Page /Type /Pages")
    text = Attachment("a.txt", "text/plain", b"word " * 100)
    for file, low, high in ((picture, 500, 2_000), (pages, 3_000, 8_000), (text, 80, 130)):
        with_file = ModelRequest(ref=BIG, messages=(Message("user", "Look.", (file,)),))
        assert low <= estimator.request(with_file) - bare <= high


def test_the_length_of_a_reply_is_learned_by_role(tmp_path: Path):
    book = ledger(tmp_path)
    quick = call(role="quick")
    before = book.estimator.length(quick, request())
    for _ in range(12):
        book.close(
            reserve(book, quick, request()),
            text="",
            usage=Usage(input=9, output=400),
            complete=True,
            failure=None,
        )
    assert before < 100
    assert 350 <= book.estimator.length(quick, request()) <= 400
    assert book.estimator.length(call(role="coding"), request()) == 900
    assert book.estimator.length(quick, request(max_tokens=50)) == 50


def test_a_forecast_is_read_and_written_tokens_at_their_price(tmp_path: Path):
    book = ledger(tmp_path)
    forecast = book.forecast(call(), request("word " * 1_000))
    assert forecast.cost.usd is not None
    assert abs(float(forecast.cost.usd) - (forecast.input * 1 + forecast.output * 4) / 1e6) < 1e-12
    assert not forecast.cost.exact
    assert book.database.connection.execute("SELECT count(*) FROM reservations").fetchone()[0] == 0


def test_only_the_model_that_knows_the_conversation_has_it_in_its_cache_and_not_for_ever(tmp_path: Path):
    clock = SteeredClock()
    book = ledger(tmp_path, clock=clock)
    sonnet = ModelRef.parse("anthropic/claude-sonnet-5-5")
    asked = request("word " * 10_000, ref=sonnet)
    usage = Usage(input=13_000, output=100, cache_write=13_000)
    book.close(reserve(book, call(sonnet), asked), text="", usage=usage, complete=True, failure=None)
    stay = book.forecast(call(sonnet), asked)
    leave = book.forecast(call(BIG), request("word " * 10_000))
    assert stay.cached > 10_000
    assert leave.cached == 0
    clock.time += 3_600
    cold = book.forecast(call(sonnet), asked)
    assert cold.cached == 0
    assert cold.cost.usd is not None
    assert stay.cost.usd is not None
    assert cold.cost.usd > stay.cost.usd
    assert WORK["work/big"].cache_read is not None


def test_an_unknown_model_has_no_forecast_of_cost_but_one_of_tokens(tmp_path: Path):
    unknown = ModelRef("work", "secret")
    forecast = ledger(tmp_path).forecast(call(unknown), request(ref=unknown))
    assert forecast.cost.usd is None
    assert forecast.input > 0


def test_what_a_provider_adds_to_a_short_prompt_is_not_taken_for_its_tokenizer(tmp_path: Path):
    """Templates, tools and prompts of its own: the figure of the next reply would be several times what it costs."""
    book = ledger(tmp_path)
    before = book.estimator.tokens(PASSAGES[0]["text"], BIG)
    for _ in range(5):
        usage = Usage(input=900, output=5)
        book.close(reserve(book, call(), request("hi")), text="", usage=usage, complete=True, failure=None)
    assert Estimator(book.database).tokens(PASSAGES[0]["text"], BIG) == before
