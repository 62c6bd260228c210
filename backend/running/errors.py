"""What the operator is told instead of a traceback."""


class OperatorError(RuntimeError):
    """Something only the operator can put right; the text is one sentence for them."""
