"""Every probe of ours looks at start and end, and in between when asked."""

from collections.abc import Callable
from typing import Any

import pytest

from convlab.errors import ConfigError
from convlab.plugin import ProbeContext
from convlab.registry import registry
from convlab_plugins import probes

MakeContext = Callable[..., ProbeContext]


@pytest.mark.parametrize("name", probes.OFFERS)
@pytest.mark.parametrize(("every", "kept"), [(None, [0, 5]), (2, [0, 2, 4, 5]), (9, [0, 5])])
def test_every_is_heeded(name: str, every: int | None, kept: list[int], make_context: MakeContext) -> None:
    probe: Any = registry().build("probe", {"name": name, "every": every})
    looked = [epoch for epoch in range(6) if probe.look(make_context(epoch=epoch, last=epoch == 5))]
    assert looked == kept


@pytest.mark.parametrize("name", probes.OFFERS)
def test_every_must_be_positive(name: str) -> None:
    with pytest.raises(ConfigError, match=f"probe '{name}': every must be >= 1 or null, got 0"):
        registry().build("probe", {"name": name, "every": 0})
