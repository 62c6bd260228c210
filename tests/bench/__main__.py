"""What Fairlead costs: `python -m tests.bench`.

The API has a core to itself; the simulator and the load generator share another. Accounts, admission and ledger are
on. CPU is that of the API's process alone, without the database's. With `--direct` the same cases run straight
against the upstream, which tells what the harness itself can deliver.
"""

import argparse
import os
import signal
import sys
from contextlib import ExitStack

import uvloop

from backend.simulator.server import raise_file_limit
from tests.bench.cases import CASES, Failed, first_token
from tests.bench.fairlead import fairlead
from tests.bench.machine import API_CORE, OTHER_CORE, Company, Usage, pin
from tests.bench.plan import FULL, QUICK, Plan
from tests.bench.processes import Server, simulator
from tests.bench.report import say, show
from tests.bench.target import Target, openai

KEY = "sk-bench"
URGENT = -5
"""Steps of priority, inherited by everything that is started (`nice(2)`)."""

NAMES = (*CASES, "first-token")


async def measure(target: Target, direct: Target, plan: Plan, names: list[str]) -> bool:
    """Run the cases against one target and print each as it is done; says whether all could be measured."""
    failures = 0
    for name in names:
        pinned = target.usage if target is not direct else None
        company = Company(pinned, API_CORE) if pinned is not None else None
        try:
            figures = await (first_token(target, direct, plan) if name == "first-token" else CASES[name](target, plan))
        except Failed as problem:
            say(f"\n{name}: {target.name} could not be measured. {problem}")
            failures += 1
            continue
        title = f"{name}: {target.name}"
        if company is not None:
            title += f" (others used {company.share():.0%} of its core meanwhile)"
        if figures:
            show(title, figures, judged=target is not direct)
    return not failures


def main() -> None:
    """Start what is needed, measure, end it. A failure is one sentence and status 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--upstream", help="an upstream with the simulator's sim-bench models, instead of our own")
    parser.add_argument("--cases", default=",".join(NAMES), help="some of %(default)s")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, for a first look")
    parser.add_argument("--direct", action="store_true", help="only the upstream itself, without Fairlead")
    parser.add_argument("--urgent", action="store_true", help="go before others on a busy machine (needs privileges)")
    options = parser.parse_args()
    names = options.cases.split(",")
    if unknown := set(names) - set(NAMES):
        parser.error(f"unknown cases: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    if options.urgent:
        os.nice(URGENT)
    pin(os.getpid(), OTHER_CORE)
    raise_file_limit()
    try:
        with ExitStack() as stack:
            upstream = Server.at(options.upstream) if options.upstream else stack.enter_context(simulator())
            plan = QUICK if options.quick else FULL
            direct = _direct(upstream)
            say(f"upstream {upstream.url}, core {OTHER_CORE}; API on core {API_CORE}; {plan.rounds} rounds")
            target = direct if options.direct else stack.enter_context(fairlead(upstream, plan.models))
            if not uvloop.run(measure(target, direct, plan, names)):
                sys.exit(1)
    except (OSError, RuntimeError, ValueError) as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit("Stopped.")


def _direct(upstream: Server) -> Target:
    usage = Usage(upstream.pid) if upstream.pid is not None else None
    return Target("the upstream itself", upstream.host, upstream.port, openai(upstream.host, KEY), usage)


if __name__ == "__main__":
    main()
