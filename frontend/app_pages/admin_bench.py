"""Test bench: what the precheck makes of prompts, beside what it made of them when they were sent."""

from collections.abc import Sequence

import streamlit as st

from frontend import state
from frontend.client import plans, precheck
from frontend.client.assistants import assistants
from frontend.client.http import ApiError
from frontend.components import bench_mark, panels
from frontend.components.bench_card import SEPARATOR, card_html, prompts_in
from frontend.components.page_head import page_head
from frontend.components.text import literal
from frontend.memory import AUTO
from shared.bench import MOST_PROMPTS, BenchRequest
from shared.catalogue import AssistantView
from shared.plans import PlanView

_HELP = f"One prompt, or several with a line {SEPARATOR} between them"


def _form(offered: Sequence[PlanView], families: Sequence[AssistantView]) -> None:
    with st.form("bench", border=False, enter_to_submit=False):
        text = st.text_area("Prompts", placeholder=_HELP, key="bench_prompts", height=180)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            plan = st.selectbox(
                "As somebody with", offered, index=None, format_func=lambda each: each.name,
                placeholder="Your plan", key="bench_plan", width=200,
            )  # fmt: skip
            family = st.selectbox(
                "Sent to", families, index=None, format_func=lambda each: each.name,
                placeholder="The recommended assistant", key="bench_family", width=240,
            )  # fmt: skip
            pressed = st.form_submit_button("Try", key="bench_try", type="primary")
        trouble = st.container()
    if not pressed:
        return
    prompts = prompts_in(text or "")
    if not prompts:
        trouble.error("Write a prompt first.")
    elif len(prompts) > MOST_PROMPTS:
        trouble.error(f"At most {MOST_PROMPTS} prompts at once: these are {len(prompts)}.")
    else:
        wanted = BenchRequest(
            prompts=prompts, plan=plan.slug if plan else None, family=family.family if family else None
        )
        try:
            state.bench().take(prompts, precheck.bench(wanted).items)
        except ApiError as error:
            trouble.error(literal(error.body.message))


def _results() -> None:
    memory = state.bench()
    if not memory.results:
        panels.empty("Nothing tried yet", "What is found stands here: task, complexity, risk, cost, and why.")
        return
    zone = state.zone()
    for number, (prompt, result) in enumerate(zip(memory.prompts, memory.results, strict=True)):
        with st.container(key=f"panel_plain_bench_{number}", gap="small"):
            st.html(card_html(prompt, result, zone))
            bench_mark.draw(number, prompt)


def _draw() -> None:
    with page_head("Test bench", "What the precheck makes of prompts. Of their text nothing is kept or logged."):
        pass
    try:
        with panels.loading(180):
            offered = plans.plans()
            families = [each for each in assistants() if each.family != AUTO]
    except ApiError as error:
        panels.failed("The test bench could not be loaded", error, "Prompts are still being checked.")
        return
    _form(offered, families)
    with st.container(key="bench_results", gap="medium"):
        _results()


_draw()
