"""Shell completion: ``eval "$(convlab -sc install=bash)"``.

The script that is printed calls ``convlab -sc query=bash`` with the line so far in COMP_LINE. Hydra completes
the overrides of ``convlab run``; verbs, flags and names of plugins are completed here.
"""

import os
import re
from collections.abc import Iterable, Sequence

from convlab.cli import VERBS
from convlab.errors import ConfigError, ConvlabError
from convlab.registry import KINDS, registry

# readline replaces only what follows the last '=', unless '=' is taken out of COMP_WORDBREAKS
INSTALL = r"""_convlab_complete() {
    local line=${COMP_LINE:0:$COMP_POINT} prefix="" IFS=$'\n'
    local word=${line##* }
    [[ $word == *=* && $COMP_WORDBREAKS == *=* ]] && prefix=${word%=*}=
    COMPREPLY=($(COMP_LINE=$line "${COMP_WORDS[0]}" -sc query=bash 2>/dev/null))
    COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
}
complete -o nospace -o default -F _convlab_complete convlab
"""
UNINSTALL = "complete -r convlab\nunset -f _convlab_complete\n"
USAGE = 'write eval "$(convlab -sc install=bash)", or uninstall=bash'

RUN_FLAGS = ("--cfg", "--config-dir", "--help", "--multirun", "--rerun")
LAYER_CHOICE = re.compile(r"(initializer|activation)s\.\w+=")


def main(words: Sequence[str]) -> int:
    """Does ``install=bash``, ``uninstall=bash`` or ``query=bash``; see `convlab.cli.main`."""
    action, _, shell = " ".join(words).partition("=")
    if shell != "bash" or action not in ("install", "uninstall", "query"):
        raise ConfigError(f"shell completion knows bash only, got '{' '.join(words)}': {USAGE}")
    if action == "query":
        print("\n".join(candidates(os.environ.get("COMP_LINE", ""))))
    else:
        print(INSTALL if action == "install" else UNINSTALL, end="")
    return 0


def candidates(line: str) -> list[str]:
    """What the last word of a line may become; nothing where files are what is asked for.

    Args:
        line: from the command's name to the cursor.

    Example:
        >>> candidates("convlab pl")
        ['plugins ']
    """
    *before, word = line.split(" ")
    before = [item for item in before if item][1:]
    if not before:
        return _starting(word, [f"{verb} " for verb in VERBS])
    if before[0] == "run":
        return _starting(word, RUN_FLAGS) if word.startswith("-") else _overrides(before[1:], word)
    if before == ["bench"] and not word.startswith("-"):
        from convlab.cli.bench import MEASUREMENTS

        return _starting(word, [f"{name} " for name in MEASUREMENTS])
    if before == ["plugins"]:
        return _starting(word, ["list ", "info "])
    if before == ["plugins", "info"]:
        return _starting(word, {name for kind in KINDS for name in registry().offers(kind)})
    if before == ["plugins", "list"]:
        return _starting(word, KINDS)
    return []


def _overrides(before: Sequence[str], word: str) -> list[str]:
    from hydra.plugins.completion_plugin import DefaultCompletionPlugin

    from convlab.cli.run_options import parser
    from convlab.config import Composer

    layer_choice = LAYER_CHOICE.match(word)
    if layer_choice:
        return _starting(word, [layer_choice[0] + name for name in registry().offers(layer_choice[1])])

    class Completion(DefaultCompletionPlugin):
        def of(self, words: Sequence[str]) -> list[str]:
            return self._query("config", " ".join(words))

    try:
        options = parser().parse(before)
        with Composer(options.config_dir) as composer:
            found = Completion(composer.loader).of([*composer.prepared(options.overrides), word])
    except ConvlabError:
        return []
    return [item for item in found if not item.lstrip("+~").startswith("hydra") and ".name=" not in item]


def _starting(word: str, options: Iterable[str]) -> list[str]:
    return sorted(option for option in options if option.startswith(word))
