"""Made-up values in a given shape: `<a20>` stands for twenty letters and digits, and so on."""

import base64
import random
import re
import string
import uuid

_LETTERS = string.ascii_letters + string.digits
_SIGNS = {
    "a": _LETTERS,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "d": string.digits,
    "u": string.ascii_uppercase + string.digits,
    "l": string.ascii_lowercase + string.digits,
    "w": _LETTERS + "_-",
    "b": _LETTERS + "+/",
    "t": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
}
_SHAPE = re.compile(r"<(uuid|[ahHdulwbtpxj]\d+)>")


class Shapes:
    """Fills shapes in, the same way each time it is made with the same seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def fill(self, text: str) -> str:
        """Return `text` with a made-up value in place of each shape."""
        return _SHAPE.sub(lambda found: self._value(found[1]), text)

    def _value(self, shape: str) -> str:
        if shape == "uuid":
            return str(uuid.UUID(int=self.dice.getrandbits(128), version=4))
        kind, count = shape[0], int(shape[1:])
        match kind:
            case "p":
                return self._password(count)
            case "x":
                return base64.b64encode(self.dice.randbytes(count)).decode()
            case "j":
                claims = f'{{"sub":"{self.dice.getrandbits(64)}","exp":{self.dice.getrandbits(31)}}}'
                return base64.urlsafe_b64encode(claims.ljust(count).encode()).decode().rstrip("=")
            case _:
                return "".join(self.dice.choices(_SIGNS[kind], k=count))

    def _password(self, count: int) -> str:
        """Return what a password manager makes: every kind of sign, in any order."""
        sure = [
            self.dice.choice(signs)
            for signs in (string.ascii_lowercase, string.ascii_uppercase, "23456789", "!#%*-_+?")
        ]
        rest = self.dice.choices(string.ascii_letters + "23456789", k=count - len(sure))
        first, *others = rest
        self.dice.shuffle(others := [*sure, *others])
        return first + "".join(others)
