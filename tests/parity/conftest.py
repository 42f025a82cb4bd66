"""What the comparisons with other frameworks share."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="package")
def keras(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Keras on JAX, with its settings away from the user's."""
    pytest.importorskip("jax", reason="needs JAX, the extra 'golden'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "jax")
        patch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))
        found = pytest.importorskip("keras", reason="needs Keras, the extra 'golden'")
        if found.config.backend() != "jax":
            pytest.skip("Keras was imported with another backend before")
        before = found.config.floatx()
        found.config.set_floatx("float64")
        yield found
        found.config.set_floatx(before)
