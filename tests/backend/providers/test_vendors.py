from urllib.parse import urlsplit

import msgspec
import pytest
from msgspec.structs import replace

from backend.providers.calls import ChatCall, Turn
from backend.providers.dialects import openai
from backend.providers.registry import DIALECTS
from backend.providers.vendors import PLAIN, VENDORS, Vendor, vendor
from backend.settings import Settings
from shared.messages import Role

CALL = ChatCall(model="m", messages=(Turn(Role.USER, "hi"),), max_tokens=9, seed=4, temperature=0.5, stop=("x",))


def known(provider: str) -> Vendor:
    return vendor(provider, VENDORS[provider].dialect if provider in VENDORS else "openai", "")


def sent(provider: str, *, stream: bool) -> dict[str, object]:
    return msgspec.json.decode(openai.encode_request(CALL, stream=stream, vendor=known(provider)).body)


@pytest.mark.parametrize("name", VENDORS)
def test_every_vendor_speaks_a_known_dialect_at_a_plain_address(name):
    listed = VENDORS[name]
    assert listed.dialect in DIALECTS
    if listed.base_url is not None:
        parts = urlsplit(listed.base_url)
        assert parts.scheme == ("http" if name == "ollama" else "https")
        assert (parts.query, parts.username) == ("", None)
        assert not listed.base_url.endswith("/")


def test_every_key_that_settings_take_has_a_vendor():
    fields = {name.removesuffix("_api_key") for name in Settings.model_fields if name.endswith("_api_key")}
    assert fields - {"gemini"} <= set(VENDORS)
    assert "google" in VENDORS


def test_openai_gets_the_newer_name_of_the_output_limit():
    body = sent("openai", stream=False)
    assert body["max_completion_tokens"] == 9
    assert "max_tokens" not in body


def test_mistral_gets_its_own_seed_and_no_stream_options():
    body = sent("mistral", stream=True)
    assert body["random_seed"] == 4
    assert not {"seed", "stream_options"} & set(body)


@pytest.mark.parametrize("name", VENDORS)
def test_only_openrouter_is_asked_for_the_cost(name):
    assert ("usage" in sent(name, stream=True)) == (name == "openrouter")


def test_an_unknown_provider_is_taken_for_a_plain_one():
    assert sent("my-own", stream=True) == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": 9,
        "seed": 4,
        "temperature": 0.5,
        "stop": ["x"],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_only_mistral_marks_the_beginning_of_an_answer() -> None:
    turns = (*CALL.messages, Turn(Role.ASSISTANT, "It begins"))
    for provider in VENDORS:
        body = openai.encode_request(replace(CALL, messages=turns), stream=True, vendor=known(provider)).body
        last = msgspec.json.decode(body)["messages"][-1]
        assert last.pop("prefix", False) is (provider == "mistral")
        assert last == {"role": "assistant", "content": "It begins"}
    plain = openai.encode_request(CALL, stream=True, vendor=known("mistral")).body
    assert "prefix" not in msgspec.json.decode(plain)["messages"][-1]


@pytest.mark.parametrize(
    ("provider", "dialect", "header"),
    [
        ("openai", "openai", ("authorization", "Bearer k")),
        ("anthropic", "anthropic", ("x-api-key", "k")),
        ("my-own", "anthropic", ("x-api-key", "k")),
        ("my-own", "gemini", ("x-goog-api-key", "k")),
        ("simulator", "gemini", ("x-goog-api-key", "k")),
        ("my-own", "cohere", ("authorization", "Bearer k")),
        ("my-own", "openai", ("authorization", "Bearer k")),
    ],
)
def test_a_key_travels_as_the_dialect_has_it(provider, dialect, header):
    assert vendor(provider, dialect, "").credential("k") == header


def test_a_vendor_spoken_to_in_another_dialect_than_its_own_is_a_plain_one():
    assert vendor("mistral", "anthropic", "") == PLAIN["anthropic"]


def test_a_provider_under_another_name_is_the_vendor_at_its_address():
    assert vendor("openai-eu", "openai", "https://api.openai.com/v1") is VENDORS["openai"]
    assert vendor("openai-eu", "openai", "https://elsewhere.example/v1") is PLAIN["openai"]


AZURE = "https://desk.openai.azure.com"


@pytest.mark.parametrize("provider", ["azure", "azure-sweden"])
@pytest.mark.parametrize(
    ("base_url", "model", "path"),
    [
        (AZURE, "gpt 4/o", "/openai/deployments/gpt%204%2Fo/chat/completions?api-version=2024-10-21"),
        (f"{AZURE}/openai/v1", "gpt-5", "/chat/completions"),
        ("https://desk.services.ai.azure.com/openai/v1", "gpt-5", "/chat/completions"),
    ],
)
def test_azure_is_spoken_to_in_the_form_of_its_address(provider, base_url, model, path):
    azure = vendor(provider, "openai", base_url)
    assert azure.credential("k") == ("api-key", "k")
    encoded = openai.encode_request(replace(CALL, model=model), stream=True, vendor=azure)
    assert encoded.path == path
    limit = "max_tokens" if "deployments" in path else "max_completion_tokens"
    assert msgspec.json.decode(encoded.body)[limit] == 9


def test_azures_models_are_listed_in_either_form():
    assert openai.encode_probe(vendor("azure", "openai", AZURE)).path == "/openai/models?api-version=2024-10-21"
    assert openai.encode_probe(vendor("azure", "openai", f"{AZURE}/openai/v1")).path == "/models"


def test_an_address_that_only_looks_like_azures_is_none():
    assert vendor("mine", "openai", "https://openai.azure.com.example.org") is PLAIN["openai"]


@pytest.mark.parametrize("listed", VENDORS.values(), ids=VENDORS)
def test_no_vendor_is_sent_what_changes_the_price_or_keeps_the_prompt(listed):
    dear = {"service_tier", "web_search_options", "plugins", "search_parameters", "n", "modalities"}
    assert not listed.knows & (dear | {"store", "metadata"})
