"""A loopback server that speaks the providers' protocols; see `tests/wires/server.py`."""

from tests.wires.script import Hangup, Raw, Refusal, Reply, Reset, Script, Silence, Status, Web
from tests.wires.server import Seen, Wires

__all__ = [
    "Hangup",
    "Raw",
    "Refusal",
    "Reply",
    "Reset",
    "Script",
    "Seen",
    "Silence",
    "Status",
    "Web",
    "Wires",
]
