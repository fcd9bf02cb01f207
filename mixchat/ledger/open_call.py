"""A call under way, as far as the ledger follows it: what was reported, and what came after that."""

from msgspec.structs import replace

from mixchat.domain.growing_text import GrowingText
from mixchat.domain.meter import MeteredCall
from mixchat.domain.usage import Usage
from mixchat.ledger.token_count import count_tokens

_TAIL = 2_000
"""Characters that are counted again with every look, since their last word is not complete."""


class OpenCall:
    """One open call.

    Args:
        call: what it is and for whom.
        started: seconds since the epoch.
        day: the local day on which it began.
        input_tokens: the estimate of all that is sent.
        uncorrected: the same, before the model's own ratio; `None` when it holds more than text.
        ratio: tokens that the model makes of one that the rule of thumb counts.
        foreign: whether the prompt is written in another script than the Latin one.
        variant: what the provider's cache is kept for.
    """

    def __init__(
        self,
        call: MeteredCall,
        *,
        started: float,
        day: str,
        input_tokens: int,
        uncorrected: float | None,
        ratio: float,
        foreign: bool = False,
        variant: str = "",
    ) -> None:
        self.call = call
        self.started = started
        self.day = day
        self.input_tokens = input_tokens
        self.uncorrected = uncorrected
        self.foreign = foreign
        self.variant = variant
        self.beat = 0.0
        """When its reservation was last brought up to date, on the monotonic clock."""
        self.usage = Usage()
        """The usage so far, counts that were not reported estimated."""
        self._ratio = ratio
        self._start = 0
        self._counted = 0
        self._whole = 0.0

    def so_far(self, text: GrowingText, usage: Usage, counted: int) -> Usage:
        """Return `usage` with what the provider did not say yet: the request, and the text since it last counted."""
        start = 0 if usage.output is None else counted
        if start != self._start:
            self._start = self._counted = start
            self._whole = 0.0
        return self._filled(usage, (usage.output or 0) + self._count(text))

    def final(self, text: GrowingText, usage: Usage, counted: int, *, complete: bool) -> Usage:
        """Return the usage that is charged: as reported, and of a cut reply what came after that as well."""
        if complete and usage.output is not None:
            return self._filled(usage, usage.output)
        return self.so_far(text, usage, counted)

    def _filled(self, usage: Usage, output: int) -> Usage:
        read = self.input_tokens if usage.input is None else usage.input
        return replace(usage, input=read, output=output)

    def _count(self, text: GrowingText) -> int:
        """Return the tokens of `text` that came after the provider's count, looking only at what is new.

        What stands before the last blank is counted once and for all. The word after it may still grow, and half a
        word is another number of tokens than the whole, so it is counted anew with every look.
        """
        new = text.since(self._counted)
        cut = new.rfind(" ")
        if cut <= 0 and len(new) > _TAIL:
            cut = len(new)
        if cut > 0:
            self._whole += count_tokens(new[:cut])
            self._counted += cut
            new = new[cut:]
        return round((self._whole + count_tokens(new)) * self._ratio)
