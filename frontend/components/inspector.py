"""One call in a panel: the outcome as a sentence, what happened in order, what it cost and why."""

from datetime import tzinfo

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend.components import call_story
from frontend.components.cost_chain import cost_chain
from frontend.components.tables import Column, table
from frontend.components.timeline import timeline
from shared.admin import CallDetail, CallRow, RouteDecision

_OUTCOME = Markup('<div class="fl-outcome"><h3>{headline}</h3><p class="fl-mono">{request}</p><p>{facts}</p></div>')
_SCORES = (
    Column("Model"),
    Column("Score", number=True),
    Column("Cost", number=True),
    Column("Latency", number=True),
    Column("Quality", number=True),
    Column("Uptime", number=True),
)


def outcome_html(call: CallRow, zone: tzinfo) -> Markup:
    """Sentence, request id, who and when."""
    return _OUTCOME.format(
        headline=call_story.headline(call),
        request=call.request_id,
        facts=f"{call.user_email} · {words.short_moment(call.created_at, zone)}",
    )


def inspector(detail: CallDetail, zone: tzinfo) -> None:
    """Draws the panel."""
    with st.container(key="inspector", gap="small"):
        st.html(outcome_html(detail.call, zone))
        timeline(call_story.steps(detail))
        if detail.cost is not None:
            st.html('<p class="fl-group">Cost</p>')
            cost_chain(detail.cost)
        if detail.route is not None:
            with st.expander("Candidates"):
                _candidates(detail.route)


def _candidates(route: RouteDecision) -> None:
    scores = [
        (
            candidate.model,
            *(
                f"{score:.2f}"
                for score in (
                    candidate.score,
                    candidate.cost_score,
                    candidate.latency_score,
                    candidate.quality_score,
                    candidate.uptime_score,
                )
            ),
        )
        for candidate in route.chain
    ]
    table(_SCORES, scores, "Candidates in the order they were to be tried")
    if route.rejected:
        rejected = [(each.model, each.reason) for each in route.rejected]
        table((Column("Not chosen"), Column("Why", wide=True)), rejected, "Models that were not chosen")
