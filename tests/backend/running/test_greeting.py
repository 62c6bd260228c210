"""What the operator reads."""

from pathlib import Path

import pytest

from backend.running.greeting import first_admin, greeting, provider_sentence


def test_addresses_stand_plainly_and_the_web_app_only_if_it_runs() -> None:
    said = {
        "api": "http://127.0.0.1:8000",
        "provider": "Answers come from openai.",
        "data_dir": Path("/d"),
        "logs": Path("/d/logs"),
    }
    with_web = greeting(web="http://127.0.0.1:8501", **said)  # type: ignore[arg-type]
    assert "  Chat  http://127.0.0.1:8501\n  API   http://127.0.0.1:8000 " in with_web
    assert "Chat" not in greeting(web=None, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keys", "ollama_url", "simulated", "words"),
    [
        (["anthropic", "openai"], None, False, "Answers come from anthropic, openai."),
        ([], "http://127.0.0.1:11434", False, "Answers come from Ollama at http://127.0.0.1:11434."),
        ([], None, True, "Replies are simulated: no provider key is set."),
        ([], None, False, "Answers come from the simulator you named."),
    ],
)
def test_who_answers_is_said(keys: list[str], ollama_url: str | None, simulated: bool, words: str) -> None:
    assert words in provider_sentence(keys, ollama_url=ollama_url, simulated=simulated)


def test_a_given_password_is_not_repeated_and_a_made_up_one_is_shown() -> None:
    assert "FAIRLEAD_ADMIN_PASSWORD" in first_admin("a@b.example", None)
    assert "  Password  made-up" in first_admin("a@b.example", "made-up")
    assert "OpenID provider as a@b.example" in first_admin("a@b.example", None, by_password=False)
