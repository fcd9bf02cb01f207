"""The credential guard: what it must find, and what it must let pass."""
