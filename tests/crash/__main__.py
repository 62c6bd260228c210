"""The crash test at full length: `python -m tests.crash`."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench.report import say
from tests.crash.storm import Plan, storm
from tests.fixtures.simulator import simulating
from tests.fixtures.site import site

SEED = 20261121


def main() -> None:
    """Prints the figures; the status is 1 when anything was lost, doubled or out of balance."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--visitors", type=int, default=12)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    plan = Plan(seed=options.seed, kills=options.kills, restarts=options.restarts, visitors=options.visitors)
    folder = Path(tempfile.mkdtemp(prefix="fairlead-crash-"))
    folder.chmod(0o711)  # run as root, the server's account must get through
    say(f"seed {plan.seed}")
    with simulating() as simulator_url, site(folder, simulator_url) as place:
        outcome = asyncio.run(storm(place, plan))
    say(outcome.text())
    if outcome.offences:
        say(f"data and logs are in {folder}")
        sys.exit(1)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
