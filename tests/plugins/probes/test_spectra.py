"""Singular values and spatial frequencies of weights."""

from typing import Any

import numpy as np

from convlab_plugins.probes.spectra import Spectra, ring_power


def test_all_weights_have_singular_values_and_filters_have_frequencies(model: Any) -> None:
    found = Spectra().observe(model, 0, last=False)
    assert {name: array.shape for name, array in found.items()} == {
        "conv1/singular_values": (4,),
        "conv1/frequencies": (8,),
        "conv1/radial_power": (8,),
        "frozen/singular_values": (2,),
        "frozen/frequencies": (8,),
        "frozen/radial_power": (8,),
        "dense1/singular_values": (2,),
    }


def test_singular_values_are_those_of_the_weights_as_a_matrix(model: Any) -> None:
    weight = next(item.value for item in model.parameters if item.name == "conv1.weight")
    found = Spectra().observe(model, 0, last=False)["conv1/singular_values"]
    assert (np.diff(found) <= 0).all()
    matrix = weight.reshape(4, -1).astype(float)
    np.testing.assert_allclose(np.sort(found**2), np.linalg.eigvalsh(matrix @ matrix.T), rtol=1e-10)


def test_weights_that_are_not_finite_are_left_out(model: Any) -> None:
    model.parameters.values[...] = np.nan
    assert set(Spectra().observe(model, 0, last=False)) == {
        "frozen/singular_values",
        "frozen/frequencies",
        "frozen/radial_power",
    }


def test_a_wave_has_its_power_in_the_ring_of_its_frequency() -> None:
    across = np.arange(64)
    for ring, frequency in enumerate((np.arange(8) + 0.5) / 16):
        wave = np.cos(2 * np.pi * frequency * across) * np.ones((64, 1))
        power = ring_power(wave[None, :, :, None])
        assert power.argmax() == ring
        assert power[ring] > 5 * np.delete(power, ring).max()


def test_the_mean_over_all_frequencies_is_the_energy_of_the_filters() -> None:
    weight = np.random.default_rng(0).normal(size=(200, 3, 3, 2))
    # white noise has the same power everywhere: its energy, R*S times its variance
    np.testing.assert_allclose(ring_power(weight), 9.0, rtol=0.15)


def test_large_filters_are_not_cut() -> None:
    assert ring_power(np.ones((1, 40, 40, 1)))[0] > 0
    np.testing.assert_allclose(ring_power(np.eye(1, 41 * 41).reshape(1, 41, 41, 1)), 1.0)
