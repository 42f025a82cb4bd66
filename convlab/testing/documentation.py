"""What every offer has, whatever its kind: words, a source, an example, and settings with types."""

import contextlib
import doctest
import inspect
import io
import re
import sys

from convlab.contracts.claims import CLAIMS, SETTINGS, claims_of
from convlab.registry import fits, type_name
from convlab.testing.expectations import NotApplicableError, expect
from convlab.testing.subject import Subject

# kind -> numbers of positional parameters that the engine can fill; a schedule may ask for what was measured
POSITIONAL = {
    "initializer": (2,),
    "activation": (0,),
    "optimizer": (1,),
    "schedule": (2, 3),
    "dataset": (0,),
    "model": (2,),
    "augmentation": (0,),
    "tracker": (1,),
    "probe": (0,),
}
WITH_FORMULA = ("initializer", "activation", "optimizer", "schedule")
WITH_SOURCE = (*WITH_FORMULA, "model")


def check_docstring_begins_with_a_sentence(subject: Subject) -> None:
    """The docstring begins with one sentence on a line of its own."""
    first = subject.docstring.partition("\n\n")[0]
    expect(
        re.fullmatch(r"[A-Z0-9].*\.", first),
        "first paragraph of the docstring",
        where=f"of {subject}",
        got=repr(first),
        expected="one sentence on one line, with a capital and a full stop",
    )


def check_docstring_has_a_formula(subject: Subject) -> None:
    """The docstring has a formula ahead of its sections."""
    if subject.offer.kind not in WITH_FORMULA:
        raise NotApplicableError(f"a {subject.offer.kind} needs no formula")
    body = re.split(r"\n[A-Z]\w+:\n", subject.docstring.partition("\n\n")[2])[0]
    expect(
        re.search(r" ([=~]|<-) ", body),
        "formula in the docstring",
        where=f"of {subject}",
        got="none",
        expected="a line such as 'f(x) = max(0, x)' after the first sentence",
    )


def check_docstring_names_its_source(subject: Subject) -> None:
    """The docstring names the paper, with its year, under ``References:``."""
    kind, references = subject.offer.kind, subject.docstring.partition("References:\n")[2]
    if kind not in WITH_SOURCE and not references:
        raise NotApplicableError(f"a {kind} needs no paper")
    expect(
        re.search(r"\b(1[6-9]|20)\d\d\b", references),
        "section 'References:' of the docstring",
        where=f"of {subject}",
        got=repr(references.strip()),
        expected="author, title and year of the source",
    )


def check_docstring_describes_every_setting(subject: Subject) -> None:
    """Every setting has a line under ``Args:``."""
    for name in subject.offer.fields:
        expect(
            re.search(rf"^ +`*{name}`*( \(.*\))?: ", subject.docstring, re.MULTILINE),
            f"line for '{name}' under 'Args:' of the docstring",
            where=f"of {subject}",
            got="none",
            expected=f"'{name}: what it is, its unit and range'",
        )


def check_docstring_example_runs(subject: Subject) -> None:
    """The docstring has an ``Example:``, and it prints what it says."""
    factory = subject.offer.factory
    names = dict(vars(sys.modules[factory.__module__])) if factory.__module__ in sys.modules else {}
    found = doctest.DocTestParser().get_doctest(subject.docstring, names, str(subject), None, 0)
    expect(found.examples, "example in the docstring", where=f"of {subject}", got="none", expected="'>>> '")
    written = io.StringIO()
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    with contextlib.redirect_stderr(io.StringIO()):
        failed = runner.run(found, out=written.write).failed
    said = " ".join(written.getvalue().split())
    expect(not failed, "example in the docstring", where=f"of {subject}", got=said, expected="what it prints")


def check_parameters_are_those_of_its_kind(subject: Subject) -> None:
    """The engine's parameters are positional, the settings keyword-only, and nothing is swallowed."""
    kind = subject.offer.kind
    parameters = inspect.signature(subject.offer.factory).parameters.values()
    for parameter in parameters:
        expect(
            parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD),
            f"parameter '{parameter}'",
            where=f"of {subject}",
            got="one that takes anything",
            expected="named parameters, so that a misspelt setting is an error",
        )
    positional = [item.name for item in parameters if item.kind is not item.KEYWORD_ONLY]
    expect(
        len(positional) in POSITIONAL[kind],
        "positional parameters",
        where=f"of {subject}",
        got=f"{len(positional)} ({', '.join(positional) or 'none'})",
        expected=f"{' or '.join(map(str, POSITIONAL[kind]))}, with settings after a '*'",
    )


def check_settings_have_types_and_defaults(subject: Subject) -> None:
    """Every setting has a type, and a default of that type or an example among the claims."""
    examples = claims_of(subject.offer.factory).get(SETTINGS, {})
    for name, field in subject.offer.fields.items():
        where = f"of {subject}"
        typed = field.annotation is not field.empty
        expect(typed, f"type of setting '{name}'", where=where, got="none", expected="an annotation")
        if field.default is field.empty and name not in examples:
            continue  # allowed: a folder of images has no default; checks that build it say so
        value = examples.get(name, field.default)
        expect(
            fits(value, field.annotation),
            f"default of setting '{name}'",
            where=where,
            got=f"{value!r} ({type(value).__name__})",
            expected=type_name(field.annotation),
        )


def check_claims_are_known(subject: Subject) -> None:
    """Every claim is one that the kit can hold the offer to."""
    known = {*CLAIMS.get(subject.offer.kind, {}), SETTINGS}
    for name in claims_of(subject.offer.factory):
        expect(
            name in known,
            "claim",
            where=f"of {subject}",
            got=f"'{name}'",
            expected=f"one of {', '.join(sorted(known))}",
        )
