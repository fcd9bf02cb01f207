"""Keys that are pasted in: what is said of them is what happens."""

from pathlib import Path

from tests.sittings.sitting import CLOUD_CONFIG, Sitting
from tests.wires.script import Status, Web

OLD = "wire-anthropic"
NEW = "sk-ant-api03-" + "n" * 30
_RING = """
import json, pathlib
from keyring.backend import KeyringBackend

class Ring(KeyringBackend):
    priority = 5
    file = pathlib.Path(__file__).with_name("ring.json")

    def _all(self):
        return json.loads(self.file.read_text()) if self.file.exists() else {}

    def get_password(self, service, username):
        return self._all().get(username)

    def set_password(self, service, username, password):
        self.file.write_text(json.dumps(self._all() | {username: password}))

    def delete_password(self, service, username):
        self.file.write_text(json.dumps({name: key for name, key in self._all().items() if name != username}))
"""


def has_a_key_ring(sitting: Sitting, tmp_path: Path) -> Path:
    folder = tmp_path / "ring"
    folder.mkdir()
    (folder / "sitting_ring.py").write_text(_RING)
    sitting.environment |= {"PYTHONPATH": str(folder), "PYTHON_KEYRING_BACKEND": "sitting_ring.Ring"}
    return folder / "ring.json"


def pastes_a_key(sitting: Sitting) -> None:
    sitting.presses("ctrl+k")
    sitting.sees("Paste a key")
    sitting.pastes(NEW)
    sitting.sees("│  anthropic ")
    sitting.presses("enter")


def key_of(sitting: Sitting, request: int) -> str:
    sent = sitting.provider.was_asked(request).headers
    return next(key for key in (OLD, NEW) if any(key in value for value in sent.values()))


def test_an_old_key_in_the_environment_is_named_and_the_new_one_used_if_asked(
    sitting: Sitting, tmp_path: Path
):
    sitting.has_a_cloud_model()
    ring = has_a_key_ring(sitting, tmp_path)
    sitting.opens()
    pastes_a_key(sitting)
    sitting.sees(r"environment\s+\(ANTHROPIC_API_KEY\)\s+goes")
    assert NEW in ring.read_text()
    sitting.presses("escape")
    sitting.says("hello")
    assert key_of(sitting, 1) == OLD
    pastes_a_key(sitting)
    sitting.sees("uses the new key")
    sitting.presses("enter")
    sitting.sees_no_more("uses the new key")
    sitting.says("hello again")
    assert key_of(sitting, 2) == NEW
    sitting.quits()


def test_a_good_key_is_used_where_no_key_ring_can_keep_it(sitting: Sitting):
    sitting.has_a_cloud_model()
    sitting.environment |= {
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "ANTHROPIC_API_KEY": "",
    }
    sitting.opens(ready="No model is set up yet")
    pastes_a_key(sitting)
    sitting.sees("key is used|is used until")
    sitting.sees("ANTHROPIC_API_KEY")
    sitting.sees("every message to the right model")
    sitting.says("hello")
    assert key_of(sitting, 1) == NEW


def test_a_pasted_key_that_is_refused_can_be_pasted_again(sitting: Sitting):
    sitting.has_a_cloud_model()
    sitting.environment |= {
        "ANTHROPIC_API_KEY": "",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    sitting.provider.will_list(Status(401, "invalid x-api-key"))
    sitting.opens(ready="No model is set up yet")
    pastes_a_key(sitting)
    refused = sitting.sees("paste another")
    assert refused.has("did not accept the key")
    assert not refused.has("mixchat keys set")
    sitting.provider.will_list(
        Web('{"data": [{"type": "model", "id": "wire"}]}', content_type="application/json")
    )
    sitting.presses("enter")
    sitting.sees("Anthropic accepts it: 1 model\\.")


def test_the_first_screen_names_keys_and_servers_that_are_there(sitting: Sitting):
    sitting.environment |= dict.fromkeys(("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"), "")
    sitting.environment |= {"CO_API_KEY": "", "COHERE_API_KEY": "co-1"}
    sitting.provider.has_no_models()
    sitting.writes_config('stack = "auto"\n')
    sitting.opens(ready="No model is set up yet")
    assert "key from environment" in sitting.sees("Cohere").row_with("Cohere")
    sitting.sees("ollama pull")


def test_a_model_is_asked_again_at_once_when_its_key_was_corrected(sitting: Sitting, tmp_path: Path):
    sitting.writes_config(CLOUD_CONFIG)
    sitting.writes_stack('[roles.daily-driver]\nmodels = ["anthropic/wire", "ollama/second"]\n')
    has_a_key_ring(sitting, tmp_path)
    sitting.provider.will_say(Status(401, "invalid x-api-key"), "now it works")
    sitting.opens()
    sitting.says("hello")
    sitting.sees("access was refused")
    pastes_a_key(sitting)
    sitting.sees("uses the new key")
    sitting.presses("enter")
    sitting.sees_no_more("uses the new key")
    sitting.says("hello again")
    sitting.sees("now it works")
    assert [request.model for request in sitting.provider.requests] == ["wire", "second", "wire"]
