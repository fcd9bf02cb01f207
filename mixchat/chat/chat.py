"""One conversation: what was said, and the only way to say more."""

from collections.abc import AsyncGenerator, Sequence

from msgspec import structs

from mixchat.chat.attachments import AttachmentStore
from mixchat.chat.branch import Branch
from mixchat.chat.first_words import first_words, title_after_greeting
from mixchat.chat.lessons import ChatLessons
from mixchat.chat.messages import TO_CONTINUE, Messages
from mixchat.chat.other_windows import ANSWERED_ELSEWHERE, OtherWindows
from mixchat.chat.redaction import PromptRedaction
from mixchat.chat.services import ChatServices
from mixchat.chat.turn_request import to_chat_request, to_routing_input, to_turn
from mixchat.chat.turn_runner import OpenedTurn, TurnRunner, run_turn
from mixchat.domain.chat_request import (
    ChatRequest,
    GenerationSettings,
    GuardOverrides,
    Pin,
    RoutingInput,
    TurnRequest,
)
from mixchat.domain.events import ChatEvent
from mixchat.domain.meter import Purpose
from mixchat.domain.turn import FileRef, Outcome, Turn, plan_to_keep
from mixchat.domain.usage import FREE, Cost
from mixchat.storage.chats import ChatRecord, ChatState

_BACK = "This chat had been deleted elsewhere; it is back."


