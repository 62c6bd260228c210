"""Files over HTTP: sending, reading back, deleting, and what is kept how long."""

import asyncio
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import psycopg
import pytest

from backend.attachments import jobs, repository
from backend.load import MAX_BODY_BYTES
from backend.metering.rates import UPLOADS_PER_MINUTE
from shared.attachments import AttachmentKind
from shared.paths import ATTACHMENTS
from tests.fixtures import files
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.attachments import attach, post_file


def counted(api: Api, table: str) -> int:
    with psycopg.connect(str(api.services.settings.database_url)) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "name", "media_type", "status", "code", "words"),
        [
            (b"", "a.txt", "text/plain", 400, "invalid_request", "empty"),
            (b"\x7fELF\0", "a.txt", "text/plain", 415, "unsupported_media_type", "cannot be sent"),
            (b"PK\x03\x04\0\0", "a.pdf", "application/pdf", 415, "unsupported_media_type", "cannot be sent"),
            (b"GIF89a no", "a.gif", "image/gif", 400, "invalid_request", "GIF image, but it is broken"),
            (files.locked_document("x"), "a.pdf", "application/pdf", 400, "invalid_request", "password"),
            (files.huge_picture(20_000), "a.png", "image/png", 413, "too_large", "20 megapixels"),
            (b"word " * 400_001, "a.md", "text/markdown", 413, "too_large", "2 MB"),
        ],
    )
    async def test_are_one_clear_sentence_and_keep_nothing(
        self, api: Api, user: Person, data: bytes, name: str, media_type: str, status: int, code: str, words: str
    ) -> None:
        response = await post_file(user.http, data, name, media_type)
        assert (response.status_code, response.json()["error"]["code"]) == (status, code)
        assert words in response.json()["error"]["message"]
        assert counted(api, "attachments") == 0

    async def test_more_than_ten_megabytes(self, api: Api, user: Person) -> None:
        response = await post_file(user.http, b"x" * MAX_BODY_BYTES)
        assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")

        async def in_pieces() -> AsyncIterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
            for _ in range(11):
                yield b"x" * 1_000_000

        headers = {"content-type": "multipart/form-data; boundary=x"}
        response = await user.http.post(ATTACHMENTS, content=in_pieces(), headers=headers)
        assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")

    @pytest.mark.parametrize(
        ("content", "media_type"),
        [
            (b"{}", "application/json"),
            (b"", "multipart/form-data; boundary=x"),
            (b"--x--", "multipart/form-data; boundary=x"),
            (b"nonsense", "multipart/form-data; boundary=x"),
            (b"nonsense", "multipart/form-data"),
            (
                b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n--x--',
                "multipart/form-data; boundary=x",
            ),
            (
                b'--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\nx\r\n--x--',
                "multipart/form-data; boundary=x",
            ),
            (
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n' * 2 + b"--x--",
                "multipart/form-data; boundary=x",
            ),
            (
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n' * 20 + b"--x--",
                "multipart/form-data; boundary=x",
            ),
            (
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ncut',
                "multipart/form-data; boundary=x",
            ),
            (b"x" * 100, "multipart/form-data; boundary=" + "y" * 5000),
        ],
    )
    async def test_a_body_without_exactly_one_file(self, user: Person, content: bytes, media_type: str) -> None:
        response = await user.http.post(ATTACHMENTS, content=content, headers={"content-type": media_type})
        assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request"), response.text

    async def test_too_many_in_a_minute(self, user: Person) -> None:
        statuses = [(await post_file(user.http, b"words")).status_code for _ in range(UPLOADS_PER_MINUTE + 1)]
        assert statuses == [201] * UPLOADS_PER_MINUTE + [429]

    async def test_a_browsers_cookie_alone(self, api: Api, user: Person) -> None:
        """Another page could make a browser send a form."""
        async with httpx.AsyncClient(
            base_url=api.url, cookies={"sid": user.token}, headers={"origin": api.url}
        ) as http:
            assert (await post_file(http, b"words")).status_code == 415


