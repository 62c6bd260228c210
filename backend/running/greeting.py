"""What the operator reads once everything is ready."""

from pathlib import Path


def greeting(*, web: str | None, api: str, provider: str, data_dir: Path, logs: Path) -> str:
    """Addresses first; `provider` is a sentence about who answers."""
    lines = [("Chat", web)] if web else []
    lines += [("API", f"{api} (reference at {api}/schema)"), ("Data", str(data_dir)), ("Logs", str(logs))]
    table = "\n".join(f"  {name:<6}{value}" for name, value in lines)
    return f"\nFairlead is ready.\n\n{table}\n\n{provider}\nCtrl-C stops everything."


def provider_sentence(keys: list[str], *, ollama_url: str | None, simulated: bool) -> str:
    """Who answers, and what to do about it."""
    if ollama_url is not None:
        return f"Answers come from Ollama at {ollama_url}."
    if simulated:
        return (
            "Replies are simulated: no provider key is set. Set OPENROUTER_API_KEY, OPENAI_API_KEY or another"
            " key (see .env.example) to talk to real models."
        )
    return f"Answers come from {', '.join(keys)}." if keys else "Answers come from the simulator you named."


def first_admin(email: str, password: str | None, *, by_password: bool = True) -> str:
    """Who may sign in first. A password that was made up is shown this once: only its hash is kept."""
    if not by_password:
        return f"\nThe first administrator is whoever signs in at an OpenID provider as {email}."
    if password is None:
        return f"\nThe first administrator is {email}, with the password of FAIRLEAD_ADMIN_PASSWORD."
    return (
        f"\nThe first administrator (shown only now):\n\n  Email     {email}\n  Password  {password}\n\n"
        f"`fairlead user reset {email}` lets them in again."
    )
