"""The shell, the files around it, and a terminal that lies about its size."""

import base64
import codecs
import json

from tests.sittings.sitting import CONFIG, Sitting

_NARROW = r"chat \$0 +today \$0"
"""The sums in one line, where there is no side panel."""


def test_what_standard_input_adds_is_said(sitting: Sitting):
    told = sitting.runs("mixchat ask 'sum up'", input="one\ntwo\n")
    assert "Standard input added 2 lines to the prompt." in told.stderr
    assert "one\\ntwo" in str(sitting.provider.was_asked(1).json["messages"])
    assert "Standard input" not in sitting.runs("mixchat ask", input="only this").stderr
    assert "Standard input" not in sitting.runs("mixchat ask -q 'sum up'", input="one").stderr


def test_a_question_beside_a_chat_reads_it_and_keeps_nothing(sitting: Sitting):
    sitting.runs("mixchat ask 'my name is Ada'")
    sitting.runs("mixchat ask -c --no-save 'what is my name?'")
    assert "my name is Ada" in str(sitting.provider.was_asked(2).json["messages"])
    assert [turn.prompt for turn in sitting.disk.turns()] == ["my name is Ada"]


def test_directories_may_be_written_with_quotes_and_variables(sitting: Sitting):
    sitting.environment |= {"ROOM": str(sitting.home), "MIXCHAT_CONFIG_DIR": '"${ROOM}/config"'}
    sitting.environment["MIXCHAT_DATA_DIR"] = "'$ROOM/data'"
    assert str(sitting.home / "config") in sitting.runs("mixchat config path").stdout
    sitting.runs("mixchat ask hello")
    assert sitting.disk.turns()


def test_windows_line_ends_and_a_byte_order_mark_stay(sitting: Sitting):
    file = sitting.home / "config" / "config.toml"
    before = codecs.BOM_UTF8 + CONFIG.replace("\n", "\r\n").encode()
    file.write_bytes(before)
    assert sitting.runs("mixchat stack use coding").returncode == 0
    assert file.read_bytes() == before.replace(b'stack = "sitting"', b'stack = "coding"')


def test_exported_columns_and_lines_are_not_the_terminals(sitting: Sitting):
    sitting.opens(environment={"COLUMNS": "60", "LINES": "12"})
    sitting.sees("New chat")  # in the side panel of a wide terminal
    assert not sitting.screen.has(_NARROW)
    sitting.terminal.change_size(80, 24)
    sitting.sees(_NARROW)


def test_a_prompt_that_was_sent_does_not_come_back_after_a_kill(sitting: Sitting):
    sitting.opens()
    sitting.writes("hello there")
    sitting.presses("enter")
    sitting.provider.was_asked(1)
    sitting.is_killed()
    sitting.opens("-c", ready="hello there")
    sitting.sees("Ask anything")
    assert len(sitting.provider.requests) == 1


def test_what_is_piped_in_may_be_a_file(sitting: Sitting):
    picture = base64.b64encode(b"no picture").decode()
    notebook = {
        "cells": [{"cell_type": "code", "source": ["plot()"], "outputs": [{"data": {"image/png": picture}}]}]
    }
    (sitting.home / "plot.ipynb").write_text(json.dumps(notebook))
    told = sitting.runs(
        f"mixchat ask -f - -f {sitting.home / 'plot.ipynb'} 'sum up'", input="some, columns\n1, 2\n"
    )
    assert told.returncode == 0, told.stderr
    sent = str(sitting.provider.was_asked(1).json["messages"])
    assert "standard input:\\n```\\nsome, columns\\n1, 2" in sent
    assert "plot()" in sent
    assert picture not in sent
    assert "Nothing is piped in" in sitting.runs("mixchat ask -f - 'sum up'").stderr


def test_a_closed_stream_leads_nowhere(sitting: Sitting):
    for closed in (">&-", "2>&-", "<&-", ">&- 2>&- <&-"):
        told = sitting.runs_in_a_shell(f"mixchat ask hello {closed}")
        assert told.returncode == 0
        assert "Traceback" not in told.stderr
        assert told.stdout.strip() == ("" if ">&-" in closed.replace("2>&-", "") else "Hello from wire.")
    assert sitting.runs_in_a_shell("mixchat ask hello 2>/dev/full").returncode == 0, "only talk was lost"
    assert len(sitting.disk.turns()) == 5


def test_what_routing_saved_is_said_once(sitting: Sitting):
    sitting.runs("mixchat ask hello")
    told = sitting.runs("mixchat spend").stdout
    assert "Routing saved ~$0 compared with wire" in told
    assert "answering everything" not in told
