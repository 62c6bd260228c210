"""One text tried: the precheck alone, timed, in a thread of its own so that a long text keeps nobody waiting."""

import asyncio
from time import perf_counter_ns

from msgspec import Struct

from backend.precheck.check import check
from backend.precheck.finding import Finding
from backend.precheck.risk.policy import RiskPolicy, judge
from shared.precheck import Risk


class Trial(Struct, frozen=True, kw_only=True):
    """What was found, and how long it took."""

    text: str
    finding: Finding
    microseconds: int

    def judged(self, policy: RiskPolicy, *, family: str | None, plan: str | None) -> Risk:
        """What a policy does with it for somebody with `plan`; `family` None stands for the recommended one."""
        return judge(
            self.finding.suspicions,
            policy,
            family=family or self.finding.recommended_family,
            plan=plan,
            language=self.finding.language,
        )


async def look(text: str) -> Trial:
    """Tries a text that nothing came before."""
    return await asyncio.to_thread(_look, text)


def _look(text: str) -> Trial:
    begin = perf_counter_ns()
    finding = check(text)
    return Trial(text=text, finding=finding, microseconds=(perf_counter_ns() - begin) // 1000)
