"""An answer as it grows: events in, what to show out. Pure."""

from dataclasses import dataclass, field

from frontend import format as words
from frontend.components.text import literal
from shared.chat import RouteView, UsageFigures
from shared.errors import ErrorBody
from shared.events import Accepted, ChatEvent, Delta, Done, Restart


@dataclass
class Progress:
    """Everything known of the answer so far."""

    text: str = ""
    route: RouteView | None = None
    usage: UsageFigures | None = None
    accepted: Accepted | None = None
    failure: ErrorBody | None = None
    done: Done | None = None
    remarks: list[str] = field(default_factory=list)

    def take(self, event: ChatEvent) -> None:
        """Adds one event."""
        match event:
            case Accepted():
                self.accepted = event
            case RouteView():
                self.route = event
            case Delta(text=text):
                self.text += text
            case Restart(reason=reason):
                self.text = ""
                if (remark := f"Begun anew: {reason}") not in self.remarks:
                    self.remarks.append(remark)
            case UsageFigures():
                self.usage = event
            case Done():
                self.done = event
            case ErrorBody():
                self.failure = event
            case _:
                pass

    @property
    def notices(self) -> list[str]:
        """What the person should know of the way here."""
        return [*(self.route.notices if self.route else []), *self.remarks]

    def waiting(self) -> str | None:
        """What is awaited while there is no text yet."""
        if self.text:
            return None
        return f"Waiting for {self.route.model_name or self.route.model}" if self.route else "Choosing a model"

    def line(self, *, lost: bool = False) -> str:
        """The live line as markdown: who answers, and what it cost so far; or that the connection is `lost`."""
        if lost:
            return ":shimmer[The connection was lost, trying again]"
        if waiting := self.waiting():
            return f":shimmer[{literal(waiting)}]"
        facts = [f"{self.route.assistant} assistant", self.route.model_name or self.route.model] if self.route else []
        if self.usage:
            facts.append(f"{words.credits(self.usage.credits)} credits so far")
        return literal(" · ".join(facts))
