"""A recorded run, brought back."""

from pathlib import Path

import numpy as np
import pytest

from convlab import run
from convlab.contracts.dataset import Split
from convlab.errors import RecordError
from convlab.trained import load_model, load_trained_run

SMALL = {"data": {"name": "synthetic", "shape": [8, 8, 1], "train_size": 100, "test_size": 20}, "epochs": 1}


@pytest.mark.parametrize("model", ["small_convnet", "resnet20"])
def test_the_network_answers_as_in_inference(tmp_path: Path, model: str) -> None:
    result = run({**SMALL, "model": model, "runs_dir": str(tmp_path)})
    trained = load_trained_run(result.directory)
    assert (len(trained.images), trained.held_back, len(trained.classes)) == (8, True, 4)
    for count in (1, 8):
        images = trained.images.images[:count]
        sample = trained.observer.observe(Split(images, trained.images.labels[:count]))
        expected = load_model(result.directory).predict(images)
        np.testing.assert_allclose(sample.outputs, expected, rtol=1e-4, atol=1e-5)


def test_without_validation_it_has_the_training_images(tmp_path: Path) -> None:
    result = run({**SMALL, "validation_fraction": 0.0, "runs_dir": str(tmp_path)})
    trained = load_trained_run(result.directory)
    assert (len(trained.images), trained.held_back) == (100, False)


def test_a_run_that_never_trained_cannot_be_looked_into(tmp_path: Path) -> None:
    result = run({**SMALL, "epochs": 0, "runs_dir": str(tmp_path)})
    with pytest.raises(RecordError, match="holds no checkpoint; run it for at least one epoch"):
        load_trained_run(result.directory)
