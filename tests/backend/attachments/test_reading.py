"""Files are read by processes of their own, which cannot do harm."""

import asyncio
import contextlib
from uuid import UUID, uuid4

import psutil
import pytest

from backend.attachments.errors import FileTooLarge, UnreadableFile, UnsupportedFile
from backend.attachments.reading import AT_ONCE, MOST_WAITING, FileReading
from backend.errors import Unavailable
from shared.attachments import AttachmentKind
from tests.fixtures import files

SOMEBODY = uuid4()


def readers() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end while it is looked at
            if "backend.attachments.reader" in child.cmdline():
                found.append(child)
    return found


async def begun() -> psutil.Process:
    """A reader at work."""
    for _ in range(2000):
        if found := readers():
            return found[0]
        await asyncio.sleep(0.005)
    raise AssertionError("no process reads")


async def test_what_was_found_comes_back() -> None:
    found = await FileReading().read(SOMEBODY, files.document("A page"))
    assert (found.kind, found.text, found.pages) == (AttachmentKind.PDF, "A page", 1)
    assert readers() == []


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\x7fELF\0\0", UnsupportedFile),
        (b"", UnreadableFile),
        (files.huge_picture(30_000), FileTooLarge),
        (files.inflating_document(300_000_000), UnreadableFile),
    ],
)
async def test_a_refusal_is_raised(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        await FileReading().read(SOMEBODY, data)


async def test_a_file_that_takes_too_long_is_given_up_with_its_process() -> None:
    with pytest.raises(UnreadableFile, match="takes too long"):
        await FileReading(patience=0.01).read(SOMEBODY, files.document(*["word " * 300] * 200))
    assert readers() == []


async def test_whoever_goes_away_leaves_no_process_behind() -> None:
    reading = FileReading()
    task = asyncio.create_task(reading.read(SOMEBODY, files.document(*["word " * 300] * 200)))
    await begun()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert readers() == []
    assert (await reading.read(SOMEBODY, b"words")).text == "words"


async def test_a_process_that_breaks_down_is_the_files_fault() -> None:
    reading = FileReading()
    task = asyncio.create_task(reading.read(SOMEBODY, files.document(*["word " * 300] * 200)))
    (await begun()).kill()
    with pytest.raises(UnreadableFile):
        await task


async def test_only_a_few_work_at_once_and_of_one_person_one() -> None:
    reading = FileReading()
    data = files.document(*["word " * 300] * 100)
    order: list[str] = []
    most = 0

    async def read(whose: str, user_id: UUID) -> None:
        await reading.read(user_id, data)
        order.append(whose)

    tasks = [asyncio.create_task(read("mine", SOMEBODY)) for _ in range(3)]
    tasks += [asyncio.create_task(read("other", uuid4())) for _ in range(3)]
    while not all(task.done() for task in tasks):
        most = max(most, len(readers()))
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)
    assert 1 <= most <= AT_ONCE
    assert order.count("mine") == 3
    assert order[:3].count("mine") < 3, "one person's files went before everybody else's"


async def test_too_many_are_told_to_come_back() -> None:
    reading = FileReading()
    tasks = [asyncio.create_task(reading.read(SOMEBODY, b"words")) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await reading.read(uuid4(), b"words")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert readers() == []


async def test_the_process_knows_no_secret() -> None:
    task = asyncio.create_task(FileReading().read(SOMEBODY, files.document(*["word " * 300] * 200)))
    assert set((await begun()).environ()) <= {"LC_CTYPE"}
    await task
