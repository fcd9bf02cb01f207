"""Files of every encoding and kind, and what of them is on disk."""

import os
import threading
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from mixchat.chat.attachments import LARGEST, AttachmentStore
from mixchat.config import bounded_read
from mixchat.domain.decode import decode_text
from mixchat.domain.errors import BadRequest
from tests.chat.conftest import Place

WORDS = "Ein Größenvergleich über Straßen, Äpfel und Übermut; naïve façade, déjà vu. " * 6
ENCODED = {
    "utf-8 with a mark": ("utf-8-sig", WORDS),
    "utf-16": ("utf-16", WORDS),
    "utf-16 big": ("utf-16-be", "\ufeff" + WORDS),
    "utf-32": ("utf-32", WORDS),
    "latin-1": ("latin-1", WORDS),
    "cp1252": ("cp1252", WORDS),
    "GBK": ("gbk", "我们今天讨论数据库的设计，以及如何保存用户的聊天记录。请解释一下事务的隔离级别。" * 6),
    "Shift-JIS": (
        "shift_jis",
        "今日はデータベースの設計について話します。トランザクションを説明してください。" * 6,
    ),
    "cp1251": ("cp1251", "Сегодня мы обсуждаем устройство базы данных и объясняем уровни изоляции. " * 6),
}


@pytest.mark.parametrize(("encoding", "text"), ENCODED.values(), ids=ENCODED)
def test_a_text_in_any_encoding_is_attached_as_what_it_says(
    place: Place, tmp_path: Path, encoding: str, text: str
):
    path = tmp_path / "notes.txt"
    path.write_bytes(text.encode(encoding))
    file = AttachmentStore(place.services.turns).add(path)
    assert (place.services.turns.file(file.digest) or b"").decode() == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    "data",
    [
        Random(1).randbytes(5000),
        b"\x7fELF\x02\x01\x01" + b"\0" * 500,
        b"PK\x03\x04" + Random(2).randbytes(900),
    ],
    ids=["noise", "program", "archive"],
)
def test_what_is_no_text_is_refused(place: Place, tmp_path: Path, data: bytes):
    path = tmp_path / "thing.bin"
    path.write_bytes(data)
    with pytest.raises(BadRequest, match="can be attached"):
        AttachmentStore(place.services.turns).add(path)
    assert decode_text(data) is None


def test_what_has_no_end_is_refused_at_once(place: Place, tmp_path: Path):
    with pytest.raises(BadRequest, match="neither a file nor a pipe"):
        AttachmentStore(place.services.turns).add(Path("/dev/zero"))
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(BadRequest, match="larger than 20 MB"):
        AttachmentStore(place.services.turns).add(large)


def test_a_pipe_is_read_to_its_end(place: Place, tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    opened = threading.Event()

    def write() -> None:
        with pipe.open("w") as file:
            opened.set()
            file.write("through the pipe")

    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    thread = threading.Thread(target=write)
    thread.start()
    opened.wait(5)
    file = AttachmentStore(place.services.turns).add(pipe)
    os.close(reader)
    thread.join(5)
    assert place.services.turns.file(file.digest) == b"through the pipe"


def test_a_named_pipe_is_waited_for_until_somebody_writes_to_it(place: Place, tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Timer(0.3, lambda: pipe.write_text("a moment later"))
    writer.start()
    file = AttachmentStore(place.services.turns).add(pipe)
    writer.join(5)
    assert place.services.turns.file(file.digest) == b"a moment later"


def test_a_named_pipe_to_which_nobody_writes_is_no_empty_file(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bounded_read, "_FOR_A_WRITER", 0.1)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(BadRequest, match="nothing came through the pipe"):
        AttachmentStore(place.services.turns).add(pipe)


def test_a_credential_in_a_file_is_not_on_disk_until_it_was_sent(place: Place, tmp_path: Path):
    key = "sk-ant-api03-" + "aB3dE5fG7h" * 9
    path = tmp_path / "prod.env"
    path.write_text(f"KEY={key}\n")
    store = place.services.turns
    file = AttachmentStore(store).add(path)
    on_disk = place.database.connection.execute("SELECT data FROM files").fetchone()[0]
    assert key.encode() not in on_disk
    assert key.encode() in (store.file(file.digest) or b"")
    store.release_file(file.digest)
    assert key.encode() in place.database.connection.execute("SELECT data FROM files").fetchone()[0]


def _picture(kind: str) -> bytes:
    made = BytesIO()
    Image.effect_noise((61, 43), 50).convert("RGB").save(made, kind)
    return made.getvalue()


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp"])
def test_a_picture_that_is_cut_off_anywhere_is_refused_and_a_whole_one_is_kept(
    place: Place, tmp_path: Path, kind: str
):
    whole = _picture(kind)
    path = tmp_path / f"cat.{kind}"
    path.write_bytes(whole)
    file = AttachmentStore(place.services.turns).add(path)
    assert (file.media_type, place.services.turns.file(file.digest)) == (f"image/{kind}", whole)
    for length in (len(whole) - 1, len(whole) // 2, 40, 16):
        path.write_bytes(whole[:length])
        with pytest.raises(BadRequest, match=rf"^cat\.{kind} is cut off or damaged; save it again"):
            AttachmentStore(place.services.turns).add(path)
    assert place.database.connection.execute("SELECT count(*) FROM files").fetchone()[0] == 1


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "is empty"), (b"<html>Not found</html>", "is text and no PNG")]
)
def test_what_is_called_a_picture_and_is_none_is_refused(
    place: Place, tmp_path: Path, data: bytes, words: str
):
    path = tmp_path / "cat.png"
    path.write_bytes(data)
    with pytest.raises(BadRequest, match=rf"^cat\.png {words}"):
        AttachmentStore(place.services.turns).add(path)


def test_a_picture_without_a_width_is_refused(place: Place, tmp_path: Path):
    path = tmp_path / "cat.png"
    whole = _picture("png")
    path.write_bytes(whole[:16] + bytes(4) + whole[20:])
    with pytest.raises(BadRequest, match="a picture without a size"):
        AttachmentStore(place.services.turns).add(path)
