"""Takes every picture and the film, or those that are named: `python -m tests.shots [NAME ...]`."""

import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import msgspec

from tests.shots.film import film
from tests.shots.scene import Scene, take
from tests.shots.scenes import DEMO, SCENES, faults

FOLDER = Path(__file__).parents[2] / "screenshots"
COMMAND = [sys.executable, "-m", "mixchat"]


def main() -> None:
    """Start the provider on loopback, play the scenes, end it."""
    wanted = sys.argv[1:] or [scene.name for scene in (*SCENES, DEMO)]
    server = subprocess.Popen([sys.executable, "-m", "tests.wires"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(8)]
        said = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
        for scene in (*SCENES, DEMO):
            if scene.name in wanted:
                print(_shoot(scene, said))
    finally:
        server.terminate()
        server.wait()


def _shoot(scene: Scene, said: dict[str, str]) -> Path:
    for model, scripts in faults(scene.name).items():
        body = msgspec.json.encode({"model": model, "scripts": scripts})
        urllib.request.urlopen(f"{said['ANTHROPIC_BASE_URL']}/_script", body)
    with tempfile.TemporaryDirectory() as place:
        own = {f"MIXCHAT_{part}_DIR": f"{place}/{part.lower()}" for part in ("CONFIG", "DATA", "LOG")}
        keys = {name: value for name, value in said.items() if name != "OLLAMA_HOST"}
        nothing = {name: "" for name in said if name.endswith("_KEY")}
        config = Path(place, "config", "config.toml")
        config.parent.mkdir()
        config.write_text(f'theme = "{scene.theme}"\n{scene.config}')
        quiet = {"OLLAMA_HOST": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}
        environment = own | quiet | (keys if scene.keyed else nothing)
        if scene is DEMO:
            return film(scene, COMMAND, environment, FOLDER / f"{scene.name}.svg")
        return take(scene, COMMAND, environment, FOLDER)


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    main()
