"""What the buttons of the chat do. Callbacks run before the page: they note an intent, or tell the API."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Literal
from uuid import UUID

from frontend import state
from frontend.client import attachments, chat, conversations, precheck
from frontend.client.http import ApiError, NotSignedIn
from frontend.memory import ChatMemory
from shared.attachments import MOST_IN_A_MESSAGE, Attached
from shared.chat import ChatParams, ChatRequest, NewMessage, OnDisconnect
from shared.marks import MarkRequest
from shared.messages import Message
from shared.precheck import Category

Rating = Literal["up", "down"]
USUAL = ChatParams()
_ACCEPTED_WITHIN_SECONDS = 3.0


def mark_keys(check_id: UUID) -> tuple[str, str]:
    """The keys of what the form about a check asks: the task, and the consent to keep the text."""
    return f"mark_task_{check_id}", f"mark_share_{check_id}"


class ChatActs:
    """The acts of one conversation, answered by the assistant in force."""

    def __init__(self, conversation_id: UUID | None, assistant: str, written: Message | None = None) -> None:
        self.conversation_id, self.assistant, self._written = conversation_id, assistant, written

    @property
    def picker(self) -> str:
        """The key of the popover's choice; another one for each assistant, so that it always shows the one in force."""
        return f"assistant_{self.assistant}"

    def send(self) -> None:
        """Sends what stands in the composer; when a file is refused, the words and the other files wait there."""
        draft, memory = state.draft(), state.chat()
        memory.refused_files = []
        for name, data in draft.files:
            self._add_file(name, data, memory)
        text = draft.text.strip()
        if memory.refused_files:
            state.put_draft(text)
        elif text or memory.files:
            words = text or ("Look at this file." if len(memory.files) == 1 else "Look at these files.")
            self._ask(message=self._message(words, memory.files), mask=memory.masks)

    def send_shorter(self) -> None:
        """Sends what stands in the composer for an answer that is no longer than can be paid."""
        asked = state.triggered("precheck", "shorter")
        text = str(asked.get("text") or "").strip()
        if text:
            most = ChatParams(max_tokens=int(asked["tokens"]))
            self._ask(message=self._message(text, state.chat().files), params=most, mask=state.chat().masks)
            state.put_draft("")

    def _add_file(self, name: str, data: bytes, memory: ChatMemory) -> None:
        if len(memory.files) >= MOST_IN_A_MESSAGE:
            memory.refused_files.append((name, f"At most {MOST_IN_A_MESSAGE} files go with one message."))
            return
        try:
            added = attachments.add(name, data)
        except (ApiError, NotSignedIn) as error:
            memory.refused_files.append((name, str(error) or "Sign in again to add files."))
        else:
            if all(added.id != file.id for file in memory.files):
                memory.files.append(added)

    def drop_file(self, attachment_id: UUID) -> None:
        """Takes a file away from the next prompt; if the API cannot be told, it deletes the file after a day."""
        memory = state.chat()
        memory.files = [file for file in memory.files if file.id != attachment_id]
        with suppress(ApiError, NotSignedIn):
            attachments.remove(attachment_id)

    def _message(self, words: str, files: Sequence[Attached]) -> NewMessage:
        state.chat().sent_files.update({file.id: file for file in files})
        return NewMessage(content=words, attachments=[file.id for file in files])

    def go_on(self) -> None:
        """Asks for the rest of an answer that broke off."""
        self._ask(message=NewMessage(content="Continue exactly where the last answer stopped."))

    def regenerate(self, message_id: UUID) -> None:
        """Answers the prompt before this answer anew."""
        self._ask(replace_from=message_id)

    def resend(self, message: Message) -> None:
        """Sends the edited prompt, with its files, in place of the old one and all that followed it."""
        if text := state.field("edited").strip():
            self._ask(message=self._message(text, message.attachments), replace_from=message.id, mask=message.masked)

    def again(self) -> None:
        """Sends a refused prompt once more."""
        memory = state.chat()
        if memory.refusal is not None:
            memory.ask(memory.refusal.request)

    def edit_refused(self) -> None:
        """Puts a refused prompt back into the composer, with its files."""
        memory = state.chat()
        if memory.refusal is not None and memory.refusal.request.message is not None:
            state.put_draft(memory.refusal.request.message.content)
            memory.files = memory.files_of(memory.refusal.request)
            memory.masks = memory.refusal.request.mask
            memory.refusal = None

    def edit(self, message_id: UUID | None) -> None:
        """Opens the editor of a message, or closes it."""
        state.chat().editing = message_id

    def rate(self, message_id: UUID, rating: Rating) -> None:
        """Judges an answer."""
        try:
            conversations.rate(message_id, rating)
        except (ApiError, NotSignedIn) as error:
            state.say(str(error) or "Sign in again to rate answers.")

    def mark(self, check_id: UUID) -> None:
        """Says what a prompt should have been taken for, as the form under its answer has it."""
        task, share = mark_keys(check_id)
        if not state.field(task):
            state.say("Choose what the prompt was.")
            return
        try:
            precheck.mark(check_id, MarkRequest(category=Category(state.field(task)), share_text=state.ticked(share)))
        except (ApiError, NotSignedIn) as error:
            state.say(str(error) or "Sign in again to mark prompts.")
        else:
            state.say("Noted. It helps to read prompts better.")

    def choose(self, family: str) -> None:
        """Makes a family the one that answers from now on."""
        state.chat().assistants[self.conversation_id] = family

    def choose_picked(self) -> None:
        """Makes what was picked in the popover the one that answers from now on, and closes the popover."""
        self.choose(state.field(self.picker))
        state.renew("picker")

    def stop(self) -> None:
        """Stops the answer that is being written: first at the API, then here."""
        request_id, conversation_id = self._running()
        if request_id is None:
            return
        try:
            chat.cancel(request_id)
        except (ApiError, NotSignedIn) as error:
            state.say(str(error) or "Sign in again to stop the answer.")
        if self.conversation_id is None and conversation_id is not None:
            state.show_conversation(conversation_id)

    def _running(self) -> tuple[UUID | None, UUID | None]:
        stream, state.chat().stream = state.chat().stream, None
        if stream is None:
            return (self._written.request_id, self.conversation_id) if self._written else (None, None)
        accepted = stream.accepted(_ACCEPTED_WITHIN_SECONDS)
        stream.leave()
        return (accepted.request_id, accepted.conversation_id) if accepted else (None, None)

    def earlier(self) -> None:
        """Shows one more page of older messages."""
        if self.conversation_id is not None:
            pages = state.chat().pages
            pages[self.conversation_id] = pages.get(self.conversation_id, 1) + 1

    def _ask(
        self,
        *,
        message: NewMessage | None = None,
        replace_from: UUID | None = None,
        params: ChatParams = USUAL,
        mask: bool = False,
    ) -> None:
        state.chat().ask(
            ChatRequest(
                conversation_id=self.conversation_id,
                assistant=self.assistant,
                message=message,
                replace_from=replace_from,
                params=params,
                on_disconnect=OnDisconnect.CONTINUE,
                mask=mask,
            )
        )
