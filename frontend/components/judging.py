"""What a prompt may be judged to be, in words. Pure."""

from shared.precheck import Category, Complexity

TASKS = tuple(Category)
COMPLEXITIES = tuple(Complexity)
_NAMES = {Category.OTHER: "Other"}


def task_name(task: Category) -> str:
    """`Data analysis`."""
    return _NAMES.get(task) or task.replace("_", " ").capitalize()


def complexity_name(complexity: Complexity) -> str:
    """`Standard`."""
    return complexity.capitalize()
