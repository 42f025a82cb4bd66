"""Overrides to settings: what composes, to what, and what is said about the rest."""

import os
import shlex
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import hydra
import pytest
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from convlab.config import Composer, compose
from convlab.errors import ConfigError, ConvlabError, UnknownPluginError
from convlab.registry import registry
from convlab.settings import GROUPS, Settings

EXPERIMENTS = sorted(
    (item for item in files("convlab.conf").joinpath("experiment").iterdir() if item.name.endswith(".yaml")),
    key=lambda item: item.name,
)
SETTINGS = ", ".join(sorted(Settings.__dataclass_fields__))
OPTIMIZERS = ", ".join(registry().offers("optimizer"))


@pytest.fixture(scope="module")
def composer() -> Iterator[Composer]:
    with Composer() as composer:
        yield composer


def test_nothing_composes_to_the_defaults_of_settings() -> None:
    assert compose([]).to_mapping() == Settings().completed().to_mapping()


@pytest.mark.parametrize("group", GROUPS)
def test_every_installed_offer_can_be_chosen(composer: Composer, group: str) -> None:
    assert composer.options(group) == sorted(registry().offers(GROUPS[group]))


@pytest.mark.parametrize("group", GROUPS)
def test_a_choice_beside_another_is_what_it_is_alone(composer: Composer, group: str) -> None:
    name = min(registry().offers(GROUPS[group]))
    other = "activation=tanh" if group != "activation" else "optimizer=sgd"
    alone, beside = composer.compose([f"{group}={name}"]), composer.compose([f"{group}={name}", other])
    assert beside.to_mapping()[group] == alone.to_mapping()[group]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["epochs=3"], {"epochs": 3}),
        (["+epochs=3"], {"epochs": 3}),
        (["epochs=${batch_size}", "batch_size=8"], {"epochs": 8, "batch_size": 8}),
        (["study=2024"], {"study": "2024"}),
        (["study=no"], {"study": "no"}),
        (["seed=012"], {"seed": 12}),
        (["bias=false"], {"bias": False}),
        (["biases.conv1=false"], {"biases": {"conv1": False}}),
        (["threads=2"], {"threads": 2}),
        (["~epochs"], {"epochs": Settings().epochs}),
        (["probes=[]"], {"probes": []}),
        (["optimizer=sgd"], {"optimizer": {"name": "sgd", "lr": 0.1, "weight_decay": 0.0}}),
        (["+optimizer=sgd"], {"optimizer": {"name": "sgd", "lr": 0.1, "weight_decay": 0.0}}),
        (
            ["optimizer={name:sgd,lr:0.5}", "optimizer.weight_decay=1"],
            {"optimizer": {"name": "sgd", "lr": 0.5, "weight_decay": 1.0}},
        ),
        (["initializers.conv1=ones"], {"initializers": {"conv1": {"name": "ones"}}}),
        (
            ["initializers.conv1={name: constant, value: 0.5}"],
            {"initializers": {"conv1": {"name": "constant", "value": 0.5}}},
        ),
        (["initializers={conv1: ones}"], {"initializers": {"conv1": {"name": "ones"}}}),
        (["activations.dense1=linear"], {"activations": {"dense1": {"name": "linear"}}}),
        (["data=image_folder", "data.root=a b"], {"data.root": "a b"}),
        (["data=image_folder", "data.root=x", "data.size=[8,9]"], {"data.size": [8, 9]}),
    ],
)
def test_overrides_reach_the_settings(
    composer: Composer, overrides: list[str], expected: dict[str, object]
) -> None:
    found = composer.compose(overrides).to_mapping()
    for key, value in expected.items():
        group, _, field = key.partition(".")
        assert (found[group][field] if field else found[group]) == value


def test_a_choice_may_refer_to_a_setting_outside_of_it(composer: Composer) -> None:
    overrides = ["optimizer=sgd", "activation=relu", "optimizer.lr=${label_smoothing}", "label_smoothing=0.5"]
    optimizer = composer.compose(overrides).optimizer
    assert not isinstance(optimizer, str)
    assert optimizer["lr"] == 0.5


def test_all_probes_are_those_that_are_installed() -> None:
    choices = compose(["probes=all"]).probes
    assert [choice["name"] for choice in choices if isinstance(choice, dict)] == [*registry().offers("probe")]


