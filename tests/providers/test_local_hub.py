"""Pulling from a Hub: resumable, checked, and with the token for that place alone."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from types import SimpleNamespace

import pytest

from mixchat.providers.local.progress import Progress, PullFailed
from mixchat.providers.local.pull import pull
from tests.providers.ggufs import gguf
from tests.providers.loopback import Got, Loopback, Say, loopback, say_json

MODEL = gguf(size=3_000_000)
Answer = Callable[[Got], Say]


def listing(files: Mapping[str, bytes]) -> list[dict[str, object]]:
    return [
        {
            "type": "file", "path": f"{name}.gguf", "size": len(data), "oid": "0" * 40,
            "lfs": {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130},
        }
        for name, data in files.items()
    ] + [{"type": "file", "path": "README.md", "size": 5, "oid": "1" * 40}]  # fmt: skip


def hub(
    data: bytes = MODEL,
    files: Mapping[str, bytes] = {"tiny-Q4_K_M": MODEL},
    *,
    cut: int | None = None,
    ranges: bool = True,
) -> Answer:
    """Return a Hub with the repository `owner/repo`, whose files are listed as `files` and sent as `data`."""

    def answer(got: Got) -> Say:
        if got.path.startswith("/api/models/owner/repo/tree/main"):
            return say_json(listing(files))
        if not got.path.startswith("/owner/repo/resolve/main/"):
            return say_json({"error": "Repository not found"}, 404)
        asked = got.headers.get("range", "")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and ranges else 0
        return Say(206 if start else 200, data[start:], cut=cut)

    return answer


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def content(file: Path) -> bytes:
    return file.read_bytes()


async def pulled(server: Loopback, folder: Path, name: str, **environ: str) -> list[Progress]:
    async with aclosing(pull(name, folder, {"HF_ENDPOINT": server.url} | environ)) as steps:
        return [step async for step in steps]


@pytest.mark.parametrize("name", ["owner/repo/tiny-Q4_K_M.gguf", "owner/repo:Q4_K_M", "owner/repo:q4_k_m"])
async def test_a_model_is_fetched_checked_and_placed(tmp_path: Path, name: str) -> None:
    with loopback(hub()) as server:
        steps = await pulled(server, tmp_path, name)
    assert (tmp_path / "tiny-Q4_K_M.gguf").read_bytes() == MODEL
    assert steps[-1] == Progress(len(MODEL), len(MODEL))
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert names(tmp_path) == ["tiny-Q4_K_M.gguf", "tiny-Q4_K_M.txt"]
    assert "owner/repo" in (tmp_path / "tiny-Q4_K_M.txt").read_text()


async def test_a_pull_that_broke_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with loopback(hub(cut=2_000_000)) as server, pytest.raises(PullFailed, match="what came is kept"):
        await pulled(server, tmp_path, "owner/repo:Q4_K_M")
    part = tmp_path / "tiny-Q4_K_M.gguf.part"
    came = len(content(part))
    assert came > 0
    assert names(tmp_path) == ["tiny-Q4_K_M.gguf.part"]
    with loopback(hub()) as server:
        await pulled(server, tmp_path, "owner/repo:Q4_K_M")
    assert server.got[-1].headers["range"] == f"bytes={came}-"
    assert (tmp_path / "tiny-Q4_K_M.gguf").read_bytes() == MODEL
    assert "tiny-Q4_K_M.gguf.part" not in names(tmp_path)


async def test_a_server_without_ranges_starts_from_the_beginning(tmp_path: Path) -> None:
    (tmp_path / "tiny-Q4_K_M.gguf.part").write_bytes(b"other" * 100)
    with loopback(hub(ranges=False)) as server:
        await pulled(server, tmp_path, "owner/repo:Q4_K_M")
    assert (tmp_path / "tiny-Q4_K_M.gguf").read_bytes() == MODEL


async def test_cancelling_keeps_the_part_and_makes_no_model(tmp_path: Path) -> None:
    with loopback(hub()) as server:
        async with aclosing(pull("owner/repo:Q4_K_M", tmp_path, {"HF_ENDPOINT": server.url})) as steps:
            await anext(steps)
    assert names(tmp_path) == ["tiny-Q4_K_M.gguf.part"]


@pytest.mark.parametrize("start", [b"", MODEL[:1000]], ids=["whole", "resumed"])
async def test_a_file_with_another_checksum_is_deleted(tmp_path: Path, start: bytes) -> None:
    if start:
        (tmp_path / "tiny-Q4_K_M.gguf.part").write_bytes(start)
    wrong = MODEL[:-1] + b"\1"
    with loopback(hub(wrong)) as server, pytest.raises(PullFailed, match="damaged"):
        await pulled(server, tmp_path, "owner/repo:Q4_K_M")
    assert names(tmp_path) == []


async def test_a_file_that_is_no_gguf_is_deleted(tmp_path: Path) -> None:
    page = b"<!doctype html>"
    with loopback(hub(page, {"tiny": page})) as server, pytest.raises(PullFailed, match="not a GGUF"):
        await pulled(server, tmp_path, "owner/repo/tiny.gguf")
    assert names(tmp_path) == []


async def test_a_model_that_is_here_is_not_fetched_again_and_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "tiny-Q4_K_M.gguf").write_bytes(MODEL)
    with loopback(hub()) as server:
        steps = await pulled(server, tmp_path, "owner/repo:Q4_K_M")
        assert [step.step for step in steps] == ["check"]
        assert not [got for got in server.got if "/resolve/" in got.path]
        (tmp_path / "tiny-Q4_K_M.gguf").write_bytes(gguf())
        with pytest.raises(PullFailed, match="mixchat local rm tiny-Q4_K_M"):
            await pulled(server, tmp_path, "owner/repo:Q4_K_M")
    assert (tmp_path / "tiny-Q4_K_M.gguf").read_bytes() == gguf()


async def test_two_pulls_of_one_model_do_not_write_at_once(tmp_path: Path) -> None:
    with loopback(hub()) as server:
        async with aclosing(pull("owner/repo:Q4_K_M", tmp_path, {"HF_ENDPOINT": server.url})) as first:
            await anext(first)
            with pytest.raises(PullFailed, match="Another mixchat"):
                await pulled(server, tmp_path, "owner/repo:Q4_K_M")
            async for _ in first:
                pass
    assert (tmp_path / "tiny-Q4_K_M.gguf").read_bytes() == MODEL


async def test_the_token_goes_to_the_endpoint_and_not_where_it_redirects_to(tmp_path: Path) -> None:
    with loopback(hub()) as store:

        def front(got: Got) -> Say:
            if "/resolve/" in got.path:
                return Say(302, headers={"location": store.url.replace("127.0.0.1", "localhost") + got.path})
            return hub()(got)

        with loopback(front) as endpoint:
            await pulled(endpoint, tmp_path, "owner/repo:Q4_K_M", HF_TOKEN="hf_secret")
    assert all(got.headers["authorization"] == "Bearer hf_secret" for got in endpoint.got)
    assert store.got
    assert not [got for got in store.got if "authorization" in got.headers]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nothing", r"built in: smollm2-135m"),
        ("owner/repo", r"owner/repo/file\.gguf or owner/repo:QUANT"),
        ("owner//x.gguf", r"owner/repo:QUANT"),
        ("owner/other:Q8_0", r"has no owner/other"),
        ("owner/repo:Q8_0", r"no such GGUF file; name one of: tiny-Q4_K_M\.gguf"),
    ],
)
async def test_a_name_that_is_nothing_is_one_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    with loopback(hub()) as server, pytest.raises(PullFailed, match=sentence):
        await pulled(server, tmp_path, name)
    assert names(tmp_path) == []


async def test_a_quantization_that_several_files_have_asks_which(tmp_path: Path) -> None:
    files = {"small-Q8_0": MODEL, "large-Q8_0": MODEL}
    with loopback(hub(files=files)) as server, pytest.raises(PullFailed, match=r"2 files.*small.*large"):
        await pulled(server, tmp_path, "owner/repo:Q8_0")


@pytest.mark.parametrize(("status", "sentence"), [(401, "HF_TOKEN"), (403, "HF_TOKEN"), (500, "later")])
async def test_a_hub_that_refuses_is_one_sentence(tmp_path: Path, status: int, sentence: str) -> None:
    with loopback(lambda _: say_json({}, status)) as server, pytest.raises(PullFailed, match=sentence):
        await pulled(server, tmp_path, "owner/repo:Q4_K_M")


async def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with loopback(hub()) as server:
        pass
    with pytest.raises(PullFailed, match="cannot be reached"):
        await pulled(server, tmp_path, "owner/repo:Q4_K_M")


async def test_a_disk_without_room_is_one_sentence_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    with loopback(hub()) as server, pytest.raises(PullFailed, match="free some space"):
        await pulled(server, tmp_path, "owner/repo:Q4_K_M")
    assert not [got for got in server.got if "/resolve/" in got.path]


async def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "models").write_text, "a file")
    with loopback(hub()) as server, pytest.raises(PullFailed, match="cannot be written"):
        await pulled(server, tmp_path / "models", "owner/repo:Q4_K_M")
