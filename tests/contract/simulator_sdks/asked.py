"""What every vendor's own client is asked to do, in no dialect's words."""

from typing import Any

CITY: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string", "minLength": 2}, "unit": {"type": "string", "enum": ["c", "f"]}},
    "required": ["city", "unit"],
    "additionalProperties": False,
}
"""The arguments of the tool `get_weather`."""

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 18},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
    },
    "required": ["name", "age", "tags"],
    "additionalProperties": False,
}
"""The schema of a structured answer."""

CALLING = "Please use get_weather for Riga."
RESULT = "It is 21 degrees in Riga."
SEEN = "a PNG picture of 64x48"