def test_whole_numbers_become_floats_where_the_signature_says_so() -> None:
    choice = compose(["optimizer=sgd", "optimizer.lr=1"]).to_mapping()["optimizer"]
    assert isinstance(choice["lr"], float)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["optimizer.learning=1"], "optimizer 'sgd' has no field 'learning'; fields: lr, weight_decay"),
        (
            ["+optimizer.weight_decy=1"],
            "optimizer 'sgd' has no field 'weight_decy'; "
            "did you mean 'weight_decay'? fields: lr, weight_decay",
        ),
        (["epoch=3"], f"no setting named 'epoch'; did you mean 'epochs'? settings: {SETTINGS}"),
        (["+foo=1"], f"no setting named 'foo'; settings: {SETTINGS}"),
        (["optimizr=sgd"], f"no setting named 'optimizr'; did you mean 'optimizer'? settings: {SETTINGS}"),
        (["epochs=many"], "epochs must be int, got 'many' (str)"),
        (["epochs=3.5"], "epochs must be int, got 3.5 (float)"),
        (["epochs=true"], "epochs must be int, got True (bool)"),
        (["epochs=null"], "epochs must be int, got None (NoneType)"),
        (["threads=all"], "threads must be int | None, got 'all' (str)"),
        (["optimizer.lr=fast"], "optimizer 'sgd': lr must be float, got 'fast' (str)"),
        (["optimizer.lr=null"], "optimizer 'sgd': lr must be float, got None (NoneType)"),
        (["optimizer.lr.x=3"], "optimizer 'sgd': lr must be float, got {} (dict)"),
        (["epochs=-1"], "epochs must be >= 0, got -1"),
        (["batch_size=0"], "batch_size must be >= 1, got 0"),
        (["label_smoothing=2"], "label_smoothing must be in [0, 1), got 2.0"),
        (["study=a/b"], "study must be the name of one folder, got 'a/b'"),
        (["data=image_folder"], "'data.root' has no value; give one with data.root=..."),
        (["epochs"], "'epochs' is not an override: write key=value, such as epochs=3 or optimizer=sgd"),
        (
            ["epochs=[1"],
            "cannot read the override 'epochs=[1': brackets and quotes must match, "
            "and a value that holds spaces or any of ,()[]{}=: needs quotes",
        ),
        (
            ["data@other=digits"],
            "'data@other=digits' is not an override of convlab: "
            "write key=value, such as epochs=3 or optimizer=sgd",
        ),
        (["epochs=${foo}"], "'epochs' cannot be resolved: Interpolation key 'foo' not found"),
        (
            ["epochs=${batch_size}", "batch_size=${epochs}"],
            "'epochs' cannot be resolved: Recursive interpolation detected",
        ),
        (
            ["study=${oc.env:HOME}"],
            "'study' cannot be resolved: oc.env is off: a config cannot read environment variables; "
            "write the value",
        ),
        (["seed=0,1"], "'seed=0,1' holds several values: use -m to run them all, or quote the value"),
        (["optimizer=null"], "'optimizer=null': choose one optimizer by name, such as optimizer=adam"),
        (["optimizer={lr:1}"], "'optimizer={lr:1}': choose one optimizer by name, such as optimizer=adam"),
        (["optimizer.name=adam"], "'optimizer.name=adam': choose the optimizer with optimizer=adam"),
        (
            ["hydra/launcher=joblib"],
            "'hydra/launcher=joblib': convlab uses Hydra to compose only; its own settings have no effect",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(
    composer: Composer, overrides: list[str], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        composer.compose(["optimizer=sgd", *overrides])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "overrides",
    [
        ["optimizer=by_role", "optimizer.rest=sgd", "optimizer.rest.lr=0.3"],
        ["optimizer=by_role", "optimizer.rest={name: sgd, lr: 0.3}"],
        ["optimizer={name: by_role, rest: {name: sgd, lr: 0.3}}"],
    ],
)
def test_an_optimizer_within_an_optimizer_is_chosen_alike(composer: Composer, overrides: list[str]) -> None:
    chosen = composer.compose(overrides).optimizer
    assert isinstance(chosen, dict)
    assert chosen["rest"] == {"name": "sgd", "lr": 0.3, "weight_decay": 0.0}
    assert (
        chosen
        == Settings(optimizer={"name": "by_role", "rest": {"name": "sgd", "lr": 0.3}}).completed().optimizer
    )


def test_a_mistake_within_an_inner_choice_is_told_before_the_start(composer: Composer) -> None:
    with pytest.raises(UnknownPluginError, match="no optimizer named 'sgdd'; did you mean 'sgd'"):
        composer.compose(["optimizer=by_role", "optimizer.rest=sgdd"])


def test_an_unknown_option_names_the_nearest() -> None:
    with pytest.raises(UnknownPluginError) as caught:
        compose(["optimizer=addam"])
    assert str(caught.value) == f"no optimizer named 'addam'; did you mean 'adam'? installed: {OPTIMIZERS}"


def test_an_unknown_initializer_of_one_layer_names_the_nearest() -> None:
    with pytest.raises(UnknownPluginError, match="no initializer named 'gabr'; did you mean 'gabor'"):
        compose(["initializers.conv1=gabr"])


def test_an_unknown_experiment_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="no experiment named 'keras_minst'; did you mean 'keras_mnist'"):
        compose(["+experiment=keras_minst"])


