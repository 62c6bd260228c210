"""What is learned from a local Ollama, and from one that does not behave."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from backend.catalogue.ollama import installed_models
from shared.catalogue import Capability, LatencyTier

TAGS = {
    "models": [
        {"name": "qwen3:8b", "size": 1, "details": {"family": "qwen3", "parameter_size": "8.2B"}},
        {"name": "nomic-embed-text:latest", "details": {"family": "nomic-bert", "parameter_size": "137M"}},
        {"name": "llava:34b", "details": {"family": "llama", "parameter_size": "34B"}},
        {"name": "odd"},
    ]
}
SHOWN = {
    "qwen3:8b": {
        "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960},
        "capabilities": ["completion", "tools", "thinking"],
    },
    "nomic-embed-text:latest": {"model_info": {}, "capabilities": ["embedding"]},
    "llava:34b": {
        "model_info": {"general.architecture": "llama", "llama.context_length": 4096},
        "capabilities": ["completion", "vision"],
    },
    "odd": {},
}
Answers = Callable[[str, dict[str, object]], tuple[int, bytes]]
Serve = Callable[[Answers], str]


def ollama(path: str, body: dict[str, object]) -> tuple[int, bytes]:
    return 200, json.dumps(TAGS if path == "/api/tags" else SHOWN[str(body["model"])]).encode()


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers = []

    def start(answers: Answers) -> str:
        class Handler(BaseHTTPRequestHandler):
            def answer(self, body: dict[str, object]) -> None:
                status, content = answers(self.path, body)
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self) -> None:
                self.answer({})

            def do_POST(self) -> None:
                self.answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    "answers",
    [
        lambda path, body: (500, b"no"),
        lambda path, body: (200, b"<html>"),
        lambda path, body: (200, b'{"models": "none"}'),
        lambda path, body: ollama(path, body) if path == "/api/tags" else (404, b"{}"),
    ],
)
async def test_one_that_answers_nonsense_has_no_models(serve: Serve, answers: Answers) -> None:
    assert await installed_models(serve(answers)) == []


async def test_one_that_is_away_has_no_models(serve: Serve) -> None:
    assert await installed_models("http://127.0.0.1:9") == []


async def test_chat_models_are_known_with_their_window_and_abilities(serve: Serve) -> None:
    found = {model.called: model for model in await installed_models(serve(ollama))}
    assert set(found) == {"qwen3:8b", "llava:34b", "odd"}
    qwen = found["qwen3:8b"]
    assert (qwen.name, qwen.context_window, qwen.family) == ("ollama/qwen3:8b", 40960, "qwen3")
    assert qwen.capabilities == [Capability.TOOLS, Capability.REASONING]
    assert found["llava:34b"].supports_images
    assert found["llava:34b"].latency_tier is LatencyTier.SLOW
    assert found["odd"].context_window == 4096
