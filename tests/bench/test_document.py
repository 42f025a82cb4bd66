"""Documents that measure their own tables."""

from pathlib import Path

import pytest

from convlab.bench import document
from convlab.bench.document import commands, measure_document, replaced
from convlab.errors import BenchmarkError, RecordError

TINY = "operations --only digits8 --images 1 --rounds 1 --seconds 0 --threads 1 --no-torch"
TEXT = f"""# Speed

<!-- convlab bench {TINY} -->
old
<!-- end of measurement -->

between

<!-- convlab bench steps -->
older
<!-- end of measurement -->
"""


def test_only_the_command_s_own_section_is_replaced() -> None:
    assert commands(TEXT) == [TINY.split(), ["steps"]]
    assert replaced(TEXT, ["steps"], "new\n") == TEXT.replace("older\n", "\nnew\n\n")


def test_a_section_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "speed.md"
    path.write_text(TEXT)
    told: list[str] = []
    measure_document(path, ("operations",), told.append)
    text = path.read_text()
    assert told == [f"convlab bench {TINY}"]
    assert "old\n" not in text
    assert "| digits8 | forward | " in text
    assert "\nolder\n" in text
    assert commands(text) == commands(TEXT)


def test_a_failure_keeps_what_was_measured_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(command: list[str]) -> str:
        if command == ["steps"]:
            raise BenchmarkError("failed")
        return "new\n"

    monkeypatch.setattr(document, "_measured", measured)
    path = tmp_path / "speed.md"
    path.write_text(TEXT)
    with pytest.raises(BenchmarkError, match="failed"):
        measure_document(path, (), lambda line: None)
    assert path.read_text() == replaced(TEXT, TINY.split(), "new\n")


def test_a_command_that_fails_is_named() -> None:
    with pytest.raises(BenchmarkError, match="'convlab bench steps --only nothing' ended with 2"):
        document._measured(["steps", "--only", "nothing"])


def test_a_document_without_sections_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.md").write_text("nothing")
    with pytest.raises(RecordError, match=r"empty.md has no section to measure; begin one with <!-- convlab"):
        measure_document(tmp_path / "empty.md", (), lambda line: None)
    with pytest.raises(RecordError, match=r"cannot read .*gone.md: "):
        measure_document(tmp_path / "gone.md", (), lambda line: None)
