"""Search terms as patterns."""

from uuid import UUID, uuid4

import pytest

from backend.admin.text import contains, id_in


@pytest.mark.parametrize(
    ("term", "pattern"), [("ab", "%ab%"), ("100%", "%100\\%%"), ("a_b", "%a\\_b%"), ("a\\", "%a\\\\%"), ("", "%%")]
)
def test_nothing_in_a_term_is_a_wildcard(term: str, pattern: str) -> None:
    assert contains(term) == pattern


def test_an_id_is_told_from_a_word() -> None:
    id = uuid4()
    assert id_in(str(id)) == id
    assert id_in(id.hex) == UUID(id.hex)
    assert id_in("mara") is None
    assert id_in(None) is None
