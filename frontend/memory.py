"""What a tab remembers between two of its runs. Nothing here outlives a reload, and nothing has to."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from frontend.client.stream import ChatStream
from shared.attachments import Attached
from shared.bench import BenchResult
from shared.catalogue import AdminProvider
from shared.chat import ChatRequest
from shared.errors import ErrorBody
from shared.imports import ImportView, LineKind

AUTO = "auto"


class Refusal(NamedTuple):
    """A prompt that was not carried out, and why."""

    request: ChatRequest
    error: ErrorBody
    at: datetime

    def ready_in(self, now: datetime) -> int:
        """Seconds until it makes sense to send again; 0 when it does already."""
        until = self.at + timedelta(seconds=self.error.retry_after or 0)
        return max(0, -(-(until - now) // timedelta(seconds=1)))


@dataclass
class ChatMemory:
    """Intents of callbacks for the run that follows, and what only this tab knows of its answers."""

    request: ChatRequest | None = None
    """To be sent in this run."""
    stream: ChatStream | None = None
    """The answer this tab is reading."""
    refusal: Refusal | None = None
    editing: UUID | None = None
    """The message whose editor is open."""
    assistants: dict[UUID | None, str] = field(default_factory=dict)
    """Families chosen here, by conversation; `None` is the conversation that does not exist yet."""
    failures: dict[UUID, ErrorBody] = field(default_factory=dict)
    """What broke answers off, in the API's own words, by message."""
    followed: set[UUID] = field(default_factory=set)
    """Requests whose stream has ended here."""
    pages: dict[UUID, int] = field(default_factory=dict)
    """How many pages of a conversation's messages are shown."""
    listed: int = 1
    """How many pages of conversations the sidebar lists."""
    files: list[Attached] = field(default_factory=list)
    """Those that go with the next prompt."""
    refused_files: list[tuple[str, str]] = field(default_factory=list)
    """Names of files that were not accepted, and why."""
    sent_files: dict[UUID, Attached] = field(default_factory=dict)
    """Those of a prompt that is on its way or was refused."""
    masks: bool = False
    """Send the next prompt with names in place of personal data."""
    resend: bool = False
    """Send the refused prompt as soon as its time has come."""
    finished: bool = False
    """An answer ended in the run before this one."""

    def ask(self, request: ChatRequest) -> None:
        """Sends `request` in the run that follows."""
        self.request, self.refusal, self.editing, self.resend = request, None, None, False
        self.files, self.refused_files, self.masks = [], [], False

    def files_of(self, request: ChatRequest) -> list[Attached]:
        """The files of a prompt that was sent from here."""
        ids = request.message.attachments if request.message is not None else []
        return [self.sent_files[id] for id in ids if id in self.sent_files]

    def take_request(self) -> ChatRequest | None:
        """What to send now; given out once."""
        request, self.request = self.request, None
        return request

    def refuse(self, request: ChatRequest, error: ErrorBody) -> None:
        """Keeps a prompt that was refused, so that it is not lost."""
        self.refusal = Refusal(request, error, datetime.now(UTC))

    def leave(self) -> None:
        """Stops reading what an earlier run began to read; the API goes on by itself."""
        if self.stream is not None:
            self.stream.leave()
            self.stream = None

    def turn_to(self, conversation_id: UUID | None) -> None:
        """Another conversation is on the screen: what hung on the last one is over."""
        self.refusal, self.editing, self.resend = None, None, False
        self.files, self.refused_files, self.masks = [], [], False
        self.sent_files.clear()
        if conversation_id is None:
            self.assistants.pop(None, None)

    def settle(self, conversation_id: UUID) -> None:
        """The conversation that did not exist yet has an id now."""
        if None in self.assistants:
            self.assistants[conversation_id] = self.assistants.pop(None)


@dataclass
class BenchMemory:
    """What was tried in the test bench, and what was found."""

    prompts: list[str] = field(default_factory=list)
    results: list[BenchResult] = field(default_factory=list)

    def take(self, prompts: list[str], results: list[BenchResult]) -> None:
        """Other prompts were tried."""
        self.prompts, self.results = prompts, results


@dataclass
class ImportMemory:
    """A provider's model list while its dialog is open."""

    provider: AdminProvider | None = None
    found: ImportView | None = None
    failure: ErrorBody | None = None
    """Why the list could not be read."""
    chosen: set[str] = field(default_factory=set)
    """Keys of the lines that are ticked."""
    shown: int = 30
    """How many lines of a group are drawn."""

    def turn_to(self, provider: AdminProvider) -> None:
        """Another provider's list is to be read, or the same one's anew."""
        self.provider, self.found, self.failure, self.chosen = provider, None, None, set()

    def take(self, found: ImportView) -> None:
        """The list came. Ticked is what changes models that are there and looks as it should."""
        self.found, self.failure = found, None
        plain = (line for line in found.lines if line.suspicious is None and not line.applied)
        self.chosen = {line.key for line in plain if line.kind in (LineKind.PRICES, LineKind.DETAILS)}

    def tick(self, keys: set[str], on: bool) -> None:
        """Ticks lines, or clears them."""
        self.chosen = self.chosen | keys if on else self.chosen - keys