@pytest.mark.usefixtures("third_party_plugin")
class TestThirdParty:
    """A plugin is in the groups just because it is installed."""

    def test_it_is_an_option_with_typed_fields(self) -> None:
        choice = compose(["initializer=spiral", "initializer.turns=3", "initializer.filters=[4]"])
        assert choice.initializer == {"name": "spiral", "turns": 3.0, "filters": [4]}

    def test_it_is_in_globs(self) -> None:
        with Composer() as composer:
            assert composer.expand(["initializer=glob(spi*)", "initializers.conv1=glob(spi*)"]) == [
                ["initializer=spiral", "initializers.conv1=spiral"]
            ]

    def test_a_field_without_default_is_asked_for(self) -> None:
        with pytest.raises(ConfigError) as caught:
            compose(["optimizer=walk"])
        assert str(caught.value) == "'optimizer.lr' has no value; give one with optimizer.lr=..."

    def test_what_hydra_cannot_type_is_checked_by_the_signature(self) -> None:
        choice = compose(["optimizer=walk", "optimizer.lr=1", "optimizer.rate={a: [1]}"]).optimizer
        assert choice == {"name": "walk", "lr": 1.0, "mode": "up", "rate": {"a": [1]}}
        with pytest.raises(ConfigError, match=r"mode must be one of up, down, got 'left' \(str\)"):
            compose(["optimizer=walk", "optimizer.lr=1", "optimizer.mode=left"])

    def test_a_wrong_item_of_a_list_is_named(self) -> None:
        with pytest.raises(ConfigError, match=r"'initializer.filters\[1\]': Value 'x' of type 'str'"):
            compose(["initializer=spiral", "initializer.filters=[1,x]"])


class TestSweeps:
    """Sweeps become jobs."""

    @pytest.mark.parametrize(
        ("overrides", "jobs"),
        [
            (["epochs=1"], [["epochs=1"]]),
            (["seed=range(2)", "epochs=1,2"], [[f"seed={s}", f"epochs={e}"] for s in (0, 1) for e in (1, 2)]),
            (["seed=1,2", "seed=3"], [["seed=3"]]),
            (["optimizer=glob(n*,exclude=n*d*)"], [["optimizer=nesterov"]]),
            (
                ["bias_initializer=choice(zeros,ones)"],
                [["bias_initializer=zeros"], ["bias_initializer=ones"]],
            ),
            (["+experiment=keras_mnist"], [["+experiment=keras_mnist"]]),
        ],
    )
    def test_jobs_come_in_the_order_of_nested_loops(
        self, composer: Composer, overrides: list[str], jobs: list[list[str]]
    ) -> None:
        assert composer.expand(overrides) == jobs

    @pytest.mark.parametrize(
        ("override", "message"),
        [
            ("seed=interval(0,1)", "'seed=interval(0,1)' has no end: a sweep needs a list of values"),
            ("model=glob(x*)", "'model=glob(x*)' matches nothing"),
            ("epochs=glob(*)", "'epochs=glob(*)': glob chooses among the options of a group, not here"),
        ],
    )
    def test_a_sweep_of_nothing_is_refused(self, composer: Composer, override: str, message: str) -> None:
        with pytest.raises(ConfigError) as caught:
            composer.expand([override])
        assert str(caught.value) == message


