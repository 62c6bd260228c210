"""The vocabulary of faults. `<name>` or `<name>-<value>`, in model names and at the control endpoint alike."""

from enum import StrEnum

import msgspec

MOST = 600_000


class UnknownFault(ValueError):
    """No fault has that name, or its value is not a number that makes sense."""


class FaultName(StrEnum):
    """Every fault; the remark says what the value means and its default."""

    STATUS_400 = "400"
    STATUS_401 = "401"
    STATUS_403 = "403"
    STATUS_404 = "404"
    STATUS_408 = "408"
    STATUS_409 = "409"
    STATUS_413 = "413"
    STATUS_429 = "429"  # Retry-After in seconds (1)
    STATUS_429_DATE = "429-date"  # the same as an HTTP date
    STATUS_429_BARE = "429-bare"  # no Retry-After
    STATUS_500 = "500"
    STATUS_502 = "502"  # as an HTML page of a proxy
    STATUS_503 = "503"  # Retry-After in seconds (none)
    STATUS_504 = "504"  # as an HTML page of a proxy
    STATUS_529 = "529"
    CONTEXT_LENGTH = "context-length"  # window in tokens (8192)
    CONTENT_FILTER = "content-filter"
    QUOTA = "quota"  # used up, not only too fast

    EMPTY = "empty"  # no text at all
    HUGE = "huge"  # KB of text in one frame (1024)
    NO_FINISH = "no-finish"  # no finish reason
    NO_USAGE = "no-usage"
    USAGE_WITH_CHOICES = "usage-with-choices"  # usage on the chunk that finishes
    CONTENT_FILTER_FINISH = "content-filter-finish"  # the filter ends the answer after n chunks (5)
    SLOW = "slow"  # ms between chunks (500)
    BURST = "burst"  # chunks in one write (8)

    MALFORMED = "malformed"  # a broken frame after n chunks (3)
    NO_DONE = "no-done"  # the stream ends without its terminator
    NEVER_ENDS = "never-ends"  # all but the terminator, and the connection stays open
    DUPLICATE_FINISH = "duplicate-finish"
    COMMENTS = "comments"  # SSE comments before the first and after every frame; blank lines before a body
    CRLF = "crlf"  # lines end in CR LF
    NO_SPACE = "no-space"  # `data:` without the optional space
    IN_BAND_ERROR = "in-band-error"  # an error object as a frame after n chunks (3), then the end
    END_EARLY = "end-early"  # the HTTP response ends well after n chunks (5), the answer does not
    STALL = "stall"  # silence after n chunks (5)
    CUT = "cut"  # FIN after n chunks (5), within the chunked body
    CUT_RESET = "cut-reset"  # RST after n chunks (5)
    CUT_UNFRAMED = "cut-unframed"  # a body that ends with the connection, ended after n chunks (5)

    RESET = "reset"  # RST before the headers
    CLOSE = "close"  # FIN before the headers
    RESET_AFTER_HEADERS = "reset-after-headers"
    SILENT = "silent"  # accepts, says nothing
    NO_FIRST_TOKEN = "no-first-token"  # headers, then nothing
    SPLIT = "split"  # writes of at most n bytes (64), through UTF-8 characters
    UNFRAMED = "unframed"  # a complete body that ends with the connection
    HTML = "html"  # 200 with an HTML page
    CONTENT_TYPE = "content-type"  # the right body under the wrong type


class Fault(msgspec.Struct, frozen=True):
    """A fault with its value, None meaning the default."""

    name: FaultName
    value: int | None = None

    def __str__(self) -> str:
        return self.name if self.value is None else f"{self.name}-{self.value}"


def parse(text: str) -> Fault:
    """`cut-5` as a fault. Raises UnknownFault."""
    try:
        return Fault(FaultName(text))
    except ValueError:
        name, _, value = text.rpartition("-")
    try:
        fault = FaultName(name)
    except ValueError:
        raise UnknownFault(f"There is no fault {text!r}; known are {', '.join(FaultName)}.") from None
    if not value.isdecimal() or int(value[:9]) > MOST:
        raise UnknownFault(f"The value of {text!r} is not a whole number up to {MOST}.")
    return Fault(fault, int(value))
