"""Structured JSON logs on standard output: event, time, level and facts; never a prompt, a secret or a raw cost."""

import json
import logging
import re
import sys
import traceback
from typing import BinaryIO, cast

import msgspec
import structlog
from structlog.typing import EventDict, ExcInfo

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_encode = msgspec.json.Encoder(enc_hook=str).encode
_VALUES = re.compile(r"^\s*(DETAIL|CONTEXT|LINE \d+|unnamed portal parameter).*\n?", re.MULTILINE)
"""Lines of PostgreSQL's errors that repeat what the statement was given, which may be somebody's prompt."""


def _told(exc_info: ExcInfo) -> str:
    return _VALUES.sub("", "".join(traceback.format_exception(*exc_info))).rstrip()


_exceptions = structlog.processors.ExceptionRenderer(_told)


class _StandardOutput:
    """What standard output is when a line is written: loggers are made once and outlive whoever borrows it."""

    def write(self, line: bytes) -> int:
        return sys.stdout.buffer.write(line)

    def flush(self) -> None:
        sys.stdout.buffer.flush()


def configure_logging(level: str) -> None:
    """Sets structlog and the standard library's logging up for one process."""
    number = _LEVELS[level]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exceptions,
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(cast("BinaryIO", _StandardOutput())),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stdout, format="%(message)s", force=True)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.add_log_level,
                    structlog.processors.TimeStamper(fmt="iso", utc=True),
                    _exceptions,
                    _render_text,
                ]
            )
        )


def _render(_: object, __: str, event: EventDict) -> bytes:
    try:
        return _encode(event)
    except (TypeError, ValueError, OverflowError):  # a lone surrogate, a huge number: never a reason to fail
        return json.dumps(event, default=str).encode()


def _render_text(logger: object, method: str, event: EventDict) -> str:
    return _render(logger, method, event).decode()
