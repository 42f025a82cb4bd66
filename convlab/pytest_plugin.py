"""``pytest --convlab my_package``: the conformance kit as tests, one for each offer and check.

pytest loads this wherever convlab is installed, so nothing is imported before the option is given.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from convlab.testing import Check, Package, Subject


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option."""
    parser.getgroup("convlab").addoption(
        "--convlab",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="check what PACKAGE offers to convlab, one test for each offer and check; may be repeated",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Leaves the tests of the working directory out, unless files are named too."""
    if config.getoption("convlab") and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args[:] = []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Adds the checks of the packages that were asked for, before -k and -m choose among them."""
    names = config.getoption("convlab")
    if not names:
        return
    from convlab.errors import UnknownPluginError
    from convlab.testing import find_package

    for name in names:
        try:
            package = find_package(name)
        except UnknownPluginError as error:
            raise pytest.UsageError(f"--convlab: {error}") from None
        items.extend(session.genitems(PackageCollector.from_parent(session, package=package)))


class PackageCollector(pytest.Collector):
    """The checks of one package."""

    def __init__(self, *, package: "Package", **node: Any) -> None:
        super().__init__(name=package.name, nodeid=package.name, **node)
        self.package = package

    def collect(self) -> Iterator[pytest.Item]:
        """One item for the loading of the package, and one for each offer and check."""
        from convlab.testing import checks

        yield LoadItem.from_parent(self, name="loads")
        for subject in self.package.subjects:
            for check in checks(subject.offer.kind):
                name = f"{subject.offer.kind}::{subject.offer.name}::{check.name}"
                yield CheckItem.from_parent(self, name=name, subject=subject, check=check)


class LoadItem(pytest.Item):
    """Whether all of the package loads."""

    parent: PackageCollector

    def runtest(self) -> None:
        """Fails with what did not load."""
        problems = [str(problem) for problem in self.parent.package.problems]
        if problems:
            pytest.fail("\n".join(problems), pytrace=False)

    def reportinfo(self) -> tuple[Any, None, str]:
        """Where the item is from."""
        return self.config.rootpath, None, self.nodeid


class CheckItem(pytest.Item):
    """One check over one offer."""

    def __init__(self, *, subject: "Subject", check: "Check", **node: Any) -> None:
        super().__init__(**node)
        self.subject, self.check = subject, check

    def runtest(self) -> None:
        """Runs the check."""
        from convlab.testing import run_check

        outcome = run_check(self.check, self.subject)
        if outcome.status == "failed":
            pytest.fail(f"{self.subject}: {outcome.message}", pytrace=False)
        if outcome.status == "not applicable":
            pytest.skip(outcome.message)

    def reportinfo(self) -> tuple[Any, None, str]:
        """Where the item is from."""
        return self.config.rootpath, None, self.nodeid
