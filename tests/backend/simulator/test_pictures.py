from io import BytesIO

import pytest
from PIL import Image

from backend.simulator import pictures
from tests.backend.simulator.client import Client

NAME = pictures.identity([b"a cat"])


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/",
        "/pictures/x-1x1.png",
        f"/pictures/{NAME}-0x1.png",
        f"/pictures/{NAME}-9999x1.png",
        "/pictures/../x",
    ],
)
async def test_pictures_that_are_none_are_404(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


async def test_a_picture_is_served_as_it_was_drawn(client: Client) -> None:
    heard = await client.get(pictures.path(NAME, 40, 30))
    assert (heard.status, heard.headers["content-type"]) == (200, "image/png")
    assert heard.body == pictures.draw(NAME, 40, 30)
    image = Image.open(BytesIO(heard.body))
    assert (image.size, len(image.getcolors() or [])) == ((40, 30), 2)


def test_words_and_files_make_the_picture() -> None:
    made = [pictures.identity(parts) for parts in ([b"a", b"b"], [b"ab"], [b"a", b""], [b"a"])]
    assert len(set(made)) == 4
    assert pictures.identity([b"a", b"b"]) == made[0]
