"""The composer: prompt, completions, waiting messages and the line of who would answer, as one panel."""

import re
from collections.abc import Sequence
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widgets import TextArea

from mixchat.chat.mentions import Mentions, dropped_file, mention_of, read_mentions
from mixchat.domain.chat_request import GenerationSettings, Pin
from mixchat.tui.composer.completion import Sources
from mixchat.tui.composer.completion_list import CompletionList
from mixchat.tui.composer.edit_banner import EditBanner
from mixchat.tui.composer.message import ComposedMessage, Draft, EditedTurn
from mixchat.tui.composer.pastes import Pastes
from mixchat.tui.composer.preview_line import PreviewLine, RoutePreview
from mixchat.tui.composer.prompt_area import PromptArea
from mixchat.tui.composer.prompt_history import PromptHistory
from mixchat.tui.composer.queue_list import QueueList
from mixchat.tui.themes import role_class
from mixchat.tui.widgets.card_edge import CardEdge
from mixchat.tui.widgets.choice_bar import Question

COMMAND: Final = r"(?s)/([a-z][\w-]*)?(?:\s+(.*))?"
"""What is a command and no prompt: its name and its argument."""
_PLACEHOLDER: Final = "Ask anything"
_NO_MODEL: Final = "Write a message; it waits for a model"
_DOWNLOADS: Final = "No model yet   enter downloads the small one"
_LARGE: Final = 100_000
"""Characters beyond which a text is kept behind a mark rather than laid out line by line."""


