import pytest

from backend.precheck.personal.keys import holds_key

BODY = "Zx81kfLq09aPTb7NcvR3mW5yHd2EuJ6s"
LIVE = [
    f"sk-{BODY}",
    "sk-3f786850e387550fdab836ed7e6dc881",
    f"sk-proj-{BODY}_{BODY}",
    f"sk-ant-api03-{BODY}-{BODY}AA",
    "AKIAQ3EGR5TXLPZ7VNWB",
    f"AIzaSy{BODY}A",
    f"ghp_{BODY}9QwE",
    f"github_pat_11{BODY}_{BODY}",
    "glpat-Zx81kfLq09aPTb7NcvR3",
    "xoxb-204857193047-2938475610293-Zx81kfLq09aPTb7NcvR3",
    f"sk_live_{BODY}",
    f"gsk_{BODY}9QwERtYuIoPa",
    f"SG.{BODY[:22]}.{BODY}9QwERtYuIoP",
    f"-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA{BODY}",
    f"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq{BODY}",
    f"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXkt{BODY}",
]


@pytest.mark.parametrize("key", LIVE)
@pytest.mark.parametrize("around", ["{}", "my key is {} and it fails", 'KEY="{}"', "x\n{}\ny"])
def test_live_keys_are_seen(key: str, around: str) -> None:
    assert holds_key(around.format(key))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sk-",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-your-api-key-goes-here-0000000000",
        "AKIAIOSFODNN7EXAMPLE",
        "the risk-free-and-task-oriented-approach-2024-of-our-desk-lamps",
        "-----BEGIN CERTIFICATE-----\nMIIEowIBAAKCAQEA" + BODY,
        "How do I generate a -----BEGIN PRIVATE KEY----- file?",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "https://example.com/a/hf_models/npm_packages",
    ],
)
def test_placeholders_and_look_alikes_are_not(text: str) -> None:
    assert not holds_key(text)
