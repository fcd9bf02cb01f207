"""The command palette: every act, by its words."""

from textual.command import DiscoveryHit, Hit, Hits, Provider

from mixchat.tui.acts import ACTS, Act


class ActProvider(Provider):
    """Offers all acts of the screen below; those with a key name it."""

    async def discover(self) -> Hits:
        """Yield every act, in the order of their list."""
        for act in ACTS:
            if act.id != "palette":
                yield DiscoveryHit(_label(act), self._run(act), help=act.help)

    async def search(self, query: str) -> Hits:
        """Yield the acts whose words fit."""
        matcher = self.matcher(query)
        for act in ACTS:
            score = max(matcher.match(act.title), matcher.match(act.slash), matcher.match(act.help) * 0.8)
            if score > 0 and act.id != "palette":
                yield Hit(score, matcher.highlight(_label(act)), self._run(act), help=act.help)

    def _run(self, act: Act) -> "_Runner":
        return _Runner(self, act)


class _Runner:
    """Runs one act on the screen that the palette was opened over."""

    def __init__(self, provider: ActProvider, act: Act) -> None:
        self._provider = provider
        self._act = act

    async def __call__(self) -> None:
        await self._provider.screen.run_action(f"act('{self._act.id}')")


def _label(act: Act) -> str:
    key = f"  {act.key.split(',')[0]}" if act.key else ""
    return f"{act.title}{key}"
