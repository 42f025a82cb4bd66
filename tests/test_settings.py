import pytest

from convlab.errors import ConfigError, UnknownPluginError
from convlab.settings import Settings


def test_choices_are_completed_with_all_fields_of_their_plugins() -> None:
    settings = Settings.from_mapping(
        {"optimizer": {"name": "sgd", "lr": 0.5}, "initializers": {"conv1": "normal"}}
    )
    assert settings.optimizer["name"] == "sgd"  # type: ignore[index]
    assert settings.optimizer["lr"] == 0.5  # type: ignore[index]
    assert "weight_decay" in settings.optimizer
    assert settings.initializers["conv1"] == {"name": "normal", "std": 0.05}


def test_a_mapping_goes_there_and_back() -> None:
    settings = Settings.from_mapping({"seed": 3, "model": "lenet5", "biases": {"conv1": False}})
    assert Settings.from_mapping(settings.to_mapping()) == Settings.from_mapping(settings.to_mapping())
    assert Settings.from_mapping(settings.to_mapping()).to_mapping() == settings.to_mapping()


@pytest.mark.parametrize("name", ["study", "runs_dir", "threads"])
def test_where_and_how_a_run_happens_does_not_determine_it(name: str) -> None:
    changed = {"study": "other", "runs_dir": "elsewhere", "threads": 3}
    assert Settings.from_mapping({name: changed[name]}).determining() == Settings().completed().determining()
    assert Settings.from_mapping({"seed": 1}).determining() != Settings().completed().determining()


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"epoch": 1}, r"no setting named 'epoch'; did you mean 'epochs'\? settings: activation, "),
        ({"seed": -1}, "seed must be >= 0, got -1"),
        ({"epochs": -1}, "epochs must be >= 0, got -1"),
        ({"batch_size": 0}, "batch_size must be >= 1, got 0"),
        ({"threads": 0}, "threads must be >= 1, got 0"),
        ({"label_smoothing": 1.0}, r"label_smoothing must be in \[0, 1\), got 1.0"),
        ({"validation_fraction": 1}, r"validation_fraction must be in \[0, 1\), got 1"),
        ({"loss": "hinge"}, "loss must be one of softmax_cross_entropy, mean_squared_error, got 'hinge'"),
        ({"preprocessing": "none"}, "preprocessing must be one of standardize, unit, per_image, got 'none'"),
        ({"precision": "half"}, "precision must be one of float32, fast, bfloat16, got 'half'"),
        ({"study": "a/b"}, "study must be the name of one folder, got 'a/b'"),
        ({"epochs": "many"}, r"epochs must be int, got 'many' \(str\)"),
        ({"bias": "yes"}, r"bias must be bool \| None, got 'yes' \(str\)"),
        ({"biases": {"conv1": 3}}, r"biases must be .*bool.*, got \{'conv1': 3\}"),
    ],
)
def test_a_value_that_does_not_fit_says_so(mapping: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Settings.from_mapping(mapping)


def test_an_unknown_plugin_names_the_nearest() -> None:
    with pytest.raises(UnknownPluginError, match=r"no optimizer named 'addam'; did you mean 'adam'\?"):
        Settings.from_mapping({"optimizer": "addam"})
