"""How strong a model a prompt deserves, from the effort it asks for."""

from shared.precheck import Category, Complexity

_THINKS = {Category.MATH, Category.REASONING}


def level(effort: float, steps: tuple[float, float], category: Category) -> Complexity:
    """`steps` are the efforts from which a prompt is standard and complex. `reasoning` is a complex prompt whose work
    is thinking: mathematics, logic, proof.
    """
    standard, hard = steps
    if effort < standard:
        return Complexity.SIMPLE
    if effort < hard:
        return Complexity.STANDARD
    return Complexity.REASONING if category in _THINKS else Complexity.COMPLEX
