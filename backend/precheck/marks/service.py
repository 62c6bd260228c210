"""Making marks and taking them back. A text is kept only with its writer's word, sealed, and read only for them."""

from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.abuse.admin_repository import believe
from backend.accounts.identity import Identity
from backend.database import Database
from backend.errors import Conflict, InvalidRequest, NotFound
from backend.precheck.finding import Finding
from backend.precheck.marks import repository
from backend.precheck.marks.features import features
from backend.precheck.marks.found import Found, of_check, of_finding
from backend.precheck.marks.tables import PromptMark
from backend.precheck.tables import PromptCheck
from backend.secrets import Secrets, UnreadableSecretError
from shared.marks import LONGEST_KEPT, BenchMarkRequest, Judgement, MarkRequest
from shared.precheck import Risk

PROMPT = "prompt"
"""What the keyed hash of a prompt is made for (`backend.precheck.service`)."""


async def mark_own(
    database: Database, secrets: Secrets, identity: Identity, check_id: UUID, wanted: MarkRequest
) -> PromptMark:
    """A person's mark on a check of theirs, in place of the one before.

    One that says a prompt was not risky takes back what its block counted against them, within reason.
    Raises `NotFound` for somebody else's check, `InvalidRequest` for a judgement that says nothing or another prompt,
    and `Conflict` when the text should be kept but is not here any more.
    """
    _require_judgement(wanted)
    async with database.unit_of_work() as session:
        check = await repository.own_check(session, identity.organisation_id, identity.user_id, check_id)
        if check is None:
            raise NotFound("This check does not exist or is not yours.")
        before = await repository.mark_of(session, identity.organisation_id, identity.user_id, check_id)
        text = await _text(session, secrets, check, before, wanted)
        mark = _mark(identity, wanted, of_check(check), check.prompt_hash, origin="person", check_id=check.id)
        if wanted.share_text:
            if text is None:
                raise Conflict("The text of this prompt is not here any more. Mark it without the text.")
            _keep(mark, text, secrets)
        elif text is not None:
            mark.features = msgspec.to_builtins(features(text))
        elif before is not None:
            mark.features = before.features
        if wanted.risky is False:
            await believe(session, identity.organisation_id, identity.user_id, check_id)
        return await repository.put(session, mark)


async def take_back(database: Database, identity: Identity, check_id: UUID) -> None:
    """Deletes a person's mark with whatever was kept. Raises `NotFound` when there is none."""
    async with database.unit_of_work() as session:
        if not await repository.remove_own(session, identity.organisation_id, identity.user_id, check_id):
            raise NotFound("You did not mark this check, or it is not yours.")


async def mark_in_bench(
    session: AsyncSession,
    secrets: Secrets,
    identity: Identity,
    wanted: BenchMarkRequest,
    finding: Finding,
    risk: Risk,
) -> PromptMark:
    """An admin's mark on a text, in place of their earlier one on it. It goes with the newest check of that text.

    Raises `InvalidRequest`, and `Conflict` when a text should be kept that somebody else sent.
    """
    _require_judgement(wanted)
    digest, house = secrets.digest(PROMPT, wanted.prompt), identity.organisation_id
    checks = await repository.checks_of(session, house, digest, 1)
    mark = _mark(
        identity,
        wanted,
        of_finding(finding, risk),
        digest,
        origin="bench",
        check_id=checks[0].id if checks else None,
    )
    if not wanted.share_text:
        mark.features = msgspec.to_builtins(features(wanted.prompt))
    elif await repository.somebody_else_sent(session, house, identity.user_id, digest):
        raise Conflict("Somebody else sent this text here: only they can let it be kept. Mark it without the text.")
    else:
        _keep(mark, wanted.prompt, secrets)
    return await repository.put(session, mark)


def kept_text(mark: PromptMark, secrets: Secrets) -> str | None:
    """The text that was kept, None when there is none or it was sealed under another master secret."""
    if mark.text_ciphertext is None:
        return None
    try:
        return secrets.unseal(mark.text_ciphertext, _owner(mark))
    except UnreadableSecretError:
        return None


async def _text(
    session: AsyncSession, secrets: Secrets, check: PromptCheck, before: PromptMark | None, wanted: MarkRequest
) -> str | None:
    """The prompt that was checked, from whoever has it: the caller, the conversation, or the mark before."""
    if wanted.prompt is not None:
        if secrets.digest(PROMPT, wanted.prompt) != check.prompt_hash:
            raise InvalidRequest("This is not the prompt that was checked.")
        return wanted.prompt
    kept = await repository.kept_prompt(session, check)
    if kept is not None and secrets.digest(PROMPT, kept) == check.prompt_hash:
        return kept
    return None if before is None else kept_text(before, secrets)


def _mark(
    identity: Identity, wanted: Judgement, found: Found, digest: bytes, *, origin: str, check_id: UUID | None
) -> PromptMark:
    return PromptMark(
        organisation_id=identity.organisation_id,
        user_id=identity.user_id,
        check_id=check_id,
        origin=origin,
        prompt_hash=digest,
        category=wanted.category,
        complexity=wanted.complexity,
        risky=wanted.risky,
        found=msgspec.to_builtins(found),
    )


def _keep(mark: PromptMark, text: str, secrets: Secrets) -> None:
    if len(text) > LONGEST_KEPT:
        raise InvalidRequest(f"Texts of up to {LONGEST_KEPT:,} characters are kept. Mark it without the text.")
    mark.text_ciphertext = secrets.seal(text, _owner(mark))


def _owner(mark: PromptMark) -> str:
    return f"mark:{mark.user_id}:{mark.prompt_hash.hex()}"


def _require_judgement(wanted: Judgement) -> None:
    if wanted.category is None and wanted.complexity is None and wanted.risky is None:
        raise InvalidRequest("Say what it should have been: give category, complexity or risky.")
