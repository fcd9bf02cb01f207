"""Models on disk: what is found, what is said of them, what is refused."""

import random
from pathlib import Path

import pytest

from mixchat.config.config import Config
from mixchat.config.paths import Paths
from mixchat.domain.errors import UnknownModel
from mixchat.providers.local.gguf import NotGguf, read_header
from mixchat.providers.local.model_store import ModelStore
from tests.providers.ggufs import gguf


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(tmp_path / "config", tmp_path / "data", tmp_path / "log")
    (paths.data / "models").mkdir(parents=True)
    paths.config.mkdir()
    return paths


def test_the_header_tells_name_family_window_and_cache(tmp_path: Path) -> None:
    file = tmp_path / "a.gguf"
    file.write_bytes(gguf())
    header = read_header(file)
    assert (header.name, header.family, header.context) == ("Test Model", "testy", 8192)
    assert header.cache_per_token == 30 * 3 * (64 + 64) * 2


@pytest.mark.model
def test_the_real_models_header_is_read_the_same_way(weights: Path) -> None:
    header = read_header(weights)
    assert (header.family, header.context) == ("smollm2", 8192)
    assert header.cache_per_token == 30 * 3 * (64 + 64) * 2


@pytest.mark.parametrize("length", [0, 3, 4, 10, 24, 60, 120])
def test_a_file_that_is_cut_off_in_its_header_is_no_model(tmp_path: Path, length: int) -> None:
    file = tmp_path / "a.gguf"
    file.write_bytes(gguf()[:length])
    with pytest.raises(NotGguf, match=r"a\.gguf"):
        read_header(file)


def test_no_garbage_behind_the_magic_does_more_than_be_refused(tmp_path: Path) -> None:
    dice = random.Random(7)
    file = tmp_path / "a.gguf"
    for _ in range(300):
        whole = bytearray(gguf())
        for _ in range(dice.randint(1, 20)):
            whole[dice.randrange(4, len(whole))] = dice.randrange(256)
        file.write_bytes(whole)
        try:
            read_header(file)
        except NotGguf:
            continue


def test_models_are_those_of_the_data_directory_and_of_the_config(paths: Paths, tmp_path: Path) -> None:
    (paths.data / "models" / "qwen2.5-0.5b-q4.gguf").write_bytes(gguf())
    (paths.data / "models" / "half.gguf.part").write_bytes(b"GG")
    (tmp_path / "mine.gguf").write_bytes(gguf(size=1000))
    (paths.config / "beside.gguf").write_bytes(gguf())
    shelf = ModelStore.of(paths, Config(local={"mine": str(tmp_path / "mine.gguf"), "near": "beside.gguf"}))
    found = {entry.name: entry for entry in shelf.entries()}
    assert set(found) == {"qwen2.5-0.5b-q4", "mine", "near"}
    assert found["mine"].size == len(gguf(size=1000))
    assert (found["mine"].owned, found["qwen2.5-0.5b-q4"].owned) == (False, True)
    assert str(found["near"].ref) == "local/near"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("smollm2-135m", r"mixchat local pull smollm2-135m"),
        ("other", r"mixchat local list"),
        ("gone", r"gone\.gguf, which the config names as local/gone, does not exist"),
        ("broken", r"broken\.gguf is not a GGUF file"),
        ("../../etc/passwd", r"mixchat local list"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_that_says_what_to_do(
    paths: Paths, name: str, sentence: str
) -> None:
    (paths.data / "models" / "broken.gguf").write_bytes(b"<!doctype html>")
    shelf = ModelStore.of(paths, Config(local={"gone": "/nowhere/gone.gguf"}))
    with pytest.raises(UnknownModel, match=sentence) as caught:
        shelf.entry(name)
    assert "\n" not in caught.value.message


def test_removing_deletes_the_model_and_its_note_and_nothing_else(paths: Paths) -> None:
    folder = paths.data / "models"
    for name in ("a.gguf", "a.txt", "a.gguf.part", "b.gguf"):
        (folder / name).write_bytes(gguf())
    freed = ModelStore.of(paths, Config()).remove("a")
    assert freed == len(gguf())
    assert [file.name for file in folder.iterdir()] == ["b.gguf"]


def test_a_file_of_the_persons_own_is_never_deleted(paths: Paths, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(gguf())
    shelf = ModelStore.of(paths, Config(local={"mine": str(mine)}))
    with pytest.raises(UnknownModel, match=r"\[local\]"):
        shelf.remove("mine")
    with pytest.raises(UnknownModel):
        shelf.remove("../../mine")
    assert mine.exists()
