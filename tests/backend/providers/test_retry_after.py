from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.retry_after import LONGEST, retry_after

NOW = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.2"}, 1),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "1e30"}, LONGEST),
        ({"retry-after": "20", "retry-after-ms": "1500"}, 2),
        ({"retry-after": "20", "retry-after-ms": "?"}, 20),
        ({"retry-after": "Wed, 04 Mar 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Wed, 04 Mar 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "Wed, 04 Mar 2026 12:00:30 -0000"}, 30),
        ({"retry-after": "Wed, 04 Mar 2026 12:00:30 GMT", "date": "Wed, 04 Mar 2026 12:00:25 GMT"}, 5),
        ({"retry-after": "Wed, 04 Mar 2026 12:00:30 GMT", "date": "today"}, 30),
        ({"retry-after": "Wed, 99 Mar 2026 12:00:30 GMT"}, None),
    ],
)
def test_the_wait_is_in_whole_seconds_rounded_up(headers, seconds):
    assert retry_after(headers, NOW) == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text(max_size=40)))
def test_no_header_can_break_it(headers):
    wait = retry_after(headers)
    assert wait is None or 0 <= wait <= LONGEST
