"""What is checked: one offer, built as the engine builds it."""

import inspect
from dataclasses import dataclass
from typing import Any

from convlab.contracts.claims import SETTINGS, claims_of
from convlab.registry import Offer
from convlab.testing.expectations import NotApplicableError


@dataclass(frozen=True)
class Subject:
    """One offer under examination.

    Attributes:
        offer: what a plugin offers.

    Example:
        >>> from convlab.registry import registry
        >>> subject = Subject(registry().offer("schedule", "constant"))
        >>> str(subject), subject.build(0, 10)
        ("schedule 'constant'", 1.0)
    """

    offer: Offer

    def __str__(self) -> str:
        return f"{self.offer.kind} '{self.offer.name}'"

    @property
    def docstring(self) -> str:
        """The factory's own docstring, not one that it inherits."""
        return inspect.cleandoc(self.offer.factory.__doc__ or "")

    def build(self, *positional: Any) -> Any:
        """Builds the offer at its defaults, or at the settings that it claims as an example.

        Args:
            positional: what the engine gives to its kind.

        Raises:
            NotApplicableError: if a setting has no default and the offer gives no example.
            ConvlabError: what the offer raises.
        """
        settings = claims_of(self.offer.factory).get(SETTINGS, {})
        for name, field in self.offer.fields.items():
            if field.default is field.empty and name not in settings:
                raise NotApplicableError(
                    f"setting '{name}' has no default, and no claim 'settings' an example"
                )
        return self.offer.bind(settings).build(*positional)

    def claim(self, name: str) -> Any:
        """What the offer claims under a name.

        Raises:
            NotApplicableError: if it claims nothing there.
        """
        said = claims_of(self.offer.factory)
        if name not in said:
            raise NotApplicableError(f"claims no '{name}'")
        return said[name]
