"""Trains the weights file: `python -m tests.training.train TRAIN.jsonl [OUT]`.

Needs scikit-learn and numpy (the `train` extra). The same data and versions give the same bytes.
"""

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct

from mixchat.classifier import linear_model
from mixchat.classifier.features import BUCKETS, features
from mixchat.classifier.linear_model import RARITY_UNIT, pack
from tests.training.prompts import ROLES, own_prompts, written_prompts

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

WEIGHTS: Final = Path(linear_model.__file__).with_name("weights.bin")
OWN: Final = "own"
WRITTEN: Final = "written"
STRENGTH: Final = 5.0
"""The inverse of the regularisation."""
SAYS: Final = {OWN: 3.0, WRITTEN: 3.0}
"""How much more than its size a set of the project's own prompts counts: they are the broadest."""
MODESTY: Final = {"daily": 0.1, "summarization": 0.4, "extraction": 0.4, "creative": -0.6}
"""Taken from the biases of classes that otherwise get prompts that say little; what creative lacks is given to it."""


class Regression(Protocol):
    """The part of scikit-learn's logistic regression that is used here."""

    coef_: "NDArray[float64]"
    intercept_: "NDArray[float64]"

    def fit(self, features: object, labels: Sequence[int], weights: Sequence[float]) -> object:
        """Fit weights and biases."""
        ...


class Row(Struct, frozen=True):
    """One labelled prompt."""

    src: str
    role: str
    text: str
    label: str = ""


def read(path: Path) -> list[Row]:
    """Return the rows of a JSON Lines file."""
    fields = ("src", "role", "text", "label")
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Row(**{field: row.get(field, "") for field in fields}) for row in rows]


def pastes(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return texts out of the rows that can stand for something pasted."""
    news = [row.text.split("\n\n", 1)[-1][:3000] for row in rows if row.src == "t0_summ"]
    return (*news, *(row.text.split("\n")[0] for row in rows if row.label == "BoolQ"))


def own_rows(passages: tuple[str, ...]) -> list[Row]:
    """Return the project's own prompts as rows."""
    sets = {OWN: own_prompts(passages=passages), WRITTEN: written_prompts(passages)}
    return [
        Row(name if english else f"{name}, other languages", role, text)
        for name, prompts in sets.items()
        for role, text, english in prompts
    ]


def row_weights(rows: Sequence[Row]) -> list[float]:
    """Return a weight a row: big sources count by the root of their size, own ones more, roles all the same."""
    sizes = Counter((row.src, row.role) for row in rows)
    weights = [sizes[row.src, row.role] ** -0.5 * SAYS.get(row.src.split(",")[0], 1.0) for row in rows]
    totals: defaultdict[str, float] = defaultdict(float)
    for row, weight in zip(rows, weights, strict=True):
        totals[row.role] += weight
    weights = [weight / totals[row.role] for row, weight in zip(rows, weights, strict=True)]
    mean = sum(weights) / len(weights)
    return [weight / mean for weight in weights]


def matrix(texts: Sequence[str]) -> object:
    """Return the features of `texts` as a sparse matrix with rows of length 1."""
    starts, buckets, values = [0], list[int](), list[float]()
    for text in texts:
        weights = features(text).weights
        buckets.extend(weights)
        values.extend(weights.values())
        starts.append(len(buckets))
    sparse = import_module("scipy.sparse")
    return sparse.csr_matrix((values, buckets, starts), shape=(len(texts), BUCKETS))


def fit(rows: Sequence[Row]) -> Regression:
    """Return the regression that fits `rows`."""
    model: Regression = import_module("sklearn.linear_model").LogisticRegression(
        C=STRENGTH, max_iter=300, tol=1e-4
    )
    model.fit(matrix([row.text for row in rows]), [ROLES.index(row.role) for row in rows], row_weights(rows))
    return model


def rarity(rows: Sequence[Row]) -> bytes:
    """Return for each bucket how rare it is among the rows, one byte each."""
    from math import log

    seen = Counter(bucket for row in rows for bucket in features(row.text).weights)
    return bytes(
        min(255, round(RARITY_UNIT * log((len(rows) + 1) / (seen[bucket] + 1)))) for bucket in range(BUCKETS)
    )


def weights_file(rows: Sequence[Row]) -> bytes:
    """Return the weights file trained on `rows`, weights rounded to signed bytes."""
    import numpy as np

    model = fit(rows)
    coefficients = model.coef_
    scale = round(float(np.abs(coefficients).max()) / 127**2, 12)
    roots = np.sign(coefficients) * np.sqrt(np.abs(coefficients) / scale)
    rounded = np.clip(np.round(roots), -127, 127).astype(np.int8)
    bias = [
        round(float(b) - MODESTY.get(role, 0.0), 6) for role, b in zip(ROLES, model.intercept_, strict=True)
    ]
    return pack(ROLES, [row.tobytes() for row in rounded], bias, scale, rarity(rows))


def main(arguments: Sequence[str]) -> int:
    """Train, write the file and print its checksum."""
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    rows = read(Path(arguments[0]))
    data = weights_file([*rows, *own_rows(pastes(rows))])
    out = Path(arguments[1]) if len(arguments) > 1 else WEIGHTS
    out.write_bytes(data)
    line = f"{sha256(data).hexdigest()}  {out.name}\n"
    if len(arguments) < 2:
        (Path(__file__).parent / "weights.sha256").write_text(line, "utf-8")
    sys.stdout.write(line)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
