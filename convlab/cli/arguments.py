"""Arguments of a verb: argparse, with errors in one line and the nearest option."""

import argparse
from collections.abc import Sequence
from typing import NoReturn

from convlab.errors import ConfigError, suggest


class Parser(argparse.ArgumentParser):
    """A parser of one verb's arguments; options and other words may come in any order.

    Args:
        verb: such as ``"plugins info"``.
        description: what it does, in a sentence.
        examples: lines shown under the help.
        add_help: whether ``--help`` prints what argparse makes of all this.
    """

    def __init__(
        self, verb: str, description: str = "", examples: str = "", *, add_help: bool = True
    ) -> None:
        super().__init__(
            prog=f"convlab {verb}",
            description=description,
            epilog=f"examples:\n{examples}" if examples else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            add_help=add_help,
        )

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """Reads the arguments.

        Raises:
            ConfigError: if they do not fit.
        """
        options, unknown = self.parse_known_intermixed_args(list(words))
        if unknown:
            known = suggest(unknown[0], self._option_string_actions).replace("installed:", "options:")
            raise ConfigError(f"{self.prog} has no option '{unknown[0]}'{known}")
        return options

    def error(self, message: str) -> NoReturn:
        """Raises instead of printing usage and leaving."""
        raise ConfigError(f"{self.prog}: {message}; see '{self.prog} --help'")
