"""``convlab resume RUN...``: goes on with what was interrupted."""

import traceback
from collections.abc import Sequence

from convlab import experiment
from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.progress import Progress
from convlab.cli.text import one_line, seconds_text
from convlab.errors import ConvlabError
from convlab.records.run_directory import RunDirectory, find_runs


def main(words: Sequence[str]) -> int:
    """Resumes runs, each in its own folder; see `convlab.cli.main`."""
    parser = Parser(
        "resume",
        "Go on with interrupted runs from their checkpoints, each in its own folder and with its own\n"
        "settings. The result is, bit for bit, that of a run that was never interrupted.",
        "  convlab resume runs/default/0123456789ab\n  convlab resume runs/initializers --retry",
    )
    parser.add_argument("folders", nargs="+", metavar="RUN", help="a run, or a folder that holds runs")
    parser.add_argument("--retry", action="store_true", help="train those again that failed")
    parser.add_argument("--threads", type=int, metavar="N", help="of the compiled core; as begun by default")
    options = parser.parse(words)
    wanted = {"interrupted", "failed"} if options.retry else {"interrupted"}
    runs = find_runs(options.folders)
    chosen = [run for run in runs if _status(run) in wanted]
    out = console.output()
    if not chosen:
        out.print(f"nothing to resume: none of {len(runs)} runs is {' or '.join(sorted(wanted))}")
        return 0
    return 1 if [run for run in chosen if not _resume(run, options.threads)] else 0


def _status(run: RunDirectory) -> str:
    try:
        return run.status
    except ConvlabError:
        return "unreadable"


def _resume(run: RunDirectory, threads: int | None) -> bool:
    """Resumes one run and says what it reached; whether it finished."""
    out, err = console.output(), console.progress()
    with Progress(err, str(run.path)) as listener:
        try:
            result = experiment.resume(run.path, listener=listener, threads=threads)
        except KeyboardInterrupt as interrupt:
            raise KeyboardInterrupt(listener.where_it_stopped) from interrupt
        except ConvlabError as error:
            err.print(f"convlab: error: {one_line(f'{run.path}: {error}')}", style="red")
            return False
        except Exception:
            err.print(traceback.format_exc(), end="")
            return False
    if result.status != "finished":
        err.print(
            f"convlab: error: {one_line(f'{run.path}: {result.status}: {result.message}')}", style="red"
        )
        return False
    out.print(f"{run.path}  test {result.test_accuracy:.4f}  {seconds_text(result.seconds)}")
    return True