class Chat:
    """A conversation. What is said is on disk before it is sent, what comes is on disk before it is lost."""

    def __init__(self, record: ChatRecord, services: ChatServices) -> None:
        self.record = record
        self.path = Branch(services.turns, record.id, record.leaf, self._remember)
        self.lessons = ChatLessons(services.learned, self.path.ids)
        """What the turns teach the router."""
        self.elsewhere = OtherWindows()
        """What other windows did to it."""
        self.withdrawn: Turn | None = None
        """The last turn stopped before anything came; its prompt belongs back in the composer."""
        self._running: dict[str, TurnRunner] = {}
        self._redaction = PromptRedaction(services.mask)
        self._services = services
        self.attachments = AttachmentStore(services.turns)
        """Files that can go with a message."""
        self._messages = Messages(services.turns)

    @property
    def id(self) -> str:
        """The chat's id."""
        return self.record.id

    @property
    def turns(self) -> Sequence[Turn]:
        """The turns on the screen, oldest first."""
        return self.path

    @property
    def state(self) -> ChatState:
        """What the chat is pinned to and what is set for all of it."""
        return self.record.state

    def original_prompt(self, turn: Turn) -> str:
        """Return a turn's prompt with the credential for which it was stopped, as far as this session knows it."""
        return self._redaction.original(turn)

    def save_record(self, record: ChatRecord) -> None:
        """Take over a changed record: title, privacy, pin, settings. It is on disk once the chat has a turn."""
        before, self.record = self.record, record
        if self.path.place is not None:
            self._services.chats.post(before, record)

    def refresh(self) -> bool:
        """Take over what other windows and the shell did to the chat; return whether that was anything.

        What they said after the last turn on the screen is on the screen then, too.
        """
        known = self._services.chats.get(self.id)
        if known is None:
            gone = self.path.place is not None and self.path.refresh()
            if gone:
                self.elsewhere.gone()
            return gone
        before = self.record
        self.record = structs.replace(known, leaf=before.leaf, updated=max(known.updated, before.updated))
        grown = self.path.refresh()
        self.elsewhere.changed(before, self.record, beside=grown and self.path.take_beside())
        return grown or before != self.record

    def settle_interrupted(self) -> bool:
        """Where another window answers the last turn: settle it if that one has died; return whether it has."""
        last = self.path.leaf
        if last is None or last in self._running or not self.path.is_open(last):
            return False
        return bool(self._services.turns.recover())

    def newest_leaf(self) -> str | None:
        """Return the turn after which something is said now: the last on the screen, or what came after it elsewhere.

        A turn that is being answered elsewhere is no reply to go on from.
        """
        self.refresh()
        return self.path.settled_leaf

    def routing_input(self, prompt: TurnRequest, before: Sequence[Turn] | None = None) -> RoutingInput:
        """Return what the router is asked for `prompt` after the turns `before`, by default all on the screen."""
        earlier = self.path if before is None else before
        return to_routing_input(prompt, earlier, self.record, self.attachments)

    def chat_request(self, prompt: TurnRequest) -> ChatRequest:
        """Return what would be sent for `prompt` now, to estimate its cost."""
        return to_chat_request(prompt, self._messages.of(self.path, prompt.text, prompt.files), self.record)

    def send(
        self,
        text: str,
        *,
        files: Sequence[FileRef] = (),
        pin: Pin | None = None,
        settings: GenerationSettings = GenerationSettings(),
        allow: GuardOverrides = GuardOverrides(),
    ) -> AsyncGenerator[ChatEvent]:
        """Answer a prompt: yield `TurnAccepted`, what happens, and at last `TurnFinished` or `TurnFailed`.

        Cancelled or closed before anything came, the turn is taken back and `withdrawn` holds it; later,
        what came is kept and the turn is settled as stopped.

        Raises:
            StorageError: the prompt cannot be saved; nothing was sent.
        """
        prompt = TurnRequest(text=text, files=tuple(files), pin=pin, settings=settings, allow=allow)

        async def accept() -> TurnRunner:
            leaf = self.newest_leaf()
            return await self._accept(prompt, leaf, replaced=self.path.taken_back(leaf))

        return run_turn(accept, self._ended)

    def regenerate(self, turn_id: str, prompt: TurnRequest | None = None) -> AsyncGenerator[ChatEvent]:
        """Answer a turn's prompt once more, or an edited `prompt` in its place, as its sibling.

        Nothing is destroyed but a turn to which nothing had come. Ends and cancels like `send`.
        """

        async def accept() -> TurnRunner:
            old = self.path.turn(turn_id)
            said = self.original_prompt(old)
            new = prompt or TurnRequest(text=said, files=old.files)
            if (new.text, new.files) == (said, old.files) and (new.pin is None or new.pin.slot is None):
                new = structs.replace(new, plan=plan_to_keep(old))
            ended = old.outcome in (Outcome.FAILED, Outcome.STOPPED)  # else another window may answer it
            if not old.reply and ended and self.path.is_last(turn_id):
                self.path.withdraw(turn_id)
            return await self._accept(new, old.parent)

        return run_turn(accept, self._ended)

    def withdraw(self, turn_id: str) -> bool:
        """Take back a turn that was stopped before anything was sent; return whether it was one.

        What it took the place of is on the screen again, and a chat in which nothing else was said is gone.
        """
        turn = self.path.turn(turn_id)
        if turn.was_sent or turn.reply or not self.path.is_last(turn_id):
            return False
        self._forget(turn_id)
        return True

    def _forget(self, turn_id: str) -> None:
        self.path.withdraw(turn_id)
        self._services.chats.drop_empty(self.id)
        if self.path.place is None:
            self.record = structs.replace(self.record, title="")

    def continue_reply(self, turn_id: str, pin: Pin | None = None) -> AsyncGenerator[ChatEvent]:
        """Go on with a reply that was cut off or stopped: the same turn grows, with a seam.

        Ends and cancels like `send`; what was there is never lost.
        """

        async def accept() -> TurnRunner:
            cut = self.path.turn(turn_id)
            role = cut.decision.role if cut.decision else None
            chosen = pin or self.state.pin or (Pin(role, role=role, chosen_by="continued") if role else None)
            prompt = TurnRequest(text=cut.prompt, files=cut.files, pin=chosen)
            before = self.path.up_to(cut.parent)
            chat_request = to_chat_request(
                prompt, self._messages.to_continue(before, cut), self.record, turn=cut.id, kept=TO_CONTINUE
            )
            question = structs.replace(self.routing_input(prompt, before), continues=True)
            return self._begin(OpenedTurn(cut, question, chat_request))

        return run_turn(accept, self._ended)

    def answer(
        self,
        prompt: TurnRequest,
        parent: str | None,
        purpose: Purpose = "answer",
        *,
        asked: str | None = None,
        rewrites: str | None = None,
    ) -> AsyncGenerator[ChatEvent]:
        """Answer `prompt` as a new turn after `parent`; the model is sent `asked` in its place, if given.

        What was taken back there stands aside then, unless the prompt `rewrites` one of its turns. Ends and cancels like
        `send`.
        """
        replaced = self.path.taken_back(parent) if purpose in ("answer", "compact") else []
        if rewrites in [turn.id for turn in replaced]:
            replaced = []
        return run_turn(lambda: self._accept(prompt, parent, purpose, asked, replaced), self._ended)

    def try_next(self) -> bool:
        """Ask the next model of the fallback order now; return whether there is one and no word has come yet."""
        return any(runner.try_next() for runner in tuple(self._running.values()))

    def correct(self, turn_id: str, role: str) -> Turn:
        """Say what role a turn should have had, which the router learns; return the turn as it is now."""
        turn = structs.replace(self.path.turn(turn_id), corrected=role)
        self._put(turn)
        self.lessons.teach(turn, role, "corrected")
        return turn

    def add_cost(self, turn_id: str, cost: Cost) -> None:
        """Count what was spent for a turn outside of its reply, once it has ended."""
        if cost != FREE and self.path.has(turn_id):
            turn = self.path.turn(turn_id)
            self._put(structs.replace(turn, extra=turn.extra + cost))

    def pick(self, turn_id: str, *, learn: bool) -> None:
        """Go on with this answer of a comparison, from which the router is to `learn` or not."""
        self.path.show(turn_id)
        if learn:
            self.lessons.kept(self.path.turn(turn_id))

    def unlearn(self, turn_id: str) -> Turn | None:
        """Forget for good what a turn taught; return the turn as it is now, or `None` if it taught nothing.

        Raises:
            ConfigError: it cannot be written down.
        """
        lesson = self.lessons.undo(turn_id)
        if lesson is None:
            return None
        turn = self.path.turn(turn_id)
        if lesson.source == "corrected":
            turn = structs.replace(turn, corrected=None)
            self._put(turn)
        return turn

    async def _accept(
        self, prompt: TurnRequest, parent: str | None, purpose: Purpose = "answer", asked: str | None = None,
        replaced: Sequence[Turn] = (),
    ) -> TurnRunner:  # fmt: skip
        """Put a prompt on disk as a new turn, and return who answers it; what it replaced stands aside."""
        before = self.path.up_to(parent)
        masked = prompt.text if prompt.allow.secret else await self._redaction.mask(prompt.text)
        self.refresh()
        notices = [_BACK] if self.record.deleted is not None else []
        turn = await self._save_new(prompt, masked, parent, purpose)
        # Asked once its own turn is there: of two that are sent at once the later one at least sees the other.
        others = {*self._services.turns.open_after(self.id, parent)} - {turn.id, *self._running}
        if others and purpose != "compare":
            notices.append(ANSWERED_ELSEWHERE)
        self.elsewhere.take()  # what was to be told of is told with the turn
        for old in replaced:
            self._put(structs.replace(old, set_aside=True))
        messages = self._messages.of(before, asked or prompt.text, prompt.files)
        chat_request = to_chat_request(prompt, messages, self.record, turn=turn.id, purpose=purpose)
        question = structs.replace(self.routing_input(prompt, before), turn=turn.id)
        return self._begin(OpenedTurn(turn, question, chat_request, notices))

    def _begin(self, opened: OpenedTurn) -> TurnRunner:
        runner = self._running[opened.turn.id] = TurnRunner(opened, self._services, self._put)
        return runner

    def _ended(self, runner: TurnRunner) -> None:
        turn = runner.turn
        self._running.pop(turn.id, None)
        if runner.is_withdrawn:
            self.withdrawn = turn
            self._forget(turn.id)
            return
        if turn.outcome is Outcome.STOPPED:
            self.path.put(turn)
        self.path.leave_failed()
        self.lessons.answered(turn)

    async def _save_new(self, prompt: TurnRequest, masked: str, parent: str | None, purpose: Purpose) -> Turn:
        """Put a prompt on disk, with its chat if that is new, and then on the screen."""
        now = self._services.clock.now()
        title = self.record.title or first_words(masked)
        turn = to_turn(prompt, self.id, parent, purpose, now)
        self._redaction.redact(turn, masked)
        kept = self._redaction.stored(turn)
        before = self.record
        accepted = await self._services.chats.accept(
            structs.replace(before, title=title, updated=now), self._services.turns.saving(kept)
        )
        if self.path.place is None and self.record != before:  # changed in the meantime
            accepted = self._services.chats.post(before, self.record)
        self.record = structs.replace(accepted, leaf=self.record.leaf)
        better = title_after_greeting(self.record.title, self.path, masked)
        if better != self.record.title:
            self.save_record(structs.replace(self.record, title=better))
        if prompt.pin is not None and purpose in ("answer", "compare"):
            self.lessons.asked(turn.id, prompt.pin.target, self._how_asked(turn))
        self.path.put(kept)
        return turn

    def _how_asked(self, turn: Turn) -> str:
        if turn.compared:
            return "compared"
        answers = [self.path.turn(sibling) for sibling in self.path.children(turn.parent)]
        same = any(answer.reply and answer.prompt == turn.prompt for answer in answers)
        return "regenerated" if same else "pinned"

    def _put(self, turn: Turn) -> None:
        """Put the turn on the screen and on disk, at once or as soon as it can be written."""
        turn = self._redaction.stored(turn)
        if turn.attempts or turn.reply:
            for file in turn.files:
                self._services.turns.release_file(file.digest)
        self.path.put(turn)
        self._services.turns.post(turn)

    def _remember(self) -> None:
        self.lessons.follow(self.path.ids)
        self.save_record(structs.replace(self.record, leaf=self.path.place))
