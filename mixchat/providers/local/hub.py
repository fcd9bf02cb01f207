"""GGUF files out of a Hub repository.

Endpoints as the Hub documents them: `GET /api/models/{repo}/tree/main?recursive=true` lists files with
their size and, for large ones, `lfs.oid`, which is the SHA-256; `GET /{repo}/resolve/main/{path}` gives
the file and understands `Range`.
"""

import asyncio
import hashlib
import re
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

import msgspec
from msgspec import Struct

from mixchat.providers.local.gguf import NotGguf, read_header
from mixchat.providers.local.progress import Progress, PullFailed, disk_failure, make_room

if TYPE_CHECKING:
    import httpx


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold the only right to write `path`; the system takes it back when the process dies.

    Raises:
        PullFailed: somebody else holds it.
    """
    lock = path.with_name(f".{path.name}.lock")
    with lock.open("ab") as file:
        try:
            _take(file.fileno())
        except OSError:
            raise PullFailed(f"Another mixchat is fetching {path.name.removesuffix('.part')} now.") from None
        try:
            yield
        finally:
            with suppress(OSError):
                lock.unlink()


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


ENDPOINT: Final = "https://huggingface.co"
_PIECE: Final = 1 << 20
_SPLIT: Final = re.compile(r"-\d{5}-of-\d{5}$")


class HubSource(Struct, frozen=True):
    """A file in a repository, by its path or by the quantization in its name."""

    repo: str
    """`owner/name`."""
    path: str | None = None
    quant: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what `owner/repo/file.gguf` or `owner/repo:QUANT` names.

        Raises:
            PullFailed: it is neither.
        """
        repo, colon, quant = text.partition(":")
        parts = repo.split("/")
        if all(parts):
            if colon and quant and len(parts) == 2:
                return cls(repo, quant=quant)
            if not colon and len(parts) > 2 and parts[-1].endswith(".gguf"):
                return cls("/".join(parts[:2]), path="/".join(parts[2:]))
        raise PullFailed(f"{text!r} names no model; write owner/repo/file.gguf or owner/repo:QUANT.")


class _Lfs(Struct, frozen=True):
    oid: str


class _File(Struct, frozen=True):
    path: str
    size: int = 0
    lfs: _Lfs | None = None

    @property
    def stem(self) -> str:
        return Path(self.path).stem


