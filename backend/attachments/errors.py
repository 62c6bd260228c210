"""Why a file is not accepted."""

from backend.errors import AppError
from shared.errors import ErrorCode


class UnsupportedFile(AppError):
    """A kind of file that models cannot be shown."""

    code, status = ErrorCode.UNSUPPORTED_MEDIA_TYPE, 415


class UnreadableFile(AppError):
    """A file of a kind that is taken, but broken, empty or locked."""

    code, status = ErrorCode.INVALID_REQUEST, 400


class FileTooLarge(AppError):
    """A file with more in it than is read."""

    code, status = ErrorCode.TOO_LARGE, 413


class TooManyFiles(AppError):
    """Too many files wait to be sent."""

    code, status = ErrorCode.CONFLICT, 409


class FileInUse(AppError):
    """The file belongs to a message."""

    code, status = ErrorCode.CONFLICT, 409
