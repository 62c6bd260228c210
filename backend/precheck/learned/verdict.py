"""What the scores of the model mean."""

from shared.precheck import Category, Complexity

TASKS = tuple(Category)
EFFORTS = {
    Complexity.SIMPLE: 0.12,
    Complexity.STANDARD: 0.4,
    Complexity.COMPLEX: 0.75,
    Complexity.REASONING: 0.75,
}
"""What each label counts for as effort, from 0 to 1."""

NEEDS = {"vision": "image_input", "tools": "tools", "json": "json"}
"""Abilities a model must have, by the trait of labelled prompts that asks for them."""

COLUMNS = len(TASKS) + 2 + len(NEEDS)
"""Scores of the model: one for each task, the effort, whether a prompt takes up what came before, one for each need."""

EFFORT, FOLLOWS = len(TASKS), len(TASKS) + 1