class Composer(Vertical):
    """Where a prompt is written. It knows what was typed, and nothing of who answers."""

    DEFAULT_CSS = "Composer { height: auto; }"

    class Submitted(Message):
        """A prompt is to be sent."""

        def __init__(self, message: ComposedMessage) -> None:
            super().__init__()
            self.message = message

    class Commanded(Message):
        """A slash command was given."""

        def __init__(self, name: str, argument: str) -> None:
            super().__init__()
            self.name = name
            self.argument = argument

    class Edited(Message):
        """The text, or what its words mean, has changed."""

    class Emptied(Message):
        """Enter was pressed on nothing."""

    class Undone(Message):
        """What was done last besides writing is to be taken back."""

    class QueueEdited(Message):
        """The arrow up was pressed on nothing while messages wait: the last one is to be edited."""

    preview: var[RoutePreview] = var(RoutePreview())
    """Who would answer what is written; the panel's edge takes the role's colour."""
    waiting: var[tuple[ComposedMessage, ...]] = var(())
    """The messages that wait until the reply under way is done."""
    lacks_model: var[bool] = var(False)
    """Whether no model can answer yet."""
    waits: var[str] = var("")
    """What is said in place of who would answer while nothing is written: what it waits for."""
    paused: var[bool] = var(False)
    """Whether they wait until somebody lets them go."""
    is_blank: var[bool] = var(True)
    """Whether nothing is written, so that keys are about the messages that wait."""

    def __init__(self, sources: Sources) -> None:
        super().__init__()
        self._sources = sources
        self._pastes = Pastes()
        self._history = PromptHistory(sources)
        self._colour = "-no-role"
        self._steady = ""
        """A text that was put in whole, so that nothing is offered for it."""
        self._banner = EditBanner()
        self.completions = CompletionList()
        self.area = PromptArea(
            self._pastes, self.completions, sources, owner=self,
            placeholder=Content.styled(_PLACEHOLDER, "$text-muted"),
        )  # fmt: skip
        self.pin: Pin | None = None
        """What the key for the next candidate has pinned this message to."""
        self.settings = GenerationSettings()
        """What is set for this message alone."""
        self._rewrites: str | None = None
        """The turn that was taken back and whose prompt is written, until nothing of it is."""
        """Whether no model can answer yet."""
        self._question: Question | None = None
        self._can_undo = False
        """Whether something was done besides writing that can be taken back."""
        self._unchanged: str | None = None
        """What was written when that was done; `None`: something else was written since."""

    def compose(self) -> ComposeResult:
        """Lay out what waits, the prompt and who would answer."""
        yield CardEdge(top=True)
        with Vertical(id="composer-card"):
            yield QueueList().data_bind(Composer.waiting, Composer.paused, Composer.is_blank)
            yield self._banner
            yield self.completions
            yield self.area
            yield PreviewLine().data_bind(Composer.preview, Composer.waits, Composer.lacks_model)
        yield CardEdge(top=False)

    @property
    def typed(self) -> str:
        """The text as it stands, with folds."""
        return self.area.text

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written."""
        return not self.area.text.strip()

    @property
    def draft(self) -> Draft:
        """What has to be kept to go on writing later: while a prompt is edited, what was written before it."""
        typed = self.typed
        if self._banner.edited is not None:
            changed = "" if typed == self._banner.began_as else typed
            typed = "\n\n".join(filter(None, (self._banner.stashed.typed, changed)))
        return Draft(typed, self._pastes.used(typed))

    def restore(self, draft: Draft) -> None:
        """Put a draft back."""
        self._pastes.restore(draft.pastes)
        self.put_back(draft.typed)

    def put_back(self, typed: str, *, of: str | None = None) -> bool:
        """Write `typed` if nothing is written; return whether it was. It is the prompt `of` a turn that was taken back."""
        if not self.is_empty or not typed:
            return False
        self._steady = typed
        self.area.write(typed)
        self._rewrites = of
        return True

    def edit(self, edited: EditedTurn, prompt: str) -> None:
        """Let an earlier prompt be edited; what is being written comes back afterwards."""
        stashed = self._banner.end() or self.draft
        self._banner.begin(edited, prompt, stashed)
        self.write(prompt)
        self.area.focus()

    def leave_edit(self) -> bool:
        """Leave the prompt that is edited as it was; return whether any was edited."""
        stashed = self._banner.end()
        if stashed is None:
            return False
        self.clear()
        self.restore(stashed)
        return True

    def type(self, characters: str) -> None:
        """Take characters that were typed while the focus was elsewhere."""
        self.area.focus()
        self.area.insert(characters)

    def write(self, text: str) -> None:
        """Replace what is written; a very long text is folded."""
        shown = self._pastes.keep(text) if len(text) > _LARGE else text
        self._steady = shown
        self.area.write(shown)

    @property
    def unfolded(self) -> str:
        """The text with every folded paste in full."""
        return self._pastes.unfold(self.typed)

    def read(self) -> Mentions:
        """Return what the text would ask, with pins and files."""
        return read_mentions(self.typed, self._sources.resolve, self._sources.folder)

    def close_completions(self) -> bool:
        """Close what is offered; return whether anything was."""
        was_open = self.completions.is_open
        self.completions.offer(None)
        if was_open:
            self.post_message(self.Edited())
        return was_open

    def watch_preview(self, preview: RoutePreview) -> None:
        """Give the edge the colour of the role."""
        colour = role_class(preview.role) if preview.decision else "-no-role"
        if colour != self._colour:
            # At once: each change of a class looks through the style sheet for everything inside.
            self.set_classes([*(name for name in self.classes if name != self._colour), colour])
            self._colour = colour

    def waits_for(self, question: Question | None) -> None:
        """Say what is asked above, and what Esc does about it; with `None` that nothing is."""
        self._question = question
        placeholder, idle = (_NO_MODEL, _DOWNLOADS) if self.lacks_model else (_PLACEHOLDER, "")
        words = placeholder if question is None else question.placeholder
        self.area.placeholder = Content.styled(words, "$text-muted")
        self.waits = (
            idle
            if question is None
            else f"{question.waits}   {question.options[-1].key} {question.options[-1].label}"
        )

    def set_lacks_model(self, lacks: bool) -> None:
        """Say while nothing is written that no model can answer yet, and what to do about it."""
        self.lacks_model = lacks
        self.waits_for(self._question)

    def update_queue(self, waiting: Sequence[ComposedMessage], *, paused: bool) -> None:
        """Show the messages that wait."""
        self.waiting, self.paused = tuple(waiting), paused

    def send(self) -> None:
        """Send what is written, or do the command that it is."""
        typed = self.typed.strip()
        if not typed:
            self.post_message(self.Emptied())
        elif (command := re.fullmatch(COMMAND, typed)) is not None:
            self._command(command[1] or "", (command[2] or "").strip())
        else:
            self._submit()

    def _command(self, name: str, argument: str) -> None:
        if self._sources.is_command(name):
            settings = self.settings
            self.clear()
            self.settings = settings
            self.post_message(self.Commanded(name, argument))
        else:
            self.notify(f"There is no command /{name}; / lists them.", severity="warning", markup=False)

    def _submit(self) -> None:
        message = self.message()
        if message is None:
            return
        self.clear()
        self.leave_edit()
        self.post_message(self.Submitted(message))

    def message(self) -> ComposedMessage | None:
        """Return what is written as a message; `None` when there is nothing to send, or who should answer is unknown."""
        mentions = self.read()
        if mentions.nothing is not None:
            self.notify(
                f"@{mentions.nothing} is not a role, alias, model or file here; nothing was sent.",
                severity="warning",
                markup=False,
            )
            return None
        prompt = self._pastes.unfold(mentions.body).strip()
        if not prompt:
            return None
        return ComposedMessage(
            typed=self.typed,
            prompt=prompt,
            pin=mentions.pin or self.pin,
            settings=self.settings,
            files=mentions.files,
            addresses=mentions.addresses,
            pastes=self._pastes.used(self.typed),
            edits=self._banner.edited,
            rewrites=self._rewrites,
        )

    def clear(self) -> None:
        """Start over with an empty prompt. Folded texts stay, so that a prompt can still be put back."""
        self._history.reset()
        self._rewrites = None
        self.pin = None
        self.settings = GenerationSettings()
        self.area.load_text("")

    def enable_undo(self) -> None:
        """Let the key that undoes writing take back what was done besides, before what was written earlier."""
        self._can_undo, self._unchanged = True, self.typed

    def undo_other(self, *, before_text: bool) -> bool:
        """Take back what was done last besides writing; return whether there was something.

        Args:
            before_text: only if nothing was written since.
        """
        if not self._can_undo or (before_text and self.typed != self._unchanged):
            return False
        self._can_undo = False
        self.post_message(self.Undone())
        return True

    def walk(self, *, older: bool) -> None:
        """Go to an earlier prompt, or to a later one; in an empty prompt first to the last that waits."""
        if older and self.is_empty and self.waiting:
            self.post_message(self.QueueEdited())
            return
        found = self._history.older(self.typed) if older else self._history.newer(self.typed)
        if found is not None:
            self.write(found)

    @on(PromptArea.Dropped)
    def _drop(self, event: PromptArea.Dropped) -> None:
        path = dropped_file(event.text)
        if path is not None:
            self.area.insert(mention_of(path, self._sources.folder) + " ")

    @on(CompletionList.Chosen)
    def _choose(self, event: CompletionList.Chosen) -> None:
        self.area.take(event.choice)

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.is_blank = self.is_empty
        if self.typed != self._unchanged:
            self._unchanged = None
        if self.is_empty:
            self._rewrites = None
        self._offer()
        self.post_message(self.Edited())

    @on(TextArea.SelectionChanged)
    def _moved(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        if self.completions.is_open:
            self._offer()
            if not self.completions.is_open:
                self.post_message(self.Edited())

    def _offer(self) -> None:
        if self.typed == self._steady:
            self.completions.offer(None)
            return
        self.area.offer()
