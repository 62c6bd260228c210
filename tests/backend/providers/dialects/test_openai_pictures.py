import json
from contextlib import suppress
from email import message_from_bytes
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from backend.providers.calls import MadePicture, PictureCall, TokenUsage, Upload
from backend.providers.dialects.openai_pictures import decode_pictures, encode_picture, unspoken
from backend.providers.errors import ContentFiltered, Malformed, ProviderError, Truncated
from backend.providers.vendors import Vendor, vendor

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
CAT = Upload("cat.png", "image/png", PNG)
PLAIN = Vendor(headers=(("x-title", "F"),))
DRAW = PictureCall(kind="generate", model="flux", prompt="a cat", count=2, size="1024x1024", quality="high")


def form(call: PictureCall, to: Vendor = PLAIN) -> list[Message]:
    """The parts of the form that is sent."""
    _, headers, body = encode_picture(call, to)
    said = dict(headers)["content-type"]
    assert said.startswith("multipart/form-data; boundary=")
    whole = message_from_bytes(f"content-type: {said}\r\n\r\n".encode() + body)
    parts = whole.get_payload()
    assert isinstance(parts, list)
    return parts


def name_of(part: Message) -> str:
    return str(part.get_param("name", header="content-disposition"))


def test_pictures_from_words_are_asked_for_in_json():
    path, headers, body = encode_picture(DRAW, PLAIN)
    assert (path, headers) == ("/images/generations", (("x-title", "F"),))
    assert json.loads(body) == {
        "model": "flux",
        "prompt": "a cat",
        "n": 2,
        "size": "1024x1024",
        "quality": "high",
    }


def test_an_edit_is_a_form_with_the_files_as_they_are():
    call = replace(
        DRAW,
        kind="edit",
        pictures=(CAT,),
        mask=Upload("m.png", "image/png", b"mask"),
        extra={"background": Raw(b'"auto"')},
    )
    parts = {name_of(part): part for part in form(call)}
    assert set(parts) == {"model", "prompt", "n", "size", "quality", "background", "image", "mask"}
    assert parts["image"].get_payload(decode=True) == PNG
    assert (parts["image"].get_filename(), parts["image"].get_content_type()) == ("cat.png", "image/png")
    assert parts["mask"].get_payload(decode=True) == b"mask"
    values = {name: parts[name].get_payload() for name in ("model", "prompt", "n", "background")}
    assert values == {"model": "flux", "prompt": "a cat", "n": "2", "background": "auto"}
    assert encode_picture(call, PLAIN).path == "/images/edits"


def test_several_pictures_are_a_list():
    assert [name_of(part) for part in form(replace(DRAW, kind="edit", pictures=(CAT, CAT)))].count("image[]") == 2


def test_a_variation_needs_no_words():
    call = PictureCall(kind="vary", model="m", pictures=(CAT,))
    assert [name_of(part) for part in form(call)] == ["model", "n", "image"]
    assert encode_picture(call, PLAIN).path == "/images/variations"


def test_names_and_types_of_files_cannot_break_out_of_the_form():
    evil = Upload('a"\r\nx-evil: 1\r\n\r\n.png', "image/png\r\nx-evil: 1", PNG)
    parts = form(replace(DRAW, kind="edit", pictures=(evil,)))
    assert [name_of(part) for part in parts] == ["model", "prompt", "n", "size", "quality", "image"]
    assert "x-evil" not in parts[-1]
    assert parts[-1].get_content_type() == "application/octet-stream"


EXTRA = {
    "response_format": Raw(b'"url"'),
    "style": Raw(b'"vivid"'),
    "user": Raw(b'"u"'),
    "output_compression": Raw(b"80"),
    "made_up": Raw(b"1"),
    "model": Raw(b'"x"'),
}


