"""The local classifier: gives a prompt its role, on this machine, in about a millisecond."""

from typing import Final, Protocol

from msgspec import structs

from mixchat.classifier.attached import lean
from mixchat.classifier.examples import Examples
from mixchat.classifier.follow_up import with_follow_up
from mixchat.classifier.linear_model import Linear, built_in
from mixchat.classifier.predict import Prediction, predict
from mixchat.classifier.probabilities import fold_into_daily_driver, ranking_of
from mixchat.classifier.rules import rulings
from mixchat.domain.chat_request import RoutingInput
from mixchat.domain.decision import Classification, Evidence
from mixchat.domain.role import CODING, CREATIVE, DAILY_DRIVER, QUICK
from mixchat.domain.stack import Stack

_UNCLEAR: Final = 0.25
"""Below this probability the best role is no better than daily-driver."""


_FIRST: Final = RoutingInput(prompt="Now in short, please", history=("What is the capital of France?",))


class ExampleMatcher(Protocol):
    """Someone who may know a prompt's role from examples."""

    def match(self, question: RoutingInput, stack: Stack) -> Classification | None:
        """Return a verdict when an example is near enough."""
        ...


class LocalClassifier:
    """Gives roles: the user's rules first, then what was learned, then examples, then the trained weights."""

    def __init__(self, learned: ExampleMatcher | None = None, *, model: Linear | None = None) -> None:
        self._learned = learned
        self._model = model or built_in()
        self._examples = Examples(self._model)

    def warm_up(self) -> None:
        """Read what prompts are looked up in, which otherwise the first of them waits for: a tenth of a second."""
        self._local(_FIRST)

    def classify(self, question: RoutingInput, stack: Stack) -> Classification:
        """Return the role of `question`, how sure that is, and what in it spoke for it. Nothing is raised."""
        held = rulings(question, stack)
        if held:
            others = tuple((ruling.role, 0.0) for ruling in held[1:])
            return Classification(held[0].role, 1.0, "rule", held[0].evidence, others)
        if self._learned is not None:
            classification = self._learned.match(question, stack)
            if classification is not None:
                return self._within_stack(classification, stack)
        alike = self._examples.match(question.prompt, stack)
        return alike or self._within_stack(self._local(question), stack)

    def _local(self, question: RoutingInput) -> Classification:
        leaning = lean(question.files, question.file_starts)
        alone = predict(question.prompt, self._model, leaning)
        unclear = not alone.readable or alone.confidence < _UNCLEAR
        if unclear and not question.history and question.last_role is None:
            return _default(alone)
        found = with_follow_up(question, alone, self._model)
        if leaning and found.role in {CODING, CREATIVE}:
            found = structs.replace(found, evidence=(*found.evidence, Evidence("what is attached", 2.0)))
        if question.files and found.role == QUICK:
            found = structs.replace(found, role=DAILY_DRIVER)
        return found

    @staticmethod
    def _within_stack(classification: Classification, stack: Stack) -> Classification:
        """Return the verdict with roles that the stack leaves out taken by daily-driver."""
        if classification.role in stack.roles or classification.role == DAILY_DRIVER:
            return classification
        ranking = fold_into_daily_driver(ranking_of(classification))
        return structs.replace(
            classification, role=DAILY_DRIVER, confidence=ranking[0][1], alternatives=ranking[1:]
        )


def _default(alone: Prediction) -> Classification:
    if not alone.readable:
        return Classification(DAILY_DRIVER, 0.0, "default", margin=0.0)
    (role, share), *others = fold_into_daily_driver(alone.ranking)
    return Classification(role, share, "default", (), tuple(others), 0.0)