class Hub:
    """Where repositories are, and the token for that place alone."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._endpoint = (environ.get("HF_ENDPOINT", "").strip() or ENDPOINT).rstrip("/")
        self._token = environ.get("HF_TOKEN", "").strip()

    async def pull(self, source: HubSource, folder: Path) -> AsyncGenerator[Progress]:
        """Fetch, check and place the file; yield how far that is.

        Cancelling keeps what came in a `.part` file, from which the next pull goes on.

        Raises:
            PullFailed: the message says what to do.
        """
        import httpx

        from mixchat.providers.connections import Connections

        connections = Connections()
        client = connections.own
        if self._token:
            # httpx takes Authorization away when a redirect leaves the endpoint.
            client.headers["Authorization"] = f"Bearer {self._token}"
        client.follow_redirects = True
        try:
            file = await self._find(client, source)
            async with aclosing(self._fetch(client, source.repo, file, folder)) as steps:
                async for step in steps:
                    yield step
        except httpx.TransportError:
            raise PullFailed(
                f"{self._endpoint} cannot be reached or broke off; check the network and pull again, "
                "what came is kept."
            ) from None
        except OSError as error:
            raise disk_failure(folder, error) from None
        finally:
            await connections.aclose()

    async def _find(self, client: "httpx.AsyncClient", source: HubSource) -> _File:
        url = f"{self._endpoint}/api/models/{quote(source.repo)}/tree/main"
        response = await client.get(url, params={"recursive": "true"})
        self._check(response.status_code, source.repo)
        try:
            files = msgspec.json.decode(response.content, type=tuple[_File, ...])
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise PullFailed(f"{self._endpoint} did not answer the way a Hub does.") from None
        models = [file for file in files if file.path.endswith(".gguf")]
        found = [file for file in models if _matches(file, source)]
        if len(found) != 1:
            names = ", ".join(file.path for file in (found or models)[:8]) or "none"
            few = "no such GGUF file" if not found else f"{len(found)} files like that"
            raise PullFailed(f"{source.repo} has {few}; name one of: {names}.")
        if _SPLIT.search(found[0].stem):
            raise PullFailed(
                f"{found[0].path} is split into parts, which cannot be pulled; take a smaller one."
            )
        return found[0]

    def _check(self, status: int, repo: str) -> None:
        if status in (401, 403):
            raise PullFailed(
                f"{self._endpoint} does not show {repo}: the name is wrong, or HF_TOKEN must hold a token "
                "that was given access."
            )
        if status == 404:
            raise PullFailed(f"{self._endpoint} has no {repo}.")
        if status >= 400:
            raise PullFailed(f"{self._endpoint} answered {status}; try again later.")

    async def _fetch(
        self, client: "httpx.AsyncClient", repo: str, file: _File, folder: Path
    ) -> AsyncGenerator[Progress]:
        if file.lfs is None:
            raise PullFailed(f"{self._endpoint} gives no checksum for {file.path}, so it was not fetched.")
        target, part = folder / f"{file.stem}.gguf", folder / f"{file.stem}.gguf.part"
        if target.exists():
            await self._same(target, file)
            yield Progress(file.size, file.size, "check")
            return
        make_room(folder, file.size - _size(part))
        url = f"{self._endpoint}/{quote(repo)}/resolve/main/{quote(file.path)}"
        with exclusive(part):
            async with aclosing(_download(client, url, file, part, self._check)) as steps:
                async for step in steps:
                    yield step
            await asyncio.to_thread(_verify, part, file)
            note = f"{repo}: {file.path}\nsha256 {file.lfs.oid}\n"
            target.with_suffix(".txt").write_text(note, encoding="utf-8")
            part.replace(target)

    async def _same(self, target: Path, file: _File) -> None:
        if file.lfs is None or await asyncio.to_thread(_digest, target) != file.lfs.oid:
            raise PullFailed(
                f"{target.stem} is here already with other contents; first run: mixchat local rm {target.stem}"
            )


def _matches(file: _File, source: HubSource) -> bool:
    if source.quant is None:
        return file.path == source.path
    return re.search(rf"(^|[-._]){re.escape(source.quant)}$", file.stem, re.IGNORECASE) is not None


async def _download(
    client: "httpx.AsyncClient", url: str, file: _File, part: Path, check: Callable[[int, str], None]
) -> AsyncGenerator[Progress]:
    """Append to `part` what it lacks."""
    have = _size(part)
    if have >= file.size:
        return
    headers = {"Range": f"bytes={have}-"} if have else {}
    async with client.stream("GET", url, headers=headers) as response:
        check(response.status_code, file.path)
        resumed = response.status_code == 206
        done = have if resumed else 0
        with part.open("ab" if resumed else "wb") as target:
            async for piece in response.aiter_bytes(_PIECE):
                target.write(piece)
                done += len(piece)
                yield Progress(done, file.size)


def _verify(part: Path, file: _File) -> None:
    """See that `part` is the file that the Hub lists.

    Raises:
        PullFailed: it is not; a part that is too short stays for the next try, a wrong one is deleted.
    """
    if _size(part) < file.size:
        raise PullFailed(f"{file.path} broke off before its end; pull again, what came is kept.")
    if file.lfs is None or _digest(part) != file.lfs.oid:
        part.unlink()
        raise PullFailed(f"{file.path} arrived damaged and was deleted; pull it again.")
    try:
        read_header(part)
    except NotGguf:
        part.unlink()
        raise PullFailed(f"{file.path} is not a GGUF file, whatever its name says.") from None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
