from itertools import pairwise

from convlab.seeding import generator


def test_every_seed_and_purpose_has_numbers_of_its_own() -> None:
    names = [(0, "weights", "conv1"), (1, "weights", "conv1"), (0, "weights", "conv2"), (0, "order", 1)]
    draws = [generator(*name).standard_normal(4).tolist() for name in names]
    assert all(first != second for first, second in pairwise(sorted(draws)))


def test_the_parts_of_a_name_do_not_run_together() -> None:
    first, second = generator(0, "a", "bc"), generator(0, "ab", "c")
    assert first.random() != second.random()


def test_the_numbers_are_the_same_in_every_release() -> None:
    # Recorded runs name their seed only: were these numbers to change, none of them could be repeated.
    assert generator(0, "weights", "conv1").integers(0, 2**16, 4).tolist() == [64475, 27587, 43203, 65171]
