"""What stands before a command's outputs is not their owner."""

import gc
import io
import sys

import pytest

from mixchat.cli.plain_stream import plain_streams


def test_it_may_outlive_the_output_it_wraps(monkeypatch: pytest.MonkeyPatch):
    """As when it is collected at the end of the program; a failure there would be a traceback on the terminal."""
    failures: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", failures.append)
    behind = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stderr", behind)
    with plain_streams():
        held = sys.stderr
        print("talk", file=held)
    behind.close()
    held.close()
    del held
    gc.collect()
    assert failures == []
