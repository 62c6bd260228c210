"""What the operator is told instead of a traceback."""


class OperatorError(RuntimeError):
    """Something only the operator can put right; the text is one sentence for them."""


def sentence(error: BaseException) -> str:
    """One line that ends with a full stop, for an error of a library or the operating system."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return f"{' '.join(str(error).split()).rstrip('.')}."
