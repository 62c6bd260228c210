"""What an operator can set, how it is named, and the one sentence about what is wrong."""

import re
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from backend.accounts.oidc.settings import OpenIdProvider
from backend.settings import Settings, WrongSetting
from tests.fixtures.sources import ROOT

KEY = "k" * 32
ACME = {"FAIRLEAD_OIDC_ACME_ISSUER": "https://id.example/acme", "FAIRLEAD_OIDC_ACME_CLIENT_ID": "us"}
URL = "postgresql://me:hunter2@db.example:5432/fairlead"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing set, and no .env in the working folder."""
    for name in environment_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def environment_names() -> set[str]:
    """Every name under which a setting can be given."""
    names: set[str] = set()
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        if name == "oidc":
            names |= {f"FAIRLEAD_OIDC_ACME_{each.upper()}" for each in OpenIdProvider.model_fields}
        elif alias is None:
            names.add(f"FAIRLEAD_{name.upper()}")
        else:
            names |= {alias} if isinstance(alias, str) else set(map(str, alias.choices))  # type: ignore[union-attr]
    return names


class TestWrong:
    @pytest.mark.parametrize(
        ("given", "named"),
        [
            ({"FAIRLEAD_API_PORT": "eighty"}, "FAIRLEAD_API_PORT"),
            ({"FAIRLEAD_API_PORT": "0"}, "FAIRLEAD_API_PORT"),
            ({"PORT": "65536"}, "PORT"),
            ({"FAIRLEAD_UI_PORT": "-1"}, "FAIRLEAD_UI_PORT"),
            ({"FAIRLEAD_WORKERS": "0"}, "FAIRLEAD_WORKERS"),
            ({"FAIRLEAD_SIGNUP": "maybe"}, "FAIRLEAD_SIGNUP"),
            ({"FAIRLEAD_LOG_LEVEL": "loud"}, "FAIRLEAD_LOG_LEVEL"),
            ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
            ({"FAIRLEAD_DRAIN_SECONDS": "-1"}, "FAIRLEAD_DRAIN_SECONDS"),
            ({"FAIRLEAD_CREDITS_PER_DOLLAR": "0"}, "FAIRLEAD_CREDITS_PER_DOLLAR"),
            ({"FAIRLEAD_CREDITS_PER_DOLLAR": "NaN"}, "FAIRLEAD_CREDITS_PER_DOLLAR"),
            ({"FAIRLEAD_CREDITS_PER_DOLLAR": "1.1234567"}, "FAIRLEAD_CREDITS_PER_DOLLAR"),
            ({"FAIRLEAD_TRUSTED_PROXIES": "everybody"}, "FAIRLEAD_TRUSTED_PROXIES"),
            ({"FAIRLEAD_SIMULATOR_URL": "nowhere"}, "FAIRLEAD_SIMULATOR_URL"),
            ({"OLLAMA_HOST": "nowhere"}, "OLLAMA_HOST"),
            ({"AZURE_OPENAI_ENDPOINT": "nowhere"}, "AZURE_OPENAI_ENDPOINT"),
            ({"DATABASE_URL": "mysql://x/y", "FAIRLEAD_SECRET_KEY": KEY}, "DATABASE_URL"),
            ({"DATABASE_URL": "not a url", "FAIRLEAD_SECRET_KEY": KEY}, "DATABASE_URL"),
            ({"DATABASE_URL": URL}, "FAIRLEAD_SECRET_KEY"),
            ({"FAIRLEAD_SECRET_KEY": "too short"}, "FAIRLEAD_SECRET_KEY"),
            ({"FAIRLEAD_HOST": "0.0.0.0"}, "FAIRLEAD_ADMIN_PASSWORD"),
            ({"FAIRLEAD_OIDC": "acme"}, "FAIRLEAD_OIDC"),
            ({"FAIRLEAD_OIDC_ACME": "https://id.example"}, "FAIRLEAD_OIDC_ACME"),
            ({"FAIRLEAD_OIDC_ACME_CLIENT_ID": "us"}, "FAIRLEAD_OIDC_ACME_ISSUER"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_ISUER": "https://id.example"}, "FAIRLEAD_OIDC_ACME_ISUER"),
            ({"FAIRLEAD_OIDC_MY_IDP_ISSUER": "https://id.example"}, "FAIRLEAD_OIDC_MY_IDP_ISSUER"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_ISSUER": "id.example"}, "FAIRLEAD_OIDC_ACME_ISSUER"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_ISSUER": "http://id.example"}, "ALLOW_PRIVATE_NETWORK"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_ISSUER": "https://hunter2@id.example"}, "FAIRLEAD_OIDC_ACME_ISSUER"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_SCOPES": "email"}, "FAIRLEAD_OIDC_ACME_SCOPES"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_ROLE_MAP": "staff=king"}, "FAIRLEAD_OIDC_ACME_ROLE_MAP"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_ROLE_MAP": "staff"}, "FAIRLEAD_OIDC_ACME_ROLE_MAP"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_ROLE_MAP": '{"staff":'}, "FAIRLEAD_OIDC_ACME_ROLE_MAP"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_PLAN_MAP": '{"staff": 1}'}, "FAIRLEAD_OIDC_ACME_PLAN_MAP"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_ALLOWED_DOMAINS": "@example.org"}, "FAIRLEAD_OIDC_ACME_ALLOWED_DOMAINS"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_SIGNUP": "maybe"}, "FAIRLEAD_OIDC_ACME_SIGNUP"),
            ({**ACME, "FAIRLEAD_OIDC_ACME_CLIENT_ID": "\u00fcs"}, "FAIRLEAD_OIDC_ACME_CLIENT_ID"),
            ({"FAIRLEAD_PASSWORD_SIGN_IN": "off"}, "FAIRLEAD_OIDC"),
            ({**ACME, "FAIRLEAD_PASSWORD_SIGN_IN": "off"}, "FAIRLEAD_ADMIN_EMAIL"),
        ],
    )
    def test_is_one_sentence_with_the_name_and_without_the_value(
        self, given: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(WrongSetting) as wrong:
            Settings.load()
        said = str(wrong.value)
        assert named in said
        assert re.fullmatch(r"[^\n]+\.", said)
        for secret in ("hunter2", KEY, "too short"):
            assert secret not in said


class TestRead:
    @pytest.mark.parametrize(
        ("name", "value", "field", "read"),
        [
            ("FAIRLEAD_API_PORT", "9000", "api_port", 9000),
            ("PORT", "9000", "api_port", 9000),
            ("LOG_LEVEL", "debug", "log_level", "debug"),
            ("FAIRLEAD_LOG_LEVEL", "debug", "log_level", "debug"),
            ("FAIRLEAD_DATA_DIR", "elsewhere", "data_dir", Path("elsewhere")),
            ("FAIRLEAD_UI", "false", "ui", False),
            ("FAIRLEAD_CREDITS_PER_DOLLAR", "12.5", "credits_per_dollar", Decimal("12.5")),
            ("FAIRLEAD_PUBLIC_ORIGINS", "https://a.example, https://b.example,", "public_origins", None),
            ("FAIRLEAD_TRUSTED_PROXIES", "10.0.0.0/8, ::1", "trusted_proxies", None),
            ("FAIRLEAD_DATABASE_URL", "", "database_url", None),
            ("OLLAMA_HOST", "", "ollama_host", None),
            ("AZURE_OPENAI_ENDPOINT", "", "azure_openai_endpoint", None),
            ("OPENAI_API_KEY", "", "openai_api_key", None),
        ],
    )
    def test_by_its_names(self, name: str, value: str, field: str, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(name, value)
        wanted = {
            "public_origins": ("https://a.example", "https://b.example"),
            "trusted_proxies": (ip_network("10.0.0.0/8"), ip_network("::1/128")),
        }.get(field, read)
        assert getattr(Settings.load(), field) == wanted

    def test_the_prefixed_name_goes_before_the_plain_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", "9000")
        monkeypatch.setenv("FAIRLEAD_API_PORT", "9001")
        monkeypatch.setenv("LOG_LEVEL", "debug")
        monkeypatch.setenv("FAIRLEAD_LOG_LEVEL", "error")
        loaded = Settings.load()
        assert (loaded.api_port, loaded.log_level) == (9001, "error")

    def test_from_a_file_and_the_environment_goes_before_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".env").write_text("FAIRLEAD_API_PORT=9001\nFAIRLEAD_UI_PORT=9002\nUNKNOWN=1\n")
        monkeypatch.setenv("FAIRLEAD_UI_PORT", "9003")
        loaded = Settings.load()
        assert (loaded.api_port, loaded.ui_port) == (9001, 9003)

    def test_flags_go_before_everything(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FAIRLEAD_API_PORT", "9001")
        assert Settings.load(api_port=9002).api_port == 9002

    @pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
    def test_this_machine_alone_needs_no_password(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FAIRLEAD_HOST", host)
        assert Settings.load().host == host

    def test_openid_providers_each_under_its_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        other = {name.replace("ACME", "B2"): value for name, value in ACME.items()}
        more = {
            "FAIRLEAD_OIDC_ACME_CLIENT_SECRET": "hunter2",
            "FAIRLEAD_OIDC_ACME_SCOPES": "openid, groups",
            "FAIRLEAD_OIDC_ACME_ROLE_MAP": "cn=staff=support, boss=admin",
            "FAIRLEAD_OIDC_ACME_PLAN_MAP": '{"a,b=c": "pro"}',
            "FAIRLEAD_OIDC_ACME_ALLOWED_DOMAINS": "Example.org",
            "FAIRLEAD_OIDC_ACME_ALLOW_PRIVATE_NETWORK": "true",
            "FAIRLEAD_OIDC_B2_CLIENT_SECRET": "",
        }
        for name, value in {**ACME, **other, **more}.items():
            monkeypatch.setenv(name, value)
        loaded = Settings.load()
        acme, b2 = loaded.oidc["acme"], loaded.oidc["b2"]
        assert acme.scopes == ("openid", "groups")
        assert acme.role_map == (("cn=staff", "support"), ("boss", "admin"))
        assert acme.plan_map == (("a,b=c", "pro"),)
        assert acme.allowed_domains == ("example.org",)
        assert acme.allow_private_network
        assert (b2.client_secret, b2.label, b2.signup) == (None, "single sign-on", None)
        assert "hunter2" not in f"{loaded!r} {loaded.model_dump_json()}"

    def test_without_passwords_another_address_needs_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        given = {"FAIRLEAD_HOST": "0.0.0.0", "FAIRLEAD_PASSWORD_SIGN_IN": "off"}
        for name, value in {**ACME, **given, "FAIRLEAD_OIDC_ACME_ROLE_MAP": "boss=admin"}.items():
            monkeypatch.setenv(name, value)
        assert Settings.load().password_sign_in == "off"

    def test_google_has_two_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GOOGLE_API_KEY", "g2")
        assert Settings.load().provider_keys() == {"google": "g2"}
        monkeypatch.setenv("GEMINI_API_KEY", "g1")
        assert Settings.load().provider_keys() == {"google": "g1"}

    @pytest.mark.parametrize(
        ("name", "provider"),
        [
            ("HF_TOKEN", "huggingface"),
            ("COHERE_API_KEY", "cohere"),
            ("CO_API_KEY", "cohere"),
            ("TOGETHER_API_KEY", "together"),
            ("AZURE_OPENAI_API_KEY", "azure"),
        ],
    )
    def test_keys_have_their_customary_names(self, name: str, provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(name, "k")
        assert Settings.load().provider_keys() == {provider: "k"}

    def test_only_keys_that_are_set_are_given(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert Settings.load().provider_keys() == {}
        monkeypatch.setenv("GROQ_API_KEY", "q")
        assert Settings.load().provider_keys() == {"groq": "q"}


class TestShown:
    def test_no_secret_is_shown(self) -> None:
        loaded = Settings(
            _env_file=None,
            database_url=URL,
            secret_key=KEY,
            admin_password="an admin's password",
            metrics_token="a token of metrics",
            OPENAI_API_KEY="a key of a provider",
        )  # type: ignore[call-arg]
        shown = f"{loaded!r} {loaded} {loaded.model_dump()} {loaded.model_dump_json()}"
        for secret in (KEY, "an admin's password", "a token of metrics", "a key of a provider"):
            assert secret not in shown
        assert "hunter2" not in f"{loaded!r} {loaded}"

    def test_cannot_be_changed(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            Settings(_env_file=None).api_port = 1  # type: ignore[call-arg, misc]


def test_the_example_names_every_setting_and_no_other() -> None:
    example, compose = (ROOT / ".env.example").read_text(), (ROOT / "compose.yaml").read_text()
    shown = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.MULTILINE))
    of_containers = set(re.findall(r"\$\{([A-Z_]+)", compose))
    of_the_web_app = {"FAIRLEAD_API_URL", "FAIRLEAD_API_TIMEOUT"}
    second_names = {"FAIRLEAD_DATABASE_URL", "PORT", "LOG_LEVEL", "GOOGLE_API_KEY", "CO_API_KEY"}
    set_by_ourselves = {"FAIRLEAD_SIMULATOR_URL", "PROMETHEUS_MULTIPROC_DIR"}
    assert shown - environment_names() - of_containers - of_the_web_app == set()
    assert environment_names() - shown - second_names - set_by_ourselves == set()
