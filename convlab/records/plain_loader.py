"""The YAML loader for files that need not be trusted."""

from typing import Any

import yaml  # type: ignore[import-untyped]
from yaml.composer import Composer  # type: ignore[import-untyped]
from yaml.constructor import SafeConstructor  # type: ignore[import-untyped]
from yaml.resolver import Resolver  # type: ignore[import-untyped]

if yaml.__with_libyaml__:
    from yaml.cyaml import CParser  # type: ignore[import-untyped]

    class _Loader(Composer, CParser, SafeConstructor, Resolver):  # type: ignore[misc]
        """libyaml reads events, Python builds nodes of them.

        yaml.CSafeLoader builds nodes in C too, which overflows the stack at a deep document and cannot be
        kept from following aliases.
        """

        def __init__(self, stream: bytes) -> None:
            CParser.__init__(self, stream)
            Composer.__init__(self)
            SafeConstructor.__init__(self)
            Resolver.__init__(self)

else:
    _Loader = yaml.SafeLoader  # type: ignore[misc]


class PlainLoader(_Loader):
    """Builds plain data only, and refuses aliases: a few nested ones unfold to gigabytes when walked.

    Example:
        >>> yaml.load("lr: 0.1", Loader=PlainLoader)
        {'lr': 0.1}
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Builds the next node.

        Raises:
            YAMLError: if it is an alias.
        """
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)
