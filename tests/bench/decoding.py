"""What a chunk of each dialect costs to decode, without a network: what an upstream said, fed again and again."""

import time

import httpx

from backend.providers.calls import ChatCall
from backend.providers.registry import DIALECTS
from backend.providers.vendors import vendor
from tests.bench.report import say
from tests.contract.adapters import PATHS, Way

CHUNKS_PER_READ = (1, 3, 100)
MOST = 1.5
"""How many times as much as one of OpenAI's a chunk of another dialect may cost."""

ROUNDS = 40


def frames(upstream: str, dialect: str, asked: ChatCall) -> list[bytes]:
    """The events of one streamed answer."""
    target = Way("simulator", dialect).target(upstream)
    known = vendor(target.provider, dialect, target.base_url)
    request = DIALECTS[dialect].encode_request(asked, stream=True, vendor=known)
    headers = {"content-type": "application/json", **dict([*request.headers, known.credential(target.api_key or "")])}
    answer = httpx.post(target.base_url + request.path, content=request.body, headers=headers, timeout=60)
    said = answer.raise_for_status().content
    end = b"\r\n\r\n" if b"\r\n\r\n" in said else b"\n\n"
    return [event + end for event in said.split(end) if event]


def cost(dialect: str, events: list[bytes], per_read: int) -> float:
    """CPU seconds per chunk, in the best of several rounds."""
    reads = [b"".join(events[begin : begin + per_read]) for begin in range(0, len(events), per_read)]
    best = float("inf")
    for _ in range(ROUNDS):
        decoder, began = DIALECTS[dialect].open_decoder(), time.process_time()
        for read in reads:
            decoder.feed(read)
        best = min(best, time.process_time() - began)
        assert decoder.finish_reason is not None
        assert decoder.malformed == 0
    return best / len(events)


def compare(upstream: str, asked: ChatCall) -> bool:
    """Says what each dialect costs beside OpenAI's; False when one costs more than `MOST` times as much."""
    said = {dialect: frames(upstream, dialect, asked) for dialect in PATHS}
    fair = True
    for per_read in CHUNKS_PER_READ:
        costs = {dialect: cost(dialect, events, per_read) for dialect, events in said.items()}
        for dialect, each in costs.items():
            ratio = each / costs["openai"]
            fair &= ratio <= MOST
            say(f"{dialect}: {each * 1e6:.2f} us CPU to decode a chunk, {per_read} per read, {ratio:.2f} of OpenAI's")
    return fair
