"""The `llm` command-line tool against Fairlead, unchanged: llm.datasette.io/en/stable/other-models.html."""

import asyncio
import json
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.fixtures.api import Api, Person
from tests.fixtures.processes import clean_environment

MODELS = """
- model_id: fairlead
  model_name: auto
  api_base: {url}/v1
  api_key_name: fairlead
  supports_schema: true
  supports_tools: true
  vision: true
- model_id: fairlead-responses
  model_name: auto
  api_base: {url}/v1
  api_key_name: fairlead
  responses: true
  supports_schema: true
  supports_tools: true
- model_id: fairlead-completions
  model_name: auto
  api_base: {url}/v1
  api_key_name: fairlead
  completion: true
- model_id: absent
  model_name: gpt-17
  api_base: {url}/v1
  api_key_name: fairlead
"""
BOTH = pytest.mark.parametrize("model", ["fairlead", "fairlead-responses"])


class Ran(NamedTuple):
    """What a command came to."""

    status: int
    said: str
    complained: str


class Tool:
    """The command, with a folder of its own."""

    def __init__(self, folder: Path, api: Api, key: str) -> None:
        self._environment = clean_environment(LLM_USER_PATH=str(folder), OPENAI_BASE_URL=f"{api.url}/v1")
        (folder / "extra-openai-models.yaml").write_text(MODELS.format(url=api.url))
        (folder / "keys.json").write_text(json.dumps({"fairlead": key, "openai": key}))

    async def run(self, *arguments: str) -> Ran:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "llm", *arguments),
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate()
        return Ran(process.returncode or 0, said.decode(), complained.decode())


@pytest.fixture
def llm(api: Api, user: Person, tmp_path: Path) -> Tool:
    """The tool of somebody who may use every simulated model."""
    return Tool(tmp_path, api, user.token)


class TestErrors:
    async def test_a_key_that_is_none(self, api: Api, tmp_path: Path) -> None:
        ran = await Tool(tmp_path, api, "fl_live_nonsense").run("-m", "fairlead", "Say hello.")
        assert ran.status != 0
        assert "Sign in first" in ran.complained

    async def test_a_model_that_is_not_there(self, llm: Tool) -> None:
        ran = await llm.run("-m", "absent", "Say hello.")
        assert ran.status != 0
        assert "There is no such chat model" in ran.complained


@BOTH
class TestPrompts:
    async def test_streamed(self, llm: Tool, model: str) -> None:
        ran = await llm.run("-m", model, "-s", "Be kind.", "Say hello.")
        assert (ran.status, ran.complained) == (0, "")
        assert ran.said.strip()

    async def test_whole(self, llm: Tool, model: str) -> None:
        ran = await llm.run("-m", model, "--no-stream", "--usage", "Say hello.")
        assert ran.status == 0
        assert ran.said.strip()
        assert "output" in ran.complained

    async def test_with_a_schema(self, llm: Tool, model: str) -> None:
        ran = await llm.run("-m", model, "--schema", "name, inhabitants int", "Name a city.")
        assert ran.status == 0, ran.complained
        assert set(json.loads(ran.said)) == {"name", "inhabitants"}

    async def test_with_a_tool(self, llm: Tool, model: str) -> None:
        ran = await llm.run("-m", model, "-T", "llm_version", "--td", "Use llm_version.")
        assert ran.status == 0, ran.complained
        assert "Tool call: llm_version" in ran.complained
        assert ran.said.strip()


class TestEmbeddings:
    async def test_a_model_that_is_turned_off(self, llm: Tool) -> None:
        ran = await llm.run("embed", "-m", "text-embedding-3-small", "-c", "a rope")
        assert ran.status != 0
        assert "Text Embedding 3 small cannot be used at the moment" in ran.complained

    async def test_of_texts_that_are_then_found_by_likeness(self, llm: Tool, admin: Person, tmp_path: Path) -> None:
        alias = {"alias": "text-embedding-3-small", "target": "sim-embedding", "reason": "try"}
        assert (await admin.http.post("/api/admin/aliases", json=alias)).status_code == 200
        texts = tmp_path / "texts.json"
        texts.write_text(json.dumps([{"id": "rope", "text": "a rope on a cleat"}, {"id": "soup", "text": "hot soup"}]))
        kept = await llm.run("embed-multi", "things", str(texts), "-m", "text-embedding-3-small")
        assert kept.status == 0, kept.complained
        alike = await llm.run("similar", "things", "-c", "a rope on a cleat", "-n", "1")
        assert alike.status == 0, alike.complained
        assert json.loads(alike.said)["id"] == "rope"


@pytest.mark.parametrize("how", [[], ["--no-stream"]], ids=["streamed", "whole"])
async def test_a_text_is_gone_on_from(llm: Tool, how: list[str]) -> None:
    ran = await llm.run("-m", "fairlead-completions", *how, "A bowline is tied by")
    assert (ran.status, ran.complained) == (0, "")
    assert ran.said.strip()
