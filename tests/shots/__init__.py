"""The pictures in `screenshots/`, taken of the real program in a real terminal: `python -m tests.shots`."""
