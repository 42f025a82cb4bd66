"""Who may import whom: the architecture, held by walking every import."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# part of convlab -> parts of convlab that it may import besides itself; read from the bottom up
ALLOWED = {
    "errors": set(),
    "seeding": set(),
    "interrupts": set(),
    "contracts": {"errors", "seeding"},
    "hookspecs": {"errors", "contracts"},
    "tracing": set(),
    "registry": {"errors", "hookspecs", "tracing"},
    "kernels": {"errors"},
    "download": {"errors"},
    "records": {"errors", "contracts"},
    "layers": {"errors", "seeding", "contracts", "kernels"},
    "losses": {"errors", "contracts", "kernels"},
    "preprocessing": {"errors", "contracts", "kernels"},
    "plugin": {
        "errors",
        "seeding",
        "contracts",
        "hookspecs",
        "download",
        "layers",
        "records",
        "registry",
    },
    "initialization": {"errors", "seeding", "contracts", "layers", "registry"},
    "model": {"errors", "contracts", "initialization", "layers", "preprocessing", "records", "registry"},
    "settings": {"errors", "registry"},
    "scheduling": {"contracts", "registry"},
    "memory": {"errors", "model"},
    "observation": {"errors", "contracts", "layers", "losses", "model"},
    "pipeline": {"contracts", "preprocessing"},
    "batch_closure": {"seeding", "contracts", "layers", "losses", "model"},
    "training_state": {"contracts", "model"},
    "training": {
        "batch_closure",
        "errors",
        "seeding",
        "contracts",
        "kernels",
        "losses",
        "model",
        "pipeline",
        "preprocessing",
        "training_state",
    },
    "fitting": {
        "errors",
        "contracts",
        "losses",
        "model",
        "preprocessing",
        "registry",
        "scheduling",
        "training",
    },
    "compare": {"errors", "records"},
    "inspect": {"errors", "contracts", "kernels", "layers", "records"},
    "config": {"errors", "hookspecs", "registry", "settings"},
    "assembly": {
        "errors",
        "seeding",
        "contracts",
        "model",
        "preprocessing",
        "records",
        "registry",
        "settings",
        "training",
    },
    "results": {"settings", "training"},
    "epoch_saver": {"contracts", "records", "results", "training"},
    "training_run": {
        "assembly",
        "errors",
        "contracts",
        "epoch_saver",
        "interrupts",
        "kernels",
        "losses",
        "memory",
        "observation",
        "preprocessing",
        "records",
        "registry",
        "results",
        "scheduling",
        "settings",
        "training",
        "training_state",
    },
    "experiment": {
        "assembly",
        "errors",
        "config",
        "contracts",
        "kernels",
        "records",
        "results",
        "settings",
        "training_run",
    },
    "launching": {
        "errors",
        "interrupts",
        "kernels",
        "registry",
        "settings",
        "config",
        "results",
        "experiment",
    },
    "loading": {"errors", "records"},
    "verification": {"errors", "records", "settings"},
    "study": {"errors", "seeding", "registry", "settings", "records", "launching"},
    "trained": {
        "assembly",
        "errors",
        "contracts",
        "losses",
        "model",
        "observation",
        "records",
        "settings",
        "training",
        "training_state",
    },
    "testing": {
        "errors",
        "contracts",
        "hookspecs",
        "registry",
        "kernels",
        "layers",
        "losses",
        "preprocessing",
        "records",
        "model",
        "observation",
    },
    "scaffold": {"errors", "registry"},
    "pytest_plugin": {"errors", "testing"},
    "report": {"errors", "registry", "settings", "records", "compare", "inspect", "study"},
    "bench": {
        "errors",
        "contracts",
        "kernels",
        "layers",
        "losses",
        "model",
        "preprocessing",
        "records",
        "registry",
    },
    "cli": {
        "bench",
        "report",
        "contracts",
        "errors",
        "registry",
        "settings",
        "config",
        "experiment",
        "launching",
        "study",
        "results",
        "records",
        "compare",
        "inspect",
        "kernels",
        "trained",
        "training",
        "verification",
        "hookspecs",
        "scaffold",
        "testing",
    },
    "__main__": {"cli"},
    "__init__": None,  # names everything public, lazily
}
PLUGINS_MAY_IMPORT = {"plugin", "kernels", "errors"}
HYDRA_USERS = {"config", "cli"}


def imports(path: Path) -> Iterator[str]:
    """Names of all modules that a file imports, wherever in the file, but for type checking."""
    for node in ast.walk(without_type_checking(ast.parse(path.read_text()))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module == "convlab":
                yield from (f"convlab.{alias.name}" for alias in node.names)
            else:
                yield node.module


def without_type_checking(tree: ast.AST) -> ast.AST:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = [ast.Pass()]
    return tree


def part_of(module: str) -> str | None:
    """``convlab.kernels.conv2d`` belongs to the part ``kernels``; other packages to none."""
    pieces = module.split(".")
    return pieces[1] if pieces[0] == "convlab" and len(pieces) > 1 else None


def files_of_convlab() -> list[Path]:
    return sorted((ROOT / "convlab").rglob("*.py"))


@pytest.mark.parametrize("path", files_of_convlab(), ids=lambda path: str(path.relative_to(ROOT)))
def test_convlab_imports_only_what_lies_below(path: Path) -> None:
    part = path.relative_to(ROOT / "convlab").parts[0].removesuffix(".py")
    assert part in ALLOWED, f"name the part '{part}' in the table and say what it may import"
    allowed = ALLOWED[part]
    if allowed is None:
        return
    wrong = {
        module
        for module in imports(path)
        if module.split(".")[0] == "convlab" and part_of(module) not in {*allowed, part}
    }
    assert not wrong, f"{part} may import {sorted(allowed)}"


@pytest.mark.parametrize("path", files_of_convlab(), ids=lambda path: str(path.relative_to(ROOT)))
def test_convlab_never_imports_its_plugins(path: Path) -> None:
    assert not [module for module in imports(path) if module.startswith("convlab_plugins")]


@pytest.mark.parametrize("path", files_of_convlab(), ids=lambda path: str(path.relative_to(ROOT)))
def test_hydra_is_imported_only_in_config_and_cli(path: Path) -> None:
    part = path.relative_to(ROOT / "convlab").parts[0].removesuffix(".py")
    hydra = [module for module in imports(path) if module.split(".")[0] in ("hydra", "omegaconf")]
    assert not hydra or part in HYDRA_USERS


@pytest.mark.parametrize(
    "path", sorted((ROOT / "plugins").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_built_in_plugins_import_what_any_plugin_may(path: Path) -> None:
    wrong = {
        module
        for module in imports(path)
        if module.split(".")[0] == "convlab" and part_of(module) not in PLUGINS_MAY_IMPORT
    }
    assert not wrong


def test_the_walk_finds_a_forbidden_import(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("def f():\n    from convlab import cli\n    import hydra.core\n")
    assert list(imports(source)) == ["convlab.cli", "hydra.core"]