class TestKept:
    @pytest.mark.parametrize(
        ("data", "name", "kind", "media_type", "disposition"),
        [
            (b"some words", "nötes.md", AttachmentKind.TEXT, "text/plain; charset=utf-8", "attachment"),
            (b"<script>alert(1)</script>", "a.html", AttachmentKind.TEXT, "text/plain; charset=utf-8", "attachment"),
            (b"a,b\n1,2\n", "a.txt", AttachmentKind.CSV, "text/csv; charset=utf-8", "attachment"),
            (files.document("words"), "a.png", AttachmentKind.PDF, "application/pdf", "attachment"),
        ],
    )
    async def test_what_was_sent_comes_back_as_what_it_is(
        self, user: Person, data: bytes, name: str, kind: str, media_type: str, disposition: str
    ) -> None:
        sent = await attach(user, data, name)
        assert (sent.kind, sent.name, sent.size) == (kind, name, len(data))
        assert sent.tokens > 0
        back = await user.http.get(f"{ATTACHMENTS}/{sent.id}")
        assert back.content == data
        assert back.headers["content-type"] == media_type
        assert back.headers["content-disposition"].startswith(f"{disposition}; filename*=UTF-8''")
        assert back.headers["x-content-type-options"] == "nosniff"
        assert back.headers["cache-control"] == "private, no-store"

    async def test_a_picture_is_shown(self, user: Person) -> None:
        sent = await attach(user, files.picture("GIF", (40, 30), "P"), 'x"; filename=evil.exe.gif')
        assert (sent.kind, sent.width, sent.height, sent.pages) == (AttachmentKind.IMAGE, 40, 30, None)
        back = await user.http.get(f"{ATTACHMENTS}/{sent.id}")
        assert back.headers["content-type"] == "image/png"
        assert back.headers["content-disposition"].startswith("inline; filename*=UTF-8''x%22%3B%20")
        assert len(back.content) == sent.size

    async def test_the_same_file_again_is_the_same(self, api: Api, user: Person, join: Join) -> None:
        first = await attach(user, b"words", "a.txt")
        assert await attach(user, b"words", "a.txt") == first
        assert (await attach(user, b"words", "b.txt")).id != first.id
        assert (await attach(user, b"other words", "a.txt")).id != first.id
        assert (await attach(await join(), b"words", "a.txt")).id != first.id
        assert counted(api, "attachments") == counted(api, "attachment_contents") == 4

    async def test_the_same_file_at_once_is_the_same(self, api: Api, user: Person) -> None:
        both = await asyncio.gather(*(attach(user, b"words", "a.txt") for _ in range(4)))
        assert len({one.id for one in both}) == 1
        assert counted(api, "attachments") == 1

    async def test_so_much_and_no_more_waits_to_be_sent(
        self, user: Person, join: Join, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("backend.attachments.service.MOST_UNUSED", 2)
        sent = [await attach(user, b"words", f"{n}.txt") for n in range(2)]
        refused = await post_file(user.http, b"words", "3.txt")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
        await attach(await join(), b"words", "3.txt")
        assert (await user.http.delete(f"{ATTACHMENTS}/{sent[0].id}")).status_code == 204
        await attach(user, b"words", "3.txt")

    async def test_nor_more_bytes(self, user: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("backend.attachments.service.MOST_UNUSED_BYTES", 12)
        await attach(user, b"words", "1.txt")
        assert (await post_file(user.http, b"more words", "2.txt")).status_code == 409

    async def test_what_is_not_sent_is_forgotten_after_a_day(self, api: Api, user: Person) -> None:
        old, new = await attach(user, b"old words"), await attach(user, b"new words")
        with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
            connection.execute(
                "UPDATE attachments SET expires_at = expires_at - make_interval(hours => %s) WHERE id = %s",
                (repository.UNUSED_HOURS, old.id),
            )
        await jobs.purge(api.services)
        assert (await user.http.get(f"{ATTACHMENTS}/{old.id}")).status_code == 404
        assert (await user.http.get(f"{ATTACHMENTS}/{new.id}")).status_code == 200
        assert counted(api, "attachment_contents") == 1


class TestOwners:
    async def test_to_everybody_else_a_file_does_not_exist(
        self, user: Person, join: Join, admin: Person, support: Person
    ) -> None:
        sent = await attach(user, b"words")
        for other in (await join(), admin, support):
            for method in ("GET", "DELETE"):
                theirs = await other.http.request(method, f"{ATTACHMENTS}/{sent.id}")
                nothing = await other.http.request(method, f"{ATTACHMENTS}/{uuid4()}")
                assert theirs.status_code == nothing.status_code == 404
                assert theirs.json()["error"]["message"] == nothing.json()["error"]["message"]
        assert (await user.http.get(f"{ATTACHMENTS}/{sent.id}")).status_code == 200

    async def test_it_goes_with_its_owner(self, api: Api, user: Person) -> None:
        await attach(user, b"words")
        with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
            connection.execute("DELETE FROM memberships WHERE user_id = %s", (user.id,))
            connection.execute("DELETE FROM users WHERE id = %s", (user.id,))
        assert counted(api, "attachments") == counted(api, "attachment_contents") == 0

    async def test_nothing_of_it_is_logged(self, user: Person, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        await attach(user, b"canary-of-the-file", "canary-of-a-name.txt")
        await post_file(user.http, b"%PDF-1.7 canary-of-the-file", "canary-of-a-name.pdf")
        await post_file(user.http, b"\0canary-of-the-file", "canary-of-a-name.bin")
        written = b"".join(capfdbinary.readouterr())
        assert not re.search(rb"canary", written)
