"""The chat on the screen: its queue of turns, its status line, its figures and its comparison view."""
