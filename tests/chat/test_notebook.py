"""A notebook goes along in words."""

import json

import pytest

from mixchat.chat.notebook import without_pictures

PICTURE = "aW1hZ2U=" * 1_000


def test_pictures_are_left_out_and_everything_else_stays():
    outputs = [
        {"data": {"image/png": PICTURE, "text/plain": ["<Figure>"], "application/json": {"a": 1}}},
        {"output_type": "stream", "text": ["größe"]},
    ]
    cells = [
        {"cell_type": "code", "source": ["plot()"], "outputs": outputs},
        {"cell_type": "markdown", "source": ["![](attachment:a.png)"], "attachments": {"a.png": {"image/png": PICTURE}}},
    ]  # fmt: skip
    left = without_pictures(json.dumps({"cells": cells, "nbformat": 4}))
    assert PICTURE not in left
    assert len(left) < 1_000
    read = json.loads(left)
    assert read["cells"][0]["outputs"][0]["data"]["text/plain"] == ["<Figure>"]
    assert read["cells"][0]["outputs"][0]["data"]["application/json"] == {"a": 1}
    assert read["cells"][0]["outputs"][1] == outputs[1]
    assert read["cells"][1]["source"] == cells[1]["source"]


@pytest.mark.parametrize("text", ["", "no JSON", "[1, 2]", '{"image/png": "a"}', "[" * 100_000, '{"cells"'])
def test_what_is_no_notebook_stays_as_it_is(text: str):
    assert without_pictures(text) == text


@pytest.mark.parametrize(
    "cells", ["1", "null", '"a"', '[1, null, {"outputs": 3}, {"outputs": [4, {"data": 5}]}]']
)
def test_odd_notebooks_are_taken(cells: str):
    assert json.loads(without_pictures(f'{{"cells": {cells}}}')) == {"cells": json.loads(cells)}
