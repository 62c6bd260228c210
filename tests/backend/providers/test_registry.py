import pytest

from backend.providers.calls import Target
from backend.providers.dialects import openai, openai_embeddings, openai_pictures
from backend.providers.errors import TargetRefused
from backend.providers.registry import (
    DIALECTS,
    EMBEDDING_DIALECTS,
    PICTURE_DIALECTS,
    dialect,
    embedding_dialect,
    picture_dialect,
)


def at(name: str) -> Target:
    return Target(provider="p", dialect=name, base_url="http://h")


def test_a_dialect_is_found_by_its_name():
    assert dialect(at("openai")) is openai
    assert embedding_dialect(at("openai")) is openai_embeddings
    assert picture_dialect(at("openai")) is openai_pictures


@pytest.mark.parametrize("find", [dialect, embedding_dialect, picture_dialect])
def test_an_unspoken_dialect_is_an_admins_fault(find):
    with pytest.raises(TargetRefused) as caught:
        find(at("klingon"))
    assert "klingon" in caught.value.reason
    assert caught.value.configuration_fault


def test_whoever_makes_vectors_or_pictures_can_say_what_errors_mean():
    assert EMBEDDING_DIALECTS.keys() | PICTURE_DIALECTS.keys() <= DIALECTS.keys()
