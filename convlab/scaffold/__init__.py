"""A new plugin to begin with: an installable distribution that passes the conformance kit as it stands."""

from convlab.scaffold.distribution import write_distribution

__all__ = ["write_distribution"]