class TestConfigDir:
    """A folder of the user's own YAML."""

    def write(self, folder: Path, name: str, text: str) -> None:
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)

    def test_its_experiments_and_options_are_found(self, tmp_path: Path) -> None:
        folder = tmp_path / "it's, a [folder]"
        self.write(
            folder, "experiment/mine.yaml", "# @package _global_\nepochs: 7\ninitializers: {conv1: ones}\n"
        )
        self.write(folder, "optimizer/slow.yaml", "defaults: [sgd]\nlr: 0.001\n")
        settings = compose(["experiment=mine", "optimizer=slow"], folder)
        assert settings.epochs == 7
        assert settings.initializers == {"conv1": {"name": "ones"}}
        assert settings.optimizer == {"name": "sgd", "lr": 0.001, "weight_decay": 0.0}

    def test_an_option_of_it_is_found_beside_the_choice_of_another_group(self, tmp_path: Path) -> None:
        self.write(tmp_path, "optimizer/slow.yaml", "defaults: [sgd]\nlr: 0.001\n")
        settings = compose(["activation=elu", "optimizer=slow", "optimizer.weight_decay=0.5"], tmp_path)
        assert settings.optimizer == {"name": "sgd", "lr": 0.001, "weight_decay": 0.5}
        assert settings.activation == {"name": "elu", "alpha": 1.0}

    def test_an_option_of_it_may_set_more_than_its_group(self, tmp_path: Path) -> None:
        self.write(
            tmp_path,
            "optimizer/whole.yaml",
            "# @package _global_\ndefaults: [sgd@optimizer]\nepochs: 7\n",
        )
        settings = compose(["activation=elu", "optimizer=whole"], tmp_path)
        assert settings.epochs == 7
        assert settings.optimizer == {"name": "sgd", "lr": 0.1, "weight_decay": 0.0}

    def test_its_options_are_in_globs(self, tmp_path: Path) -> None:
        self.write(tmp_path, "optimizer/slow.yaml", "defaults: [sgd]\n")
        with Composer(tmp_path) as composer:
            assert composer.expand(["optimizer=glob(sl*)"]) == [["optimizer=slow"]]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("epoch: 7\n", "no setting named 'epoch'; did you mean 'epochs'?"),
            ("epochs: many\n", r"epochs must be int, got 'many' \(str\) \(in experiment/mine.yaml\)"),
            ("optimizer: {lrr: 1}\n", "optimizer 'adam' has no field 'lrr'; did you mean 'lr'?"),
            (
                "optimizer: {lr: x}\n",
                r"optimizer 'adam': lr must be float, got 'x' \(str\) \(in experiment/mine",
            ),
            (
                "defaults:\n  - override /optimizer: addam\n",
                "no optimizer named 'addam'; did you mean 'adam'?",
            ),
            (
                "optimizer: adam\n",
                "'adam' stands where a group has all its fields; a file chooses a plugin by "
                r"'- override /GROUP: adam' in its defaults list \(in experiment/mine.yaml\)",
            ),
            ("study: ${oc.env:HOME}\n", "oc.env is off"),
            ("epochs: [\n", "mine.yaml"),
        ],
    )
    def test_mistakes_in_it_are_said_in_one_line(self, tmp_path: Path, text: str, message: str) -> None:
        self.write(tmp_path, "experiment/mine.yaml", f"# @package _global_\n{text}")
        with pytest.raises(ConvlabError, match=message) as caught:
            compose(["experiment=mine"], tmp_path)
        assert "\n" not in str(caught.value)

    def test_it_must_exist(self, tmp_path: Path) -> None:
        folder = tmp_path / "nowhere"
        with pytest.raises(ConfigError) as caught:
            compose([], folder)
        assert str(caught.value) == f"--config-dir {folder} is not a directory; give one that holds YAML"

    def test_an_import_path_in_it_is_an_unknown_field(self, tmp_path: Path) -> None:
        self.write(tmp_path, "optimizer/evil.yaml", "defaults: [sgd]\n_target_: os.system\n")
        with pytest.raises(ConfigError, match="'_target_'"):
            compose(["optimizer=evil"], tmp_path)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda item: item.name)
def test_every_experiment_composes_by_the_command_it_begins_with(
    composer: Composer, experiment: Path
) -> None:
    package, command, *_ = experiment.read_text().splitlines()
    assert package == "# @package _global_"
    program, verb, *words = shlex.split(command.removeprefix("# "))
    assert (program, verb) == ("convlab", "run")
    name = experiment.name.removesuffix(".yaml")
    assert f"+experiment={name}" in words
    jobs = composer.expand([word for word in words if word != "-m"])
    assert (len(jobs) > 1) == ("-m" in words)
    assert {composer.compose(job).study for job in jobs} == {name}


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVLAB_TEST_VARIABLE", "seen")
    nodes, outer = ConfigStore.instance().repo, GlobalHydra.instance().hydra
    compose(["epochs=1"])
    assert os.listdir() == []
    assert ConfigStore.instance().repo is nodes
    assert GlobalHydra.instance().hydra is outer
    assert OmegaConf.create("x: ${oc.env:CONVLAB_TEST_VARIABLE}").x == "seen"


def test_a_file_may_set_what_is_hydras_own_to_no_effect(tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text(
        "# @package _global_\n"
        "defaults: [override /hydra/launcher: basic]\n"
        "hydra: {job: {chdir: true}, sweeper: {params: {seed: '1,2'}}}\n"
        "epochs: 2\n"
    )
    assert compose(["experiment=mine"], tmp_path).epochs == 2


def test_it_works_inside_an_application_that_uses_hydra_itself(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("optimizer: mine\n")
    outer = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        with hydra.initialize_config_dir(str(tmp_path), version_base="1.3"):
            assert compose(["epochs=7"]).epochs == 7
            with pytest.raises(ConvlabError):
                compose(["optimizer=addam"])
            assert hydra.compose("config").optimizer == "mine"
    finally:
        GlobalHydra.instance().hydra = outer
