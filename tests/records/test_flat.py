"""Configs laid out flat."""

from convlab.records.flat import flatten


def test_a_choice_gives_its_name_and_its_fields() -> None:
    adam = {"name": "adam", "lr": 0.1, "betas": [0.9, 0.99]}
    assert flatten({"optimizer": adam}) == {
        "optimizer": "adam",
        "optimizer.lr": 0.1,
        "optimizer.betas": [0.9, 0.99],
    }


def test_a_mapping_whose_name_is_no_text_is_no_choice() -> None:
    assert flatten({"a": {"name": 3, "b": 1}}) == {"a.name": 3, "a.b": 1}


def test_lists_of_choices_are_numbered_and_empty_containers_left_out() -> None:
    config = {"layers": [{"name": "conv", "k": 8}, {"name": "dense"}], "initializers": {}, "probes": []}
    assert flatten(config) == {"layers.0": "conv", "layers.0.k": 8, "layers.1": "dense"}
