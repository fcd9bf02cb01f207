"""A newer price list is fetched when a person asks for it, kept, and read with care."""

import json
import pickle
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from mixchat.domain.errors import Unreachable
from mixchat.domain.model import ModelRef
from mixchat.domain.usage import Usage
from mixchat.ledger.prices import LIST_FILE, Prices

NEW = ModelRef.parse("openai/gpt-6.2-sol")
LIST = [
    {
        "id": "openai",
        "name": "OpenAI",
        "api_pattern": "https://api.openai.com",
        "models": [
            {
                "id": "gpt-6.2-sol",
                "match": {"equals": "gpt-6.2-sol"},
                "prices": {"input_mtok": "3", "output_mtok": "12"},
            }
        ],
    }
]


class Handler(BaseHTTPRequestHandler):
    answer: ClassVar[bytes] = b""

    def do_GET(self) -> None:
        self.send_response(200 if self.answer else 500)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    running = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}/prices.json"
    running.shutdown()
    running.server_close()


def test_a_fetched_list_is_used_at_once_and_by_the_next_start(tmp_path: Path, server: str):
    Handler.answer = json.dumps(LIST).encode()
    prices = Prices(saved=tmp_path)
    assert prices.price(NEW, Usage(input=1_000_000, output=0)) is None
    assert prices.refresh(server) == 1
    for book in (prices, Prices(saved=tmp_path)):
        assert book.price(NEW, Usage(input=1_000_000, output=1_000_000)) == Decimal(15)
        rates = book.rates(NEW)
        assert rates is not None
        assert rates.source.startswith("genai-prices of 20")


@pytest.mark.parametrize("answer", [b"", b"<html>", b"{}", b"[]"])
def test_a_list_that_cannot_be_fetched_leaves_the_old_one_in_use(tmp_path: Path, server: str, answer: bytes):
    Handler.answer = answer
    prices = Prices(saved=tmp_path)
    with pytest.raises(Unreachable, match="old one stays in use"):
        prices.refresh(server)
    assert prices.price(ModelRef.parse("openai/gpt-4.1"), Usage(input=1_000_000, output=0)) == 2


class Harm:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("harm",)


@pytest.mark.parametrize("body", [b"", b"not a pickle", pickle.dumps(("0.0.0", Harm())), pickle.dumps(5)])
def test_a_kept_list_that_is_none_is_put_aside_and_nothing_in_it_runs(
    tmp_path: Path, body: bytes, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / LIST_FILE).write_bytes(body)
    prices = Prices(saved=tmp_path)
    assert prices.price(ModelRef.parse("openai/gpt-4.1"), Usage(input=1_000_000, output=0)) == 2
    assert capsys.readouterr().out == ""
