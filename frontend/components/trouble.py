"""What is said when a prompt was not carried out or an answer broke off. Pure words, then panels."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple
from uuid import UUID

import streamlit as st

from frontend import format as words
from frontend import state
from frontend.client import precheck
from frontend.client.http import ApiError
from frontend.components.chat_acts import ChatActs
from frontend.components.panels import Tone, panel
from frontend.memory import Refusal
from frontend.navigation import PLANS, USAGE
from shared.accounts import Me
from shared.errors import ErrorBody, ErrorCode
from shared.marks import MarkRequest
from shared.messages import Message


class Trouble(NamedTuple):
    """The head and text of a panel."""

    tone: Tone
    title: str
    text: str


_WHY_PAUSED = {
    "blocked": "Several prompts were blocked by a safety rule.",
    "costly": "Many costly requests came in a short time.",
    "admin": "An administrator decided so.",
}
_BROKE = {ErrorCode.OUT_OF_CREDITS}
_WAIT = {ErrorCode.RATE_LIMITED, ErrorCode.TOO_MANY_CHATS}
_NOT_SENT = {
    *(ErrorCode.RISK_BLOCKED, ErrorCode.CONTENT_FILTERED),
    *(ErrorCode.PLAN_FORBIDS_TASK, ErrorCode.ASSISTANT_REFUSES_TASK),
}


def paused(error: ErrorBody, now: datetime, zone: tzinfo) -> Trouble:
    """Somebody who may not send for a while: until when on their own clock, why, and whom to ask."""
    named = error.details.get("until")
    until = datetime.fromisoformat(named).astimezone(zone) if isinstance(named, str) else None
    if until is None:
        return Trouble("bad", "Paused", error.message)
    when = f"{until:%H:%M}" if until.date() == now.astimezone(zone).date() else words.moment(until, zone)
    cause = str(error.details.get("cause"))
    why = _WHY_PAUSED.get(cause, error.message)
    ask = "Ask your administrator." if cause == "admin" else "If that was a mistake, ask your administrator."
    return Trouble("bad", f"Paused until {when}", f"{why} This prompt was not sent and not charged. {ask}")


def refused(error: ErrorBody) -> Trouble:
    """A prompt that was not carried out. Nothing is ever charged for one."""
    text = f"{error.message} Not charged."
    if error.code in _NOT_SENT:
        return Trouble("bad", "Not sent", text)
    if error.code in _WAIT:
        return Trouble("warn", "Too many requests", text)
    if error.code is ErrorCode.SPENDING_CAP:
        return Trouble("warn", "A spending limit is reached", text)
    return Trouble("bad", "This could not be answered", text)


def out_of_credits(me: Me) -> Trouble:
    """Nothing is left of the plan's credits."""
    return Trouble(
        "warn",
        f"No credits left until {words.long_day(me.plan.period_end)}",
        f"You used all {words.allowance(me.entitlement.monthly_credits)} credits of the {me.plan.name} plan. "
        "Conversations stay readable. To go on now, ask for a higher plan.",
    )


def incomplete(message: Message, failure: ErrorBody | None) -> Trouble:
    """An answer that broke off: what happened, and what was charged."""
    happened = failure.message if failure else "The model broke off and no other model of your plan could continue."
    charged = (
        f"You were charged {words.credits(message.credits)} credits for the part shown."
        if message.credits
        else "Not charged."
    )
    return Trouble("warn", "This answer is incomplete", f"{happened} {charged}")


def draw_incomplete(message: Message, failure: ErrorBody | None, acts: ChatActs) -> None:
    """The panel under an answer that broke off."""
    with panel(f"incomplete_{message.id}", *incomplete(message, failure)):
        st.button(
            "Retry",
            key=f"retry_{message.id}",
            icon=":material/refresh:",
            type="primary",
            on_click=acts.regenerate,
            args=(message.id,),
        )
        if message.content:
            st.button("Continue from here", key=f"continue_{message.id}", on_click=acts.go_on)


def draw_out_of_credits(me: Me) -> None:
    """The panel of somebody whose credits are used up."""
    with panel("broke", *out_of_credits(me)):
        if st.button("Request a higher plan", key="broke_plan", type="primary"):
            st.switch_page(PLANS.source)
        if st.button("See usage", key="broke_usage"):
            st.switch_page(USAGE.source)


def draw_refused(refusal: Refusal, me: Me, again: Callable[[], None], edit: Callable[[], None]) -> None:
    """The panel under a prompt that was not carried out."""
    error = refusal.error
    if error.code in _BROKE:
        draw_out_of_credits(me)
    elif error.code in _WAIT and error.retry_after:
        _countdown(again)
    elif error.code is ErrorCode.PAUSED:
        with panel("paused", *paused(error, datetime.now(UTC), state.zone())):
            st.button("Edit prompt", key="refused_edit", on_click=edit)
            st.button("Try again", key="refused_again", icon=":material/refresh:", on_click=again)
    else:
        with panel("refused", *refused(error), None if error.code in _NOT_SENT else error.request_id):
            if refusal.request.message is not None:
                st.button("Edit prompt", key="refused_edit", on_click=edit)
            if (check := error.details.get("check_id")) is not None and error.code is ErrorCode.RISK_BLOCKED:
                said = refusal.request.message.content if refusal.request.message is not None else None
                st.button("Report a wrong block", key="refused_report", on_click=_report, args=(str(check), said))
            if error.code not in _NOT_SENT:
                st.button("Try again", key="refused_again", icon=":material/refresh:", on_click=again)


@st.fragment(run_every=1)
def _countdown(again: Callable[[], None]) -> None:
    memory = state.chat()
    if memory.refusal is None:
        return
    left = memory.refusal.ready_in(datetime.now(UTC))
    if not left and memory.resend:
        again()
        st.rerun()
    tone, title, text = refused(memory.refusal.error)
    with panel("wait", tone, title, f"{text} {f'Ready again in {left} s.' if left else 'Ready now.'}"):
        if memory.resend:
            st.button("Do not send", key="resend_off", on_click=_resend, args=(False,))
        elif left:
            st.button("Send when ready", key="resend_on", on_click=_resend, args=(True,))
        elif st.button("Send now", key="resend_now"):
            again()
            st.rerun()


def _report(check_id: str, prompt: str | None) -> None:
    """With the prompt, so that its features can be learned from; the text is not kept."""
    try:
        precheck.mark(UUID(check_id), MarkRequest(risky=False, prompt=prompt))
    except ApiError as error:
        state.say(error.body.message)
    else:
        state.say("Reported. A block by mistake does not count against you")


def _resend(wanted: bool) -> None:
    state.chat().resend = wanted
