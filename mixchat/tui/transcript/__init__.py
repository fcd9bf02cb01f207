"""The chat pane: turns with their Markdown, painted row by row."""

from mixchat.tui.transcript.finder import Match
from mixchat.tui.transcript.messages import LinkActivated, TurnSelected
from mixchat.tui.transcript.transcript import Transcript

__all__ = ["LinkActivated", "Match", "Transcript", "TurnSelected"]
