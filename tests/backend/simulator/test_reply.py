from typing import Any

import pytest

from backend.simulator.ask import Ask, Speaker, Turn
from backend.simulator.personas import Script, find
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.reply import Finish, Reply, compose
from backend.simulator.sight import Picture


def reply(model: str, *turns: tuple[Speaker, str], script: Script | None = None, **fields: Any) -> Reply:
    persona = find(model)
    assert persona is not None
    said = turns or ((Speaker.USER, "Explain how rivers find the sea in 80 words"),)
    return compose(Ask(model=model, turns=tuple(Turn(*turn) for turn in said), **fields), persona, script)


def test_what_does_not_fit_the_window_is_refused_with_both_numbers() -> None:
    with pytest.raises(Refusal) as refused:
        reply("sim-small", (Speaker.USER, "word " * 4_000), max_tokens=500)
    assert refused.value.kind is Kind.CONTEXT_TOO_LONG
    assert "4096 tokens" in refused.value.message
    assert "500 in the completion" in refused.value.message


def test_the_same_ask_gets_the_same_reply() -> None:
    assert reply("sim-strong") == reply("sim-strong")


def test_models_of_one_voice_begin_alike_and_others_do_not() -> None:
    assert reply("sim-fast").text == reply("sim-balanced").text
    assert reply("sim-balanced").text != reply("sim-strong").text


@pytest.mark.parametrize("model", ["sim-fast", "sim-reasoning", "sim-bench-50-0"])
@pytest.mark.parametrize("limit", [1, 7, 49])
def test_max_tokens_ends_the_answer_with_its_reasoning(model: str, limit: int) -> None:
    cut = reply(model, max_tokens=limit)
    assert len(cut.reasoning) + len(cut.texts) == limit
    assert cut.finish is Finish.LENGTH
    assert cut.usage is not None
    assert cut.usage.completion == limit


def test_an_answer_that_just_fits_is_complete() -> None:
    whole = reply("sim-fast")
    assert reply("sim-fast", max_tokens=len(whole.texts)).finish is Finish.STOP


def test_a_stop_sequence_ends_the_answer_before_it() -> None:
    whole = reply("sim-fast").text
    word = whole.split()[5]
    assert reply("sim-fast", stop=(word, "no such thing")).text == whole[: whole.index(word)]


def test_reasoning_is_counted_within_the_completion() -> None:
    usage = reply("sim-reasoning").usage
    assert usage is not None
    assert 0 < usage.reasoning < usage.completion


def test_a_prefill_is_continued_where_it_ends() -> None:
    user = (Speaker.USER, "Explain how rivers find the sea in 80 words")
    whole = reply("sim-fast", user).text
    assert whole[:40] + reply("sim-fast", user, (Speaker.ASSISTANT, whole[:40])).text == whole


def test_a_foreign_prefill_is_continued_at_the_same_place() -> None:
    user = (Speaker.USER, "Explain how rivers find the sea in 80 words")
    whole = reply("sim-fast", user)
    rest = reply("sim-fast", user, (Speaker.ASSISTANT, "one two three"))
    assert list(rest.texts) == list(whole.texts[3:])


def test_a_model_without_prefill_begins_anew() -> None:
    user = (Speaker.USER, "Explain how rivers find the sea in 80 words")
    whole = reply("sim-strong", user).text
    assert reply("sim-strong", user, (Speaker.ASSISTANT, whole[:40])).text == whole


def test_a_long_conversation_is_found_in_the_cache_in_steps() -> None:
    early = (Speaker.USER, "word " * 1_500)
    usage = reply("sim-fast", early, (Speaker.ASSISTANT, "yes"), (Speaker.USER, "go on")).usage
    assert usage is not None
    assert usage.cached == 1408
    assert usage.cached < usage.prompt
    short = reply("sim-fast").usage
    assert short is not None
    assert short.cached == 0


def test_pictures_count() -> None:
    persona = find("sim-instant")
    assert persona is not None
    plain, pictured = (
        compose(Ask(model="sim-instant", turns=(Turn(Speaker.USER, "look", pictures),)), persona, None).usage
        for pictures in ((), (Picture(), Picture()))
    )
    assert plain is not None
    assert pictured is not None
    assert pictured.prompt == plain.prompt + 170


def test_an_echo_repeats_the_prompt_to_the_letter() -> None:
    text = "a\x00b\n\n  ü 🌊"
    assert reply("sim-echo", (Speaker.USER, text)).text == text


def test_lone_surrogates_do_no_harm() -> None:
    assert reply("sim-fast", (Speaker.USER, "\ud800 what about this one here")).text
