"""What holds for every dialect that tells a tool use in parts."""

from collections.abc import Callable

import pytest

from backend.providers.dialects import Decoder, anthropic, cohere, partwise
from backend.providers.errors import Endless, Malformed
from tests.backend.providers.dialects import test_anthropic as messages
from tests.backend.providers.dialects import test_cohere as chat
from tests.backend.providers.dialects.hearing import Heard

Fragment = Callable[[str], bytes]

DIALECTS = pytest.mark.parametrize(
    ("open_decoder", "begun", "fragment", "stop", "ended"),
    [
        (anthropic.open_decoder, messages.TOOL, messages.arguments, messages.stop(1), messages.ended("tool_use")),
        (cohere.open_decoder, chat.called(), chat.arguments, chat.stop(), chat.ended("TOOL_CALL")),
    ],
    ids=["anthropic", "cohere"],
)


@DIALECTS
def test_arguments_with_a_hole_are_never_told_even_if_they_are_still_an_object(
    open_decoder: Callable[[], Decoder], begun: bytes, fragment: Fragment, stop: bytes, ended: bytes
) -> None:
    lost = fragment("ri")[:-9] + b"\n\n"
    told = Heard(open_decoder(), [begun, fragment('{"city": "Pa'), lost, fragment('s"}'), stop, ended])
    assert told.tool_uses == ()
    assert isinstance(told.error, Malformed)
    assert told.decoder.malformed == 1


@DIALECTS
def test_a_frame_lost_while_no_tool_use_is_open_spoils_none(
    open_decoder: Callable[[], Decoder], begun: bytes, fragment: Fragment, stop: bytes, ended: bytes
) -> None:
    told = Heard(open_decoder(), [b"data: {\n\n", begun, fragment("{}"), stop, b"data: {\n\n", ended])
    assert (len(told.tool_uses), told.error) == (1, None)


@DIALECTS
def test_arguments_or_uses_without_an_end_are_given_up(
    open_decoder: Callable[[], Decoder],
    begun: bytes,
    fragment: Fragment,
    stop: bytes,
    ended: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(partwise, "MAX_ARGUMENTS", 100)
    monkeypatch.setattr(partwise, "MAX_USES", 5)
    assert isinstance(Heard(open_decoder(), [begun, *[fragment("x" * 30)] * 4]).error, Endless)
    assert isinstance(Heard(open_decoder(), [begun + stop] * 6).error, Endless)
    assert Heard(open_decoder(), [begun + stop] * 5 + [ended]).error is None
