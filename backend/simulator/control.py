"""The control endpoint: `/control` and `/control/requests`."""

from urllib.parse import parse_qs

import msgspec

from backend.simulator.http import Request, whole
from backend.simulator.rules import Rule, Rules
from backend.simulator.traffic import Figures, Record, Traffic

PATH, REQUESTS_PATH = "/control", "/control/requests"
_DEFAULT_LAST = 50
_decode = msgspec.json.Decoder(Rule).decode


class RuleState(msgspec.Struct, frozen=True):
    """A rule and how often it was used."""

    rule: Rule
    used: int


class ControlState(msgspec.Struct, frozen=True):
    """What `GET /control` says."""

    rules: list[RuleState]
    traffic: Figures


class RecordList(msgspec.Struct, frozen=True):
    """What `GET /control/requests` says, newest first."""

    items: list[Record]


class Problem(msgspec.Struct, frozen=True):
    """Why a control call was refused."""

    error: str


class Control:
    """Answers the calls that steer the simulator instead of asking it something."""

    def __init__(self, rules: Rules, traffic: Traffic) -> None:
        self._rules = rules
        self._traffic = traffic

    def owns(self, path: str) -> bool:
        """Whether `path` is the control endpoint's."""
        return path in {PATH, REQUESTS_PATH}

    def answer(self, request: Request) -> bytes:
        """The whole response."""
        match request.method, request.path:
            case "GET", "/control":
                return _ok(self._state())
            case "POST", "/control":
                return self._add(request.body)
            case "DELETE", "/control":
                self._rules.clear()
                self._traffic.forget()
                return _ok(self._state())
            case "GET", "/control/requests":
                return self._requests(request.query)
            case _:
                return _problem(405, f"{request.path} does not take {request.method}.")

    def _state(self) -> ControlState:
        rules = [RuleState(standing.rule, standing.used) for standing in self._rules.standing]
        return ControlState(rules, self._traffic.figures())

    def _add(self, body: bytes) -> bytes:
        try:
            self._rules.add(_decode(body))
        except ValueError as error:
            return _problem(400, str(error))
        return _ok(self._state(), status=201)

    def _requests(self, query: str) -> bytes:
        last = parse_qs(query).get("last", [str(_DEFAULT_LAST)])[0]
        if not last.isdecimal():
            return _problem(400, "`last` is a number of requests.")
        return _ok(RecordList(self._traffic.last(int(last[:9]))))


def _ok(value: msgspec.Struct, status: int = 200) -> bytes:
    return whole(status, msgspec.json.encode(value))


def _problem(status: int, message: str) -> bytes:
    return whole(status, msgspec.json.encode(Problem(message)))
