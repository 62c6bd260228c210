"""The soak at full length: `python -m tests.soak [MINUTES]`."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench.report import say
from tests.fixtures.simulator import simulating
from tests.fixtures.site import site
from tests.soak.soak import Plan, soak

SEED = 20261121
SETTLING_SECONDS = 300.0
GROWTH = 0.05


def main() -> None:
    """Prints the figures; the status is 1 when memory grew or anything was left over."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("minutes", type=float, nargs="?", default=30.0)
    parser.add_argument("--visitors", type=int, default=8)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    seconds = 60 * options.minutes
    plan = Plan(
        seed=options.seed,
        seconds=seconds,
        settling=min(SETTLING_SECONDS, seconds / 3),
        growth=GROWTH,
        visitors=options.visitors,
    )
    folder = Path(tempfile.mkdtemp(prefix="fairlead-soak-"))
    folder.chmod(0o711)  # run as root, the server's account must get through
    say(f"seed {plan.seed}, memory is compared from {plan.settling:.0f} s on")
    with simulating() as simulator_url, site(folder, simulator_url, lease=60) as place:
        outcome = asyncio.run(soak(place, plan))
    say(outcome.text())
    if outcome.offences:
        say(f"data and logs are in {folder}")
        sys.exit(1)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
