"""Fits the weights by which a prompt is taken to go on: `python -m tests.training.fit_follow_up`.

Prints the table that stands in `mixchat/classifier/follow_up.py`. What goes on comes from the development half of the
project's conversations; what does not, from there and from pairs of written prompts of different roles. The measured
half is not looked at.
"""

import random
import sys
from importlib import import_module
from typing import Final

from mixchat.classifier.follow_up import follow_up_signals
from mixchat.classifier.linear_model import built_in
from mixchat.classifier.predict import predict
from tests.classifier.cases import CHANGE, follow_ups
from tests.classifier.prompt_sets import conversations
from tests.training.prompts import written_prompts

PAIRS: Final = 2000
PAIR_SAYS: Final = 0.25
"""What a made-up pair counts beside a conversation."""
SHORT: Final = 70
"""Characters of a prompt that looks like a follow-up by its length alone: every second pair ends in one."""
STRENGTH: Final = 1.0
ROLES: Final = {"heavy": "heavy-lifting", "planning": "heavy-lifting", "daily": "daily-driver"}
Row = tuple[dict[str, float], bool, float]


def role(name: str) -> str:
    return ROLES.get(name, name)


def rows() -> list[Row]:
    """Return signals, whether it goes on, and what the row counts."""
    model, found = built_in(), list[Row]()
    for talk in follow_ups("dev"):
        turns = list(talk.turns)
        alone = predict(turns[-1], model)
        goes_on = talk.kind != CHANGE or len(turns) > 2
        before = talk.role if talk.kind == CHANGE and goes_on else talk.first_role
        signals = follow_up_signals(turns[-1], turns[:-1], role(before), alone)
        found.append((signals, goes_on, 1.0))
    for talk in conversations()[::2]:
        before = predict(talk.turns[0], model).role
        alone = predict(talk.turns[-1], model)
        if not talk.goes_on and alone.role == before:
            continue
        found.append((follow_up_signals(talk.turns[-1], talk.turns[:-1], before, alone), talk.goes_on, 1.0))
    dice = random.Random(5)
    written = [(name, text) for name, text, _ in written_prompts() if len(text) < 400]
    short = [(name, text) for name, text in written if len(text) < SHORT]
    for at in range(PAIRS):
        first_role, first = dice.choice(written)
        second_role, second = dice.choice(short if at % 2 else written)
        if role(first_role) != role(second_role):
            signals = follow_up_signals(second, (first,), role(first_role), predict(second, model))
            found.append((signals, False, PAIR_SAYS))
    return found


def main() -> int:
    """Fit and print."""
    data = rows()
    names = list(data[0][0])
    regression = import_module("sklearn.linear_model").LogisticRegression(
        C=STRENGTH, max_iter=2000, fit_intercept=False
    )
    regression.fit(
        [[row[name] for name in names] for row, _, _ in data],
        [goes for _, goes, _ in data],
        [says for _, _, says in data],
    )
    for name, weight in zip(names, regression.coef_[0], strict=True):
        sys.stdout.write(f'    "{name}": {weight:.2f},\n')
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
