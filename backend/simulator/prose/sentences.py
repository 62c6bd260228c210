"""Sentences that fit nearly any topic; `{topic}` is replaced."""

NOTICE = "*This is a simulated answer: no language model was asked.*"

BODY = (
    "A useful way into {topic} is to separate what is fixed from what can still be chosen.",
    "Most of the difficulty lies not in the single step but in the order of the steps.",
    "Two people can look at {topic} and disagree simply because they measure different things.",
    "It helps to begin with the smallest case that still shows the effect.",
    "The costs are easy to name and hard to compare, so write them down in the same unit.",
    "Whatever looks like an exception deserves a second look, because it often shows the real rule.",
    "In practice the first version teaches more about {topic} than any plan made before it.",
    "Good results tend to come from short feedback and patient attention to detail.",
    "Some of the usual advice is older than the circumstances it is applied to.",
    "What remains is a trade-off: more certainty now, or more freedom later.",
    "None of this is particular to {topic}; it is how most decisions under uncertainty go.",
    "The numbers matter less than the direction in which they move from week to week.",
    "If only one thing can be done, choose the one that is hardest to undo and do it carefully.",
    "Seen from further away, {topic} is part of a larger question about purpose and means.",
    "A reader in a hurry should keep the main point and forget the rest.",
    "Evidence for the opposite view exists — it is worth reading before settling the matter.",
    "The naïve approach works up to a certain size and then fails all at once.",
    "Asking who benefits from {topic} often explains more than asking how it works.",
    "A checklist does not replace judgement, but it leaves judgement free for the unusual part.",
    "Keep notes: what was tried, what was expected, what happened instead.",
    "Where the terms are vague, an example settles more than a definition does.",
    "The history of {topic} is a series of simplifications that were each called impossible.",
    "Being roughly right early is usually better than being exactly right late.",
    "Finally, leave room for the case that nobody has thought of yet.",
)

POINTS = (
    "**Scope**: say what is left out, and why",
    "**Time**: what has to happen first, and what can wait",
    "**Cost**: money, attention, and the price of being wrong",
    "**Risk**: the most likely failure, and the most expensive one",
    "**Evidence**: how you would notice that it works",
    "**People**: who decides, who does it, who has to live with it",
    "**Limits**: the point from which on the idea stops helping",
    "**Alternatives**: including doing nothing",
)

STEPS = (
    "Write the question down in one sentence.",
    "Collect the three facts that would change the answer.",
    "Try the smallest version that can fail.",
    "Compare the outcome with what you expected.",
    "Decide, and note what would make you decide differently.",
)

HEADINGS = (
    "In short",
    "What matters",
    "Looking closer",
    "What usually goes wrong",
    "An example",
    "How to proceed",
    "Open questions",
    "Background",
)
