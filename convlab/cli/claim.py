"""``convlab claim "A > B by 0.5" DIR...``: whether the runs support it."""

from collections.abc import Sequence

from convlab import compare
from convlab.cli import console
from convlab.cli.arguments import Parser
from convlab.cli.compare import add_question_options
from convlab.compare.claim import REFUTED, SUPPORTED, UNDECIDED, Claim, check_claim
from convlab.compare.question import Question
from convlab.compare.render import print_line

# 1 and 2 are taken: the runs could not be read, or the words could not
EXIT_CODES = {SUPPORTED: 0, REFUTED: 3, UNDECIDED: 4}


def main(words: Sequence[str]) -> int:
    """Answers the claim; see `convlab.cli.main`.

    Returns:
        0 if it is supported, 3 if it is refuted, 4 if it is undecided.
    """
    parser = Parser(
        "claim",
        "Say whether runs support a claim: by the 95% interval of the difference over paired seeds.\n\n"
        'CLAIM is "A > B", "A > B by POINTS", "A < B by POINTS" or "A = B within POINTS"; > means better.\n'
        "A and B are configurations as 'convlab compare' names them, or levels of one setting.\n"
        "Exit code: 0 supported, 3 refuted, 4 undecided.",
        '  convlab claim "he_normal > glorot_uniform by 0.5" runs/start\n'
        '  convlab claim "gelu = silu within 0.1" runs/activations --metric test_accuracy',
    )
    parser.add_argument("claim", metavar="CLAIM", help="what is claimed, in quotes")
    parser.add_argument("folders", nargs="+", metavar="DIR", help="a run, or a folder that holds runs")
    add_question_options(parser)
    options = parser.parse(words)
    question = Question(options.metric, options.margin)
    comparison = compare.compare(options.folders, question)
    answer = check_claim(Claim.parse(options.claim, comparison.question.margin), comparison)
    print_line(console.output(), answer.sentence)
    return EXIT_CODES[answer.outcome]