@pytest.mark.parametrize(
    ("kind", "model", "told"),
    [
        ("generate", "dall-e-3", {"made_up", "model"}),
        ("generate", "gpt-image-2", {"made_up", "model", "response_format", "style"}),
        ("generate", "openai/gpt-image-2", {"made_up", "model", "response_format", "style"}),
        ("edit", "chatgpt-image-latest", {"made_up", "model", "response_format", "style"}),
        ("vary", "dall-e-2", {"made_up", "model", "output_compression", "style"}),
    ],
)
def test_further_fields_are_sent_or_told(kind, model, told):
    call = replace(DRAW, kind=kind, model=model, extra=EXTRA, pictures=() if kind == "generate" else (CAT,))
    assert set(unspoken(call, PLAIN)) == told
    if kind == "generate":
        body = json.loads(encode_picture(call, PLAIN).body)
    else:
        body = {name_of(part): part.get_payload() for part in form(call)}
    assert set(EXTRA) & set(body) == set(EXTRA) - told | {"model"}
    assert body["model"] == model


def test_a_format_that_another_model_draws_is_not_asked_for():
    for format, told in ((b'"svg"', ("output_format",)), (b'"webp"', ())):
        call = replace(DRAW, extra={"output_format": Raw(format)})
        assert unspoken(call, PLAIN) == told
        assert ("output_format" in json.loads(encode_picture(call, PLAIN).body)) == (not told)


def test_azures_deployments_have_paths_of_their_own():
    azure = vendor("azure", "openai", "https://desk.openai.azure.com")
    assert encode_picture(DRAW, azure).path == "/openai/deployments/flux/images/generations?api-version=2024-10-21"


def reply(*items: object, **more: object) -> bytes:
    return json.dumps({"created": 1, "data": list(items), **more}).encode()


def test_pictures_and_what_is_said_of_them_are_read():
    made = decode_pictures(
        reply({"b64_json": "aGk="}, {"url": "https://p.example/1", "revised_prompt": "a fat cat"}, size="1024x1024")
    )
    assert made.items == (
        MadePicture(base64="aGk="),
        MadePicture(url="https://p.example/1", revised_prompt="a fat cat"),
    )
    assert {name: json.loads(bytes(fact)) for name, fact in (made.facts or {}).items()} == {"size": "1024x1024"}
    assert made.usage is None


@pytest.mark.parametrize(
    ("wire", "usage"),
    [
        (
            {
                "input_tokens": 50,
                "output_tokens": 4160,
                "input_tokens_details": {"text_tokens": 10, "image_tokens": 40},
            },
            TokenUsage(input=50, image=4160),
        ),
        (
            {
                "input_tokens": 50,
                "output_tokens": 100,
                "input_tokens_details": {"cached_tokens": 20},
                "output_tokens_details": {"text_tokens": 30, "image_tokens": 70},
            },
            TokenUsage(input=30, cached_input=20, output=30, image=70),
        ),
        (
            {"input_tokens": 5, "output_tokens": 5, "output_tokens_details": {"text_tokens": 9}},
            TokenUsage(input=5, output=5),
        ),
    ],
)
def test_tokens_are_counted_once(wire, usage):
    assert decode_pictures(reply({"b64_json": "aGk="}, usage=wire)).usage == usage


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", Truncated),
        (b'{"data": [{"b64_json": "aGk', Truncated),
        (b"{}", Malformed),
        (b'{"data": []}', Malformed),
        (b'{"data": [{}]}', Malformed),
        (b'{"data": [{"url": ""}]}', Malformed),
        (b'{"data": [{"url": 5}]}', Malformed),
        (reply({"url": "u"}, usage={"input_tokens": -5}), Malformed),
        (b"[]", Malformed),
        (b'{"error": {"message": "unsafe", "code": "moderation_blocked"}}', ContentFiltered),
    ],
)
def test_a_reply_that_is_none_raises(body, kind):
    with pytest.raises(kind):
        decode_pictures(body)


@given(st.binary(max_size=100))
def test_nothing_a_server_replies_can_break_the_decoder(body):
    with suppress(ProviderError):
        assert decode_pictures(body).items
