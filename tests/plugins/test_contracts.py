"""Every contract, over everything installed: the tests run the kit that plugin authors run.

They ask the registry, so a new plugin, third-party or ours, is tested without being named here.
"""

from pathlib import Path

import pytest

from convlab.registry import KINDS, registry
from convlab.testing import Check, Subject, checks, run_check
from convlab_plugins import (
    activations,
    augmentations,
    datasets,
    initializers,
    models,
    optimizers,
    probes,
    schedules,
    trackers,
)

PACKAGES = {
    "initializer": initializers,
    "activation": activations,
    "optimizer": optimizers,
    "schedule": schedules,
    "dataset": datasets,
    "model": models,
    "augmentation": augmentations,
    "tracker": trackers,
    "probe": probes,
}
SUBJECTS = [Subject(offer) for kind in KINDS for offer in registry().offers(kind).values()]
CASES = [(subject, check) for subject in SUBJECTS for check in checks(subject.offer.kind)]
# these must never need files of their own, nor settings
ALWAYS_BUILT = ("digits", "synthetic")


def case_name(item: Subject | Check) -> str:
    return f"{item.offer.kind}-{item.offer.name}" if isinstance(item, Subject) else item.name


@pytest.mark.parametrize("kind", PACKAGES)
def test_what_the_package_offers_is_installed(kind: str) -> None:
    assert not registry().problems
    assert set(PACKAGES[kind].OFFERS) <= set(registry().offers(kind))


@pytest.mark.parametrize(("subject", "check"), CASES, ids=case_name)
def test_an_offer_keeps_its_contract(
    subject: Subject, check: Check, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVLAB_DATA_DIR", str(shared_data))  # real files where the tests have them
    outcome = run_check(check, subject)
    if outcome.status == "not applicable" and "needs files" in outcome.message:
        assert subject.offer.kind == "dataset", outcome.message
        assert subject.offer.name not in ALWAYS_BUILT, outcome.message
        pytest.skip(outcome.message.partition(":")[0])
    assert outcome.status != "failed", outcome.message  # what is not claimed need not be kept
