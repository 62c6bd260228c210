"""Which assistant handles a service type, as an admin says."""

from typing import Any

import pytest

from shared.catalogue import ServiceType
from shared.paths import PROCESS
from tests.backend.desk import code, events
from tests.fixtures.api import Api, Person

SERVICE_TYPES = "/api/admin/service-types"


async def let(admin: Person, kind: str, family: str) -> Any:
    return await admin.http.post(
        SERVICE_TYPES, json={"service_type": kind, "assistant": family, "reason": "our own writers"}
    )


@pytest.mark.parametrize(("kind", "family"), [("poetry", "writing"), ("blog", "nobody"), ("blog", "direct")])
async def test_what_means_nothing_is_refused(api: Api, admin: Person, kind: str, family: str) -> None:
    assert code(await let(admin, kind, family)) == (400, "invalid_request")
    assert events(api, "service_type.set") == []


async def test_a_new_installation_has_them_all(admin: Person) -> None:
    items = (await admin.http.get(SERVICE_TYPES)).json()["items"]
    assert {item["service_type"] for item in items} == set(ServiceType)
    assert {item["service_type"]: item["assistant"] for item in items}["blog"] == "writing"


async def test_a_change_counts_from_the_next_request_on_and_is_audited(api: Api, admin: Person, user: Person) -> None:
    assert (await let(admin, "blog", "data")).json() == {"service_type": "blog", "assistant": "data"}
    answer = await user.http.post(PROCESS, json={"prompt": "Announce our new rope.", "serviceType": "blog"})
    assert "You chose the Data assistant." in answer.json()["metadata"]["routing"]["reasons"]
    [event] = events(api, "service_type.set")
    assert (event["before"], event["after"]) == ({"assistant": "writing"}, {"assistant": "data"})
    assert event["reason"] == "our own writers"


async def test_the_same_again_changes_nothing(api: Api, admin: Person) -> None:
    assert (await let(admin, "blog", "writing")).status_code == 200
    assert events(api, "service_type.set") == []


async def test_one_that_is_not_in_the_plan_is_refused_in_the_envelope(admin: Person, user: Person) -> None:
    await let(admin, "blog", "reasoning")
    answer = await user.http.post(PROCESS, json={"prompt": "Announce our new rope.", "serviceType": "blog"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "plan_forbids_family")
