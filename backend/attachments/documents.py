"""PDF documents: their text, page by page."""

from io import BytesIO

from pypdf import PdfReader

from backend.attachments.findings import Found, NotAccepted, Refused
from backend.attachments.texts import MOST_TEXT, found, too_much_text
from shared.attachments import AttachmentKind

MOST_PAGES = 200
MEDIA_TYPE = "application/pdf"


def is_document(data: bytes) -> bool:
    """Whether a file begins as PDF files do (ISO 32000-2 §7.5.2)."""
    return data[:1024].lstrip().startswith(b"%PDF-")


def read_document(data: bytes) -> Found:
    """The text of a PDF document. Raises `NotAccepted` for one that is locked, broken, too long or without text."""
    try:
        texts = _pages(data)
    except (NotAccepted, MemoryError):
        raise
    except Exception:  # a document that breaks the rules makes pypdf raise whatever it stumbles over
        raise NotAccepted(Refused.UNREADABLE, "This PDF is broken and cannot be read.") from None
    text = "\n\n".join(texts).replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not text.strip():
        raise NotAccepted(
            Refused.UNREADABLE, "This PDF has no text in it, only pictures. Send its pages as images instead."
        )
    return found(AttachmentKind.PDF, MEDIA_TYPE, text, pages=len(texts))


def _pages(data: bytes) -> list[str]:
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise NotAccepted(Refused.UNREADABLE, "This PDF is locked with a password. Send it without one.")
    if len(reader.pages) > MOST_PAGES:
        raise NotAccepted(Refused.TOO_LARGE, f"This PDF has more than {MOST_PAGES} pages. Send those that matter.")
    texts: list[str] = []
    size = 0
    for page in reader.pages:
        texts.append(page.extract_text().strip())
        size += len(texts[-1])
        if size > MOST_TEXT:
            raise too_much_text()
    return texts
