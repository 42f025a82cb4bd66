"""The command line: verbs, exit codes, and what a user sees when something goes wrong."""

import os
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from importlib import import_module

from convlab.cli.signals import Stopped, stopping_on_signals
from convlab.cli.text import one_line
from convlab.errors import ConfigError, ConvlabError, UnknownPluginError

OK, FAILED, USAGE = 0, 1, 2

VERBS = {
    "run": "train one experiment, a sweep of them with -m, or a study",
    "compare": "who beats whom over the runs in folders, by how much and how sure",
    "claim": "whether runs support a claim such as 'he_normal > glorot_uniform by 0.5'",
    "report": "a study as one HTML page that works from disk",
    "show": "one run: result, curves, filters, health of its layers",
    "explain": "one window of a run's convolution, in numbers",
    "runs": "what is on disk: runs list, runs rm, runs verify",
    "diff": "in what two runs differ",
    "resume": "go on with interrupted runs",
    "bench": "how fast, how exact, how small, beside PyTorch",
    "plugins": "what is installed: plugins list, info NAME, check PACKAGE, new NAME",
}

HELP = f"""usage: convlab VERB ...

Experiments on convolutional networks, with a compiled core.

verbs:
{chr(10).join(f"  {verb:<9} {summary}" for verb, summary in VERBS.items())}

examples:
  convlab run                                         train the default network on the bundled digits
  convlab run data=mnist model=keras_mnist epochs=5   choose parts, set values
  convlab run -m initializer='glob(*)' seed=0,1       sweep over all initializers and two seeds
  convlab compare runs/default                        compare runs
  convlab claim "adam > sgd by 0.5" runs/optimizers   ask whether runs support a claim
  convlab report runs/default                         write runs/default/report.html
  convlab show runs/default/0123456789ab              look at one run
  convlab explain conv runs/default/0123456789ab      walk through one of its windows
  convlab runs list runs/default                      list what is on disk
  convlab diff RUN RUN                                in what two runs differ
  convlab resume runs/default                         go on with what was interrupted
  convlab bench operations --only lenet1,vgg64        time convolutions beside PyTorch
  convlab plugins info adam                           what a plugin does and takes

options:
  -h, --help         this text; 'convlab VERB --help' tells more
  --version          version of convlab
  -sc install=bash   tab completion: eval "$(convlab -sc install=bash)"
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: as after ``convlab`` on the command line; None takes those of the process.

    Returns:
        Exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted, 143 terminated.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with stopping_on_signals(), _warnings_in_one_line():
            code = _dispatch(words)
            sys.stdout.flush()
            return code
    except Stopped as stop:
        _complain(f"stopped{stop.detail}")
        return stop.exit_code
    except (ConfigError, UnknownPluginError) as error:
        _complain(f"error: {error}")
        return USAGE
    except ConvlabError as error:
        _complain(f"error: {error}")
        return FAILED
    except BrokenPipeError:
        _close_output()
        return FAILED
    except SystemExit as leaving:  # argparse after --help, rich after a broken pipe
        return leaving.code if isinstance(leaving.code, int) else OK
    except Exception:
        traceback.print_exc()
        _complain("this is a fault of convlab or of a plugin; please report it with the lines above")
        return FAILED


def _dispatch(words: list[str]) -> int:
    first = words[0] if words else "--help"
    if first in ("-h", "--help"):
        print(HELP, end="")
        return OK
    if first == "--version":
        from importlib.metadata import version

        print(f"convlab {version('convlab')}")
        return OK
    if first in ("-sc", "--shell-completion"):
        first, words = "complete", ["complete", *words[1:]]
    elif first not in VERBS:
        raise ConfigError(_unknown_verb(first))
    verb = import_module(f"convlab.cli.{first}")
    code: int = verb.main(words[1:])
    return code


def _unknown_verb(word: str) -> str:
    if "=" in word:
        return f"'{word}' is no verb; did you mean 'convlab run {word}'?"
    nearest = get_close_matches(word, VERBS, n=1)
    question = f"did you mean '{nearest[0]}'? " if nearest else ""
    return f"no verb named '{word}'; {question}verbs: {', '.join(VERBS)}"


def _complain(message: str) -> None:
    with suppress(BrokenPipeError):
        print(f"convlab: {one_line(message)}", file=sys.stderr, flush=True)


@contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Shows Python's warnings in our form, without the line of source that raised them."""

    def show(message: Warning | str, *_: object, **__: object) -> None:
        _complain(f"warning: {message}")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


def _close_output() -> None:
    """Points stdout nowhere, so that the interpreter does not complain again on its way out."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
