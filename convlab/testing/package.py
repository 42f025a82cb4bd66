"""What one installed package offers, whatever else is installed beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from convlab.errors import UnknownPluginError, suggest
from convlab.hookspecs import ENTRY_POINT_GROUP
from convlab.registry import KINDS, Problem, Registry
from convlab.testing.subject import Subject


@dataclass(frozen=True)
class Package:
    """The offers of a package.

    Attributes:
        name: as it was asked for.
        subjects: its offers, by kind and name.
        problems: what of it did not load.
    """

    name: str
    subjects: list[Subject]
    problems: list[Problem]

    @property
    def distributions(self) -> dict[str, str]:
        """Version by distribution."""
        return {subject.offer.distribution: subject.offer.version for subject in self.subjects}


def find_package(name: str) -> Package:
    """Loads what a package offers.

    Args:
        name: of a distribution, of an importable package, or of an entry point.

    Raises:
        UnknownPluginError: if nothing installed under that name brings plugins.

    Example:
        >>> "activation 'relu'" in map(str, find_package("convlab").subjects)
        True
    """
    installed = list(entry_points(group=ENTRY_POINT_GROUP))
    found = [point for point in installed if _plain(name) in map(_plain, _names(point))]
    if not found:
        known = {next(_names(point)) for point in installed}
        raise UnknownPluginError(f"no installed package '{name}' has plugins{suggest(name, known)}")
    registry = Registry(found)
    subjects = [Subject(offer) for kind in KINDS for offer in registry.offers(kind).values()]
    return Package(name, subjects, registry.problems)


def _names(point: EntryPoint) -> Iterator[str]:
    if point.dist is not None:
        yield point.dist.name
    yield point.value.partition(":")[0].partition(".")[0]
    yield point.name


def _plain(name: str) -> str:
    """A name as distributions are compared: case and the kind of dash do not matter."""
    return re.sub(r"[-_.]+", "-", name).lower()
