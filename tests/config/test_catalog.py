"""What is known of models, built in and listed."""

import asyncio
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from mixchat.config.catalog import Catalog
from mixchat.config.config import Config
from mixchat.config.paths import Paths
from mixchat.domain.errors import ProviderError, Unreachable
from mixchat.domain.events import ProviderEvent
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import ModelRequest

TODAY = date(2026, 11, 23)


class Listed:
    """A provider that lists models and does nothing else."""

    local = False
    first_token_timeout = 1.0
    ready = True

    def __init__(self, name: str, answer: tuple[ModelCard, ...] | ProviderError) -> None:
        self.name = name
        self.answer = answer
        self.asked = 0

    def preload(self) -> None: ...

    async def aclose(self) -> None: ...

    async def stream(self, request: ModelRequest, liveness: object = None):
        raise AssertionError(request)
        yield ProviderEvent

    async def models(self) -> tuple[ModelCard, ...]:
        self.asked += 1
        if isinstance(self.answer, ProviderError):
            raise self.answer
        return self.answer


class Still:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


def made(tmp_path: Path, clock: Still | None = None, **aliases: str) -> Catalog:
    paths = Paths(tmp_path / "config", tmp_path / "data", tmp_path / "log")
    return Catalog(paths, Config(aliases=aliases), clock or Still())


def ref(text: str) -> ModelRef:
    return ModelRef.parse(text)


def test_every_built_in_model_has_a_card_and_every_alias_and_successor_one_of_them(tmp_path: Path) -> None:
    catalog = made(tmp_path)
    cards = [
        card
        for provider in ("anthropic", "openai", "google", "cohere", "local")
        for card in catalog.built_in(provider)
    ]
    assert len(cards) > 40
    known = {card.ref for card in cards}
    assert all(card.name and card.context_window for card in cards)
    assert {card.successor for card in cards if card.successor} <= known
    assert set(catalog.aliases().values()) <= known


def test_no_alias_leads_to_a_model_that_retires(tmp_path: Path) -> None:
    catalog = made(tmp_path)
    assert not [name for name, target in catalog.aliases().items() if catalog.card(target).retires]


def test_a_model_that_nobody_knows_has_a_card_that_says_nothing(tmp_path: Path) -> None:
    assert made(tmp_path).card(ref("work/secret-model")) == ModelCard(ref=ref("work/secret-model"))


def test_a_dated_snapshot_has_the_facts_of_its_model(tmp_path: Path) -> None:
    card = made(tmp_path).card(ref("openai/gpt-4.1-2025-04-14"))
    assert card.ref == ref("openai/gpt-4.1-2025-04-14")
    assert card.temperature is True
    assert card.retires == date(2027, 1, 14)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("google/gemini-2.5-flash", True),
        ("openai/o3", True),
        ("openai/gpt-4.1", True),
        ("openai/o4-mini", True),
        ("openai/gpt-5.1", False),
        ("anthropic/claude-sonnet-5-5", False),
        ("work/anything", False),
    ],
)
def test_a_model_that_ends_within_sixty_days_or_has_ended_is_flagged(
    tmp_path: Path, model: str, expected: bool
) -> None:
    assert made(tmp_path).retiring(ref(model), TODAY) is expected


def test_an_alias_of_the_config_goes_before_the_built_in_one(tmp_path: Path) -> None:
    catalog = made(tmp_path, opus="work/big", mine="ollama/llama3.3:70b")
    assert catalog.resolve("opus") == ref("work/big")
    assert catalog.resolve("mine") == ref("ollama/llama3.3:70b")
    assert catalog.resolve("sonnet") == ref("anthropic/claude-sonnet-5-5")
    assert catalog.resolve("openrouter/a/b") == ref("openrouter/a/b")
    assert catalog.resolve("nothing") is None
    assert catalog.aliases()["opus"] == ref("work/big")


async def test_a_listing_goes_over_the_built_in_facts_and_outlives_the_run(tmp_path: Path) -> None:
    listed = ModelCard(ref=ref("anthropic/claude-opus-5-5"), context_window=7, retires=date(2027, 5, 1))
    fresh = ModelCard(ref=ref("anthropic/claude-new"), name="New")
    assert await made(tmp_path).refresh([Listed("anthropic", (listed, fresh))]) == {}
    later = made(tmp_path)
    card = later.card(listed.ref)
    assert (card.context_window, card.retires) == (7, date(2027, 5, 1))
    assert card.temperature is False, "what the listing does not say stays"
    assert [card.ref.model for card in later.listed("anthropic")] == ["claude-opus-5-5", "claude-new"]


async def test_a_provider_that_cannot_be_asked_keeps_its_listing_and_does_not_hold_up_the_others(
    tmp_path: Path,
) -> None:
    catalog = made(tmp_path)
    card = ModelCard(ref=ref("openai/x"))
    await catalog.refresh([Listed("openai", (card,))])
    gone = Unreachable("openai cannot be reached.")
    other = ModelCard(ref=ref("ollama/y"))
    errors = await catalog.refresh([Listed("openai", gone), Listed("ollama", (other,))])
    assert errors == {"openai": gone}
    assert catalog.listed("openai") == (card,)
    assert catalog.listed("ollama") == (other,)


@pytest.mark.parametrize("damage", [b"", b"{", b'{"asked": "no"}', b"\xff\xfe", b"[]"])
async def test_a_damaged_listing_is_as_good_as_none_and_is_written_anew(
    tmp_path: Path, damage: bytes
) -> None:
    file = tmp_path / "data" / "listings" / "openai.json"
    await asyncio.to_thread(file.parent.mkdir, parents=True)
    await asyncio.to_thread(file.write_bytes, damage)
    catalog = made(tmp_path)
    assert catalog.listed("openai") == ()
    assert catalog.stale("openai")
    await catalog.refresh([Listed("openai", (ModelCard(ref=ref("openai/x")),))])
    assert [card.ref.model for card in made(tmp_path).listed("openai")] == ["x"]


async def test_a_directory_that_cannot_be_written_only_costs_the_cache(tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "data").write_text, "a file where a directory should be")
    catalog = made(tmp_path)
    assert await catalog.refresh([Listed("openai", (ModelCard(ref=ref("openai/x")),))]) == {}
    assert [card.ref.model for card in catalog.listed("openai")] == ["x"]


async def test_a_listing_is_stale_after_a_day(tmp_path: Path) -> None:
    clock = Still()
    catalog = made(tmp_path, clock)
    assert catalog.stale("openai")
    await catalog.refresh([Listed("openai", ())])
    assert not catalog.stale("openai")
    clock.time += 24 * 3600
    assert catalog.stale("openai")


def test_making_a_catalog_reads_nothing_and_imports_nothing_heavy() -> None:
    script = (
        "import sys; from pathlib import Path; from mixchat.config.catalog import Catalog;"
        "from mixchat.config.config import Config; from mixchat.config.paths import Paths;"
        "Catalog(Paths(Path('a'), Path('b'), Path('c')), Config());"
        "print(sorted({'httpx', 'asyncio', 'openai', 'textual', 'pydantic', 'tomlkit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
