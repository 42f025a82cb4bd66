"""The conformance kit: what every plugin has to keep, as checks that anyone can run over a package.

Example:
    >>> from convlab.registry import registry
    >>> tanh = Subject(registry().offer("activation", "tanh"))
    >>> {run_check(check, tanh).status for check in checks("activation")} <= {"passed", "not applicable"}
    True
"""

from convlab.testing.certificate import Certificate, certify
from convlab.testing.checks import Check, Outcome, checks, run_check
from convlab.testing.expectations import NotApplicableError
from convlab.testing.package import Package, find_package
from convlab.testing.subject import Subject

__all__ = [
    "Certificate",
    "Check",
    "NotApplicableError",
    "Outcome",
    "Package",
    "Subject",
    "certify",
    "checks",
    "find_package",
    "run_check",
]
