"""Downloads, against a server in this process."""

import hashlib
import http.server
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from convlab.download import cache_directory, fetch
from convlab.errors import DataError

CONTENT = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class _Handler(http.server.BaseHTTPRequestHandler):
    requests: list[str]

    def do_GET(self) -> None:
        self.requests.append(self.path)
        if self.path.startswith("/absent"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        if self.path.startswith("/broken"):
            self.wfile.write(CONTENT[: len(CONTENT) // 2])
            self.wfile.flush()
            self.connection.close()
        elif self.path.startswith("/other"):
            self.wfile.write(b"x" * len(CONTENT))
        else:
            self.wfile.write(CONTENT)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class _Server:
    def __init__(self, address: str, requests: list[str]) -> None:
        self.address, self.requests = address, requests


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    requests: list[str] = []
    handler = type("Handler", (_Handler,), {"requests": requests})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield _Server(f"http://127.0.0.1:{httpd.server_port}", requests)
        httpd.shutdown()
        thread.join()


def _names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir()) if directory.exists() else []


def test_a_file_is_fetched_once_and_then_comes_from_the_cache(server: _Server, tmp_path: Path) -> None:
    url = f"{server.address}/good/data.bin"
    path = fetch("data.bin", [url], SHA256, tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "data.bin"
    assert path.read_bytes() == CONTENT
    assert fetch("data.bin", [url], SHA256, path.parent) == path
    assert server.requests == ["/good/data.bin"]
    assert _names(path.parent) == ["data.bin"]


def test_the_cache_directory_is_the_default_place(
    server: _Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_CACHE_DIR", str(tmp_path))
    assert cache_directory() == tmp_path
    assert fetch("data.bin", [f"{server.address}/good"], SHA256) == tmp_path / "data.bin"


def test_the_cache_directory_is_the_user_s_without_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONVLAB_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert cache_directory() == Path("/elsewhere/convlab")


def test_an_md5_is_accepted(server: _Server, tmp_path: Path) -> None:
    checksum = f"md5:{hashlib.md5(CONTENT).hexdigest()}"
    assert fetch("data.bin", [f"{server.address}/good"], checksum, tmp_path).read_bytes() == CONTENT


def test_a_damaged_file_in_the_cache_is_fetched_again(server: _Server, tmp_path: Path) -> None:
    (tmp_path / "data.bin").write_bytes(CONTENT[:-1] + b"?")
    assert fetch("data.bin", [f"{server.address}/good"], SHA256, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("other", "wrong hash, so not the file that was expected"),
        ("broken", "connection broken midway"),
        ("absent", "404 Not Found"),
    ],
)
def test_a_failed_download_names_the_address_and_leaves_nothing(
    server: _Server, tmp_path: Path, place: str, reason: str
) -> None:
    url = f"{server.address}/{place}/data.bin"
    with pytest.raises(DataError) as caught:
        fetch("data.bin", [url], SHA256, tmp_path)
    assert str(caught.value) == (
        f"cannot download data.bin: {url}: {reason}; get the file by hand and put it into {tmp_path}"
    )
    assert _names(tmp_path) == []


@pytest.mark.parametrize("place", ["other", "broken", "absent"])
def test_the_second_mirror_is_tried_when_the_first_fails(server: _Server, tmp_path: Path, place: str) -> None:
    urls = [f"{server.address}/{place}", f"{server.address}/good"]
    assert fetch("data.bin", urls, SHA256, tmp_path).read_bytes() == CONTENT
    assert server.requests == [f"/{place}", "/good"]


def test_no_server_at_all(server: _Server, tmp_path: Path) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), _Handler) as unused:
        closed = f"http://127.0.0.1:{unused.server_port}/data.bin"
    with pytest.raises(DataError, match=r"data\.bin: no connection, or lost; get the file by hand"):
        fetch("data.bin", [closed], SHA256, tmp_path)


def test_a_directory_that_cannot_be_made_is_named_with_the_way_out(server: _Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    urls = [f"{server.address}/good", f"{server.address}/good"]
    with pytest.raises(
        DataError, match=r"cannot write data\.bin to .*file/folder: Not a directory; make room"
    ) as caught:
        fetch("data.bin", urls, SHA256, tmp_path / "file" / "folder")
    assert "CONVLAB_CACHE_DIR" in str(caught.value)
    assert server.requests == []


def test_a_full_disk_is_not_blamed_on_the_mirrors(
    server: _Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.move", full)
    with pytest.raises(DataError, match="No space left on device"):
        fetch("data.bin", [f"{server.address}/good"] * 2, SHA256, tmp_path)
    assert server.requests == ["/good"]
    assert _names(tmp_path) == []


@pytest.mark.parametrize("name", ["../data.bin", "folder/data.bin", "", ".."])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="name must be a file name without directories"):
        fetch(name, ["http://127.0.0.1/"], SHA256, tmp_path)


def test_progress_goes_to_stderr_of_a_terminal_only(
    server: _Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    quiet, terminal = io.StringIO(), Terminal()
    for number, stream in enumerate((quiet, terminal)):
        monkeypatch.setattr("sys.stderr", stream)
        fetch(f"{number}.bin", [f"{server.address}/good"], SHA256, tmp_path)
    assert quiet.getvalue() == ""
    assert "fetching 1.bin: 0.3 of 0.3 MB" in terminal.getvalue()
    assert terminal.getvalue().endswith("\n")
