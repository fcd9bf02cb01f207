"""One conversation: send, stop, settle, branch, compare. The only writer of turns."""
