"""Why no model can answer."""

from backend.errors import AppError
from shared.errors import ErrorCode


class PlanForbidsModel(AppError):
    """The plan does not have the model that was asked for."""

    code, status = ErrorCode.PLAN_FORBIDS_MODEL, 403


class PlanForbidsFamily(AppError):
    """The plan does not have the assistant family that was asked for."""

    code, status = ErrorCode.PLAN_FORBIDS_FAMILY, 403


class PlanForbidsTask(AppError):
    """The prompt surely asks for a task that the plan does not take."""

    code, status = ErrorCode.PLAN_FORBIDS_TASK, 403


class AssistantRefusesTask(AppError):
    """The prompt surely asks for a task that the assistant does not take."""

    code, status = ErrorCode.ASSISTANT_REFUSES_TASK, 403


class ModelDisabled(AppError):
    """The model that was asked for cannot be used now."""

    code, status = ErrorCode.MODEL_DISABLED, 409


class ModelIncapable(AppError):
    """No model that was asked for, or may answer, can do what the request needs."""

    code, status = ErrorCode.MODEL_INCAPABLE, 400


class ContextTooLong(AppError):
    """The prompt is longer than any model that may answer reads."""

    code, status = ErrorCode.CONTEXT_TOO_LONG, 400


class NoRoute(AppError):
    """No model may and can answer at present."""

    code, status, retryable = ErrorCode.NO_ROUTE, 503, True
