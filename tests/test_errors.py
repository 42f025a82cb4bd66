import pytest

from convlab import errors
from convlab.errors import ConvlabError, suggest


@pytest.mark.parametrize(
    "error",
    [item for item in vars(errors).values() if isinstance(item, type) and item.__module__ == errors.__name__],
)
def test_every_error_is_in_the_one_tree_and_says_when_it_is_raised(error: type[Exception]) -> None:
    assert issubclass(error, ConvlabError)
    assert error.__doc__


def test_the_nearest_name_is_suggested_and_all_are_listed() -> None:
    assert suggest("addam", ["sgd", "adam"]) == "; did you mean 'adam'? installed: adam, sgd"


def test_nothing_is_suggested_when_nothing_is_near() -> None:
    assert suggest("xyz", ["sgd", "adam"]) == "; installed: adam, sgd"
    assert suggest("xyz", []) == "; installed: none"
