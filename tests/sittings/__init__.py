"""Sittings: minutes of use as one story, in the real program, in a real terminal, against real servers on loopback.

A sitting tests what a person can trust: what is on the screen and on disk *at each moment*, figures included. Rooms
of the house are tested elsewhere; here is the journey through them. Nothing of mixchat is imported or replaced:
`python -m mixchat` runs in a pseudo-terminal, `tests.wires` answers it over HTTP, and the story looks at the
terminal's cells, at the requests that arrived, and at the database file.

How to write one::

    def test_a_stopped_reply_keeps_its_words(sitting: Sitting):
        sitting.provider.will_say(paced("one two three " * 50, characters=120))
        sitting.opens()
        sitting.types("count for me")
        sitting.presses("enter")
        sitting.sees("two three")              # waits until it is there; fails with a picture of the screen
        sitting.presses("escape")
        sitting.sees("stopped")
        assert sitting.disk.turns()[-1].outcome == "stopped"
        sitting.quits()

- The fixture `sitting` gives one person with one home (config, history, log), one provider and one terminal at a
  time. Set the stage before `opens()`: `sitting.writes_config(...)`, `sitting.writes_stack(...)`,
  `sitting.environment[...]`. `opens(size=(80, 24))` chooses the size; opening again is a restart on the same data.
- Wait for what is to be seen (`sees`, `sees_no_more`, `until`) and never for time: the machine may be busy. A bare
  `time.sleep` is right only where the pace itself is the story.
- `sitting.screen` is the screen of this moment: `text`, `rows`, `composer`, `figure("chat")`, `cell(x, y)` with
  colours. `sitting.terminal` takes raw bytes, sizes, signals, and has everything that was ever written.
- `sitting.disk` reads the database beside the running program: `turns()`, `calls()`, `open_calls()`, `drafts()`.
- `sitting.provider` is scripted (`will_say`, `will_fail`), paces replies and keeps what it was asked (`requests`).
- A second window on the same home is `with sitting.second_window() as other:`.
- A story that shows a fault of today is marked `xfail(strict=True)` with one plain sentence; whoever mends the
  fault takes the mark away. Keep a story under ten seconds, and its name a sentence.
"""
