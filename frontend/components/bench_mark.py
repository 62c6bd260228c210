"""Marking a prompt of the test bench as wrong."""

import streamlit as st

from frontend import state
from frontend.client import precheck
from frontend.client.http import ApiError
from frontend.components.judging import COMPLEXITIES, TASKS, complexity_name, task_name
from frontend.components.text import literal
from shared.marks import BenchMarkRequest

_RISKY = {"Dangerous": True, "Harmless": False}


def draw(number: int, prompt: str) -> None:
    """The popover with the form; `number` is the prompt's place on the page."""
    with st.popover("Mark as wrong", key=f"wrong_{number}"), st.form(f"wrong_form_{number}", border=False):
        task = st.selectbox(
            "It was", TASKS, index=None, format_func=task_name, placeholder="The task was right", key=f"task_{number}"
        )
        complexity = st.selectbox(
            "Complexity", COMPLEXITIES, index=None, format_func=complexity_name,
            placeholder="The complexity was right", key=f"complexity_{number}",
        )  # fmt: skip
        risk = st.selectbox("Risk", list(_RISKY), index=None, placeholder="The risk was right", key=f"risk_{number}")
        share = st.checkbox("Keep the text to learn from, else only features of it", key=f"share_{number}")
        trouble = st.container()
        if not st.form_submit_button("Mark", key=f"mark_{number}"):
            return
        if task is None and complexity is None and risk is None:
            trouble.error("Say what was wrong.")
            return
        judgement = BenchMarkRequest(
            prompt=prompt,
            category=task,
            complexity=complexity,
            risky=None if risk is None else _RISKY[risk],
            share_text=share,
        )
        try:
            precheck.mark_in_bench(judgement)
        except ApiError as error:
            trouble.error(literal(error.body.message))
            return
    state.say("Marked. It is in the next export of marks.")
    st.rerun()
