"""What the kit found about a package, for people and as JSON."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from convlab.testing.checks import Outcome, checks, run_check
from convlab.testing.package import Package
from convlab.testing.subject import Subject

Listener = Callable[[Subject], None]


@dataclass(frozen=True)
class Certificate:
    """The outcome of every check over every offer of a package.

    Attributes:
        package: what was checked.
        outcomes: by offer.
        convlab: version of convlab.
        date: when, UTC.
    """

    package: Package
    outcomes: Mapping[Subject, Sequence[Outcome]]
    convlab: str
    date: str

    @property
    def counts(self) -> Counter[str]:
        """Number of outcomes by status."""
        return Counter(outcome.status for found in self.outcomes.values() for outcome in found)

    @property
    def certified(self) -> bool:
        """Whether the package loads, offers something, and nothing failed."""
        return bool(self.outcomes) and not self.package.problems and not self.counts["failed"]

    @property
    def verdict(self) -> str:
        """The result in one line."""
        counts = self.counts
        passed = f"{counts['passed']:,} passed, {counts['not applicable']:,} not applicable"
        if self.certified:
            return f"certified: {passed}, none failed"
        faults = [f"{counts['failed']:,} failed"] if counts["failed"] else []
        faults += [f"{len(self.package.problems)} not loaded"] if self.package.problems else []
        return f"NOT certified: {', '.join(faults) or 'nothing is offered'}, {passed}"

    def to_mapping(self) -> dict[str, Any]:
        """The certificate as plain data, ready for JSON."""
        return {
            "package": self.package.name,
            "distributions": self.package.distributions,
            "convlab": self.convlab,
            "date": self.date,
            "certified": self.certified,
            "verdict": self.verdict,
            "counts": dict(sorted(self.counts.items())),
            "problems": [str(problem) for problem in self.package.problems],
            "offers": [
                {
                    "kind": subject.offer.kind,
                    "name": subject.offer.name,
                    "checks": [
                        {"name": item.check.name, "status": item.status, "message": item.message}
                        for item in found
                    ],
                }
                for subject, found in self.outcomes.items()
            ],
        }

    def lines(self) -> list[str]:
        """The certificate as text: failures first to the eye, in capitals."""
        package = self.package
        named = ", ".join(f"{name} {number}" for name, number in package.distributions.items())
        lines = [f"certificate of {named or package.name}", f"by convlab {self.convlab} on {self.date}"]
        lines += [f"NOT LOADED  {problem}" for problem in package.problems]
        for subject, found in self.outcomes.items():
            lines += ["", f"{subject.offer.kind} {subject.offer.name}: {subject.offer.summary}"]
            width = max(len(item.check.name) for item in found)
            lines += [f"  {_mark(item)}  {item.check.name:<{width}}  {_words(item)}" for item in found]
        return [*lines, "", self.verdict]


def certify(package: Package, listener: Listener | None = None) -> Certificate:
    """Runs all checks over a package.

    Args:
        package: what to check; `find_package` gives it.
        listener: is told of every offer before its checks.

    Returns:
        The certificate.
    """
    outcomes = {}
    for subject in package.subjects:
        if listener is not None:
            listener(subject)
        outcomes[subject] = [run_check(check, subject) for check in checks(subject.offer.kind)]
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Certificate(package, outcomes, version("convlab"), now)


def _mark(outcome: Outcome) -> str:
    return {"passed": "passed", "failed": "FAILED", "not applicable": "   -  "}[outcome.status]


def _words(outcome: Outcome) -> str:
    words = outcome.check.summary if outcome.status == "passed" else outcome.message
    return " ".join(words.split())
