"""From command-line overrides to `Settings`."""

from convlab.config.composer import Composer, compose

__all__ = ["Composer", "compose"]
