"""Texts as vectors, from four services over a real socket."""

from collections.abc import AsyncGenerator, Callable

import pytest

from mixchat.config.config import Config, ProviderConfig
from mixchat.config.credentials import Credentials
from mixchat.config.provider_specs import provider_specs
from mixchat.domain.errors import (
    BadRequest,
    Interrupted,
    NeedsKey,
    OutOfCredit,
    Overloaded,
    ProviderError,
    RateLimited,
    UnknownModel,
    Unreachable,
)
from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Usage
from mixchat.providers.embeddings import DEFAULT, Embeddings, Kind
from tests.providers.loopback import Got, Loopback, Say, loopback, say_json
from tests.wires import Wires
from tests.wires.listings import vector
from tests.wires.server import environment

MODELS = {
    "cohere": "cohere/embed-v4.0",
    "openai": "openai/text-embedding-3-small",
    "google": "google/gemini-embedding-001",
    "ollama": "ollama/nomic-embed-text",
    "compatible": "work/bge-m3",
}
each_service = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())


def made(environ: dict[str, str], base: str = "") -> Embeddings:
    own = {"work": ProviderConfig(base_url=f"{base}/v1")} if base else {}
    config = Config(providers=own)
    known = provider_specs(config, environ)
    return Embeddings(known, Credentials(config, environ, known))


@pytest.fixture
async def wires() -> AsyncGenerator[Wires]:
    async with Wires() as wires:
        yield wires


def around(url: str) -> dict[str, str]:
    return environment(url) | {"CO_API_KEY": "co-key", "CO_API_URL": url}


@each_service
async def test_each_text_gets_its_vector_in_order(wires: Wires, model: str) -> None:
    embeddings = made(around(wires.url), wires.url)
    counted: list[Usage] = []
    vectors = await embeddings.embed(
        ["one", "two", "three"], ModelRef.parse(model), "document", counted.append
    )
    await embeddings.aclose()
    assert vectors == [pytest.approx(vector(text)) for text in ("one", "two", "three")]
    known = None if model.startswith("google") else 7
    assert [usage.input for usage in counted] == [known]


@each_service
async def test_no_text_asks_nobody(wires: Wires, model: str) -> None:
    embeddings = made(around(wires.url), wires.url)
    assert await embeddings.embed([], ModelRef.parse(model), "query") == []
    assert wires.seen == []


async def asked(answer: Callable[[Got], Say], model: str, texts: list[str], kind: Kind = "query") -> Loopback:
    with loopback(answer) as server:
        embeddings = made(around(server.url), server.url)
        await embeddings.embed(texts, ModelRef.parse(model), kind)
        await embeddings.aclose()
    return server


def cohere(got: Got) -> Say:
    rows = [[float(len(text))] for text in got.json["texts"]]
    return say_json({"id": "e", "embeddings": {"float": rows}, "meta": {"billed_units": {"input_tokens": 3}}})


async def test_cohere_is_asked_in_batches_of_96_and_each_is_counted() -> None:
    with loopback(cohere) as server:
        embeddings = made(around(server.url))
        counted: list[Usage] = []
        texts = ["x" * (number % 7) for number in range(200)]
        vectors = await embeddings.embed(texts, DEFAULT, "document", counted.append)
        await embeddings.aclose()
    assert vectors == [[float(len(text))] for text in texts]
    assert [len(got.json["texts"]) for got in server.got] == [96, 96, 8]
    assert sum(usage.input or 0 for usage in counted) == 9


@pytest.mark.parametrize(("kind", "word"), [("document", "search_document"), ("query", "search_query")])
async def test_cohere_hears_which_kind_of_text_it_is(kind: Kind, word: str) -> None:
    server = await asked(cohere, "cohere/embed-v4.0", ["a"], kind)
    assert server.got[0].json["input_type"] == word
    assert server.got[0].headers["authorization"] == "Bearer co-key"


async def test_google_gets_its_key_in_its_own_header() -> None:
    server = await asked(
        lambda got: say_json({"embeddings": [{"values": [1.0]}]}), "google/gemini-embedding-001", ["a"]
    )
    (got,) = server.got
    assert "authorization" not in got.headers
    assert got.headers["x-goog-api-key"]
    assert got.json["requests"][0]["taskType"] == "RETRIEVAL_QUERY"


async def test_a_batch_that_was_paid_is_counted_although_a_later_one_fails() -> None:
    def second_fails(got: Got) -> Say:
        return cohere(got) if len(got.json["texts"]) == 96 else say_json({"message": "overloaded"}, 503)

    with loopback(second_fails) as server:
        embeddings = made(around(server.url))
        counted: list[Usage] = []
        with pytest.raises(Overloaded):
            await embeddings.embed(["x"] * 100, DEFAULT, "document", counted.append)
        await embeddings.aclose()
    assert [usage.input for usage in counted] == [3]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, NeedsKey),
        (402, OutOfCredit),
        (404, UnknownModel),
        (429, RateLimited),
        (503, Overloaded),
    ],
)
async def test_a_status_becomes_what_a_person_can_do(status: int, kind: type[ProviderError]) -> None:
    with loopback(lambda _: say_json({"message": "no"}, status, **{"retry-after": "7"})) as server:
        embeddings = made(around(server.url))
        with pytest.raises(kind) as caught:
            await embeddings.embed(["a"], DEFAULT, "query")
        await embeddings.aclose()
    assert caught.value.ref == DEFAULT
    if kind is RateLimited:
        assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Say(200, b"<html>hotel</html>", {"content-type": "text/html"}), Unreachable),
        (Say(200, b'{"embeddings": 5}', {"content-type": "application/json"}), Interrupted),
        (Say(200, b'{"embedd', {"content-type": "application/json"}), Interrupted),
        (Say(200, b'{"embeddings": {"float": []}}', {"content-type": "application/json"}), ProviderError),
        (Say(200, b"0123456789", {"content-type": "application/json"}, cut=3), Unreachable),
    ],
    ids=["html", "another shape", "broken json", "too few", "cut"],
)
async def test_an_answer_that_makes_no_sense_is_an_error(answer: Say, kind: type[ProviderError]) -> None:
    with loopback(lambda _: answer) as server:
        embeddings = made(around(server.url))
        with pytest.raises(kind):
            await embeddings.embed(["a"], DEFAULT, "query")
        await embeddings.aclose()


async def test_nobody_there_is_unreachable(wires: Wires) -> None:
    embeddings = made(around(wires.refused_url))
    with pytest.raises(Unreachable):
        await embeddings.embed(["a"], DEFAULT, "query")
    await embeddings.aclose()


async def test_a_missing_key_and_a_service_without_embeddings_are_said_before_anything_is_sent(
    wires: Wires,
) -> None:
    bare = {"CO_API_URL": wires.url}
    with pytest.raises(NeedsKey, match="CO_API_KEY"):
        await made(bare).embed(["a"], DEFAULT, "query")
    for model in ("anthropic/claude-opus-5-5", "nobody/x", "local/smollm2-135m"):
        with pytest.raises(UnknownModel, match=r"cohere/embed-v4\.0"):
            await made(around(wires.url)).embed(["a"], ModelRef.parse(model), "query")
    assert wires.seen == []


def test_a_service_of_embeddings_alone_is_in_reach_with_its_key():
    assert made({"CO_API_KEY": "k"}).reachable(DEFAULT)
    assert not made({}).reachable(DEFAULT)
    assert made({}).reachable(ModelRef("ollama", "nomic-embed-text"))
    assert not made({"ANTHROPIC_API_KEY": "k"}).reachable(ModelRef("anthropic", "claude-haiku-5-5"))
