"""The child process that llama.cpp runs in, whatever becomes of its parent or of the platform."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from mixchat.config.config import Config
from mixchat.config.paths import Paths
from mixchat.config.provider_specs import ProviderSpec
from mixchat.domain.errors import UnknownModel
from mixchat.domain.events import StreamEnd, TextDelta
from mixchat.domain.model import ModelCard, ModelRef
from mixchat.domain.request import Message, ModelRequest
from mixchat.providers.adapter import Endpoint
from mixchat.providers.connections import Connections
from mixchat.providers.local.engine import pull_engine
from mixchat.providers.local.model_store import ModelStore
from mixchat.providers.local.progress import PullFailed
from mixchat.providers.local.provider import LocalProvider
from mixchat.providers.local.server_process import ServerProcess
from mixchat.providers.openai_chat import ChatProvider
from tests.providers.ggufs import gguf

PARENT = """
import sys, time
from pathlib import Path
from mixchat.providers.local.server_process import ServerProcess
from mixchat.providers.local.model_store import ModelStore
engine = ServerProcess(Path(sys.argv[2]))
engine.start(ModelStore(Path("."), {"tiny": Path(sys.argv[1])}).entry("tiny"), 256, 1)
print(engine.pid, flush=True)
time.sleep(60)
"""


def gone(pid: int, within: float = 10.0) -> bool:
    end = time.monotonic() + within
    while psutil.pid_exists(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not psutil.pid_exists(pid)


@pytest.mark.model
@pytest.mark.skipif(os.name != "posix", reason="ends the parent by a POSIX signal")
def test_the_child_dies_with_a_parent_that_is_killed(tmp_path: Path, weights: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(weights), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert psutil.pid_exists(pid)
        parent.send_signal(signal.SIGKILL)
    assert gone(pid)


@pytest.mark.model
def test_ctrl_c_in_the_terminal_does_not_reach_the_child(tmp_path: Path, weights: Path) -> None:
    engine = ServerProcess(tmp_path)
    engine.start(ModelStore(tmp_path, {"tiny": weights}).entry("tiny"), 256, 1)
    try:
        assert engine.pid is not None
        assert os.name != "posix" or os.getpgid(engine.pid) != os.getpgid(0)
    finally:
        engine.stop()


@pytest.mark.model
async def test_an_openai_compatible_adapter_talks_to_llama_cpps_own_server(
    tmp_path: Path, weights: Path
) -> None:
    engine = ServerProcess(tmp_path)
    door = engine.start(ModelStore(tmp_path, {"tiny": weights}).entry("tiny"), 2048, 1)
    connections = Connections()
    service = ProviderSpec(name="llamacpp", base_url=f"{door.url}/v1", placed=True)
    provider = ChatProvider(
        Endpoint(service, lambda: door.token, lambda ref: ModelCard(ref=ref), connections)
    )
    try:
        (card,) = await provider.models()
        assert card.ref == ModelRef("llamacpp", "tiny")
        prompt = Message("user", "What is the capital of France?")
        request = ModelRequest(ref=card.ref, messages=(prompt,), temperature=0.0, max_tokens=40)
        async with aclosing(provider.stream(request)) as stream:
            events = [event async for event in stream]
    finally:
        await provider.aclose()
        await connections.aclose()
        engine.stop()
    assert "".join(event.text for event in events if isinstance(event, TextDelta)).strip()
    ended = events[-1]
    assert isinstance(ended, StreamEnd)
    assert ended.usage.input == 37
    assert ended.usage.output is not None
    assert 0 < ended.usage.output <= 40


def local_provider(tmp_path: Path) -> LocalProvider:
    paths = Paths(tmp_path / "config", tmp_path / "data", tmp_path / "log")
    (paths.data / "models").mkdir(parents=True)
    (paths.data / "models" / "tiny.gguf").write_bytes(gguf())
    return LocalProvider(paths, Config())


@pytest.mark.parametrize(
    ("libc", "sentence"),
    [("glibc", "`mixchat local pull smollm2-135m` installs it"), ("", "use Ollama or a provider with a key")],
)
async def test_a_machine_without_the_runtime_says_what_else_there_is(
    libc: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = local_provider(tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("platform.libc_ver", lambda: (libc, ""))
    request = ModelRequest(ref=ModelRef("local", "tiny"), messages=(Message("user", "Hi"),))
    with pytest.raises(UnknownModel, match=sentence):
        await anext(provider.stream(request))
    assert [card.ref.model for card in await provider.models()] == ["tiny"]
    await provider.aclose()


async def test_the_runtime_is_installed_with_the_first_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels, target = tmp_path / "wheels", tmp_path / "target"
    wheels.mkdir()
    name = "xllamacpp-2027.1"
    with zipfile.ZipFile(wheels / f"{name}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("xllamacpp/__init__.py", "")
        wheel.writestr(
            f"{name}.dist-info/METADATA", "Metadata-Version: 2.1\nName: xllamacpp\nVersion: 2027.1\n"
        )
        wheel.writestr(
            f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{name}.dist-info/RECORD", "")
    for variable, value in {"FIND_LINKS": str(wheels), "NO_INDEX": "1", "TARGET": str(target)}.items():
        monkeypatch.setenv(f"PIP_{variable}", value)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setattr("mixchat.providers.local.engine.installed", lambda: False)
    monkeypatch.setattr("mixchat.providers.local.engine.available", lambda: True)
    async for _ in pull_engine():
        pass
    assert (target / "xllamacpp" / "__init__.py").is_file()
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nowhere"))
    with pytest.raises(PullFailed, match=r"llama\.cpp could not be installed"):
        async for _ in pull_engine():
            pass


async def test_a_model_that_was_never_fetched_says_how_to_fetch_it(tmp_path: Path) -> None:
    provider = local_provider(tmp_path)
    request = ModelRequest(ref=ModelRef("local", "smollm2-135m"), messages=(Message("user", "Hi"),))
    with pytest.raises(UnknownModel, match="mixchat local pull smollm2-135m"):
        await anext(provider.stream(request))
    await provider.aclose()


def test_a_log_that_cannot_be_written_does_not_keep_the_model_from_starting(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where a directory should be")
    engine = ServerProcess(tmp_path / "log")
    with pytest.raises(UnknownModel, match="could not load"):
        engine.start(ModelStore(tmp_path, {"torn": _torn(tmp_path)}).entry("torn"), 256, 1)
    assert engine.pid is None


def _torn(folder: Path) -> Path:
    file = folder / "torn.gguf"
    file.write_bytes(gguf())
    return file


def test_the_provider_is_quick_to_import_and_brings_neither_sdk_nor_runtime() -> None:
    script = (
        "import sys; import mixchat.providers.local.provider;"
        "print(sorted({'httpx', 'openai', 'xllamacpp', 'pydantic', 'psutil', 'textual'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
