import pytest

from backend.precheck.structure import Form, forms


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("```\nx\n```", Form.CODE),
        ("def f(x):\n    return x\n\nimport os", Form.CODE),
        ("Traceback (most recent call last):", Form.CODE),
        ("#include <stdio.h>", Form.CODE),
        ("<div>hello</div>", Form.CODE),
        ("what is 3 + 4", Form.FORMULA),
        (r"evaluate \frac{1}{2}", Form.FORMULA),
        ("let $x_1 = 2$ be", Form.FORMULA),
        ("\u222b x dx", Form.FORMULA),
        ("Which? A) red B) green", Form.OPTIONS),
        ("a,b,c\n1,2,3\n4,5,6", Form.TABLE),
        ("| a | b |\n|---|---|\n| 1 | 2 |", Form.TABLE),
        ("name\tage\nann\t3\nbob\t4", Form.TABLE),
        ("really?", Form.QUESTION),
    ],
)
def test_forms_are_recognised(text: str, form: Form) -> None:
    assert form in forms(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dear Ann, thank you for the lovely evening; see you (and Bob) soon.",
        "He looked at himself. It cost $5 on Monday and $7 on Tuesday.",
        "First line\nSecond line, with a comma\nThird line",
        "B) comes before A) here",
    ],
)
def test_prose_has_no_form(text: str) -> None:
    assert forms(text) == frozenset()
