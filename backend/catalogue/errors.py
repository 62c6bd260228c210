"""Refusals about models."""

from backend.errors import Conflict
from shared.errors import ErrorCode


class ModelUnpriced(Conflict):
    """A model without the prices it needs cannot be active."""

    code = ErrorCode.MODEL_UNPRICED
