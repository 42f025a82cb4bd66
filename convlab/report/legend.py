"""The legend of charts: its entries hide and show what they name."""

from collections.abc import Sequence

from convlab.report.markup import Markup, element

# seven colors that color-blind readers tell apart, each whole, dashed and dotted
STYLES = 21


def legend(labels: Sequence[str]) -> Markup:
    """A button for each label, in the order of the styles."""
    return element(
        "div",
        *(
            element("button", _swatch(style), label, type="button", data_arm=style, aria_pressed="true")
            for style, label in enumerate(labels)
        ),
        class_="legend",
    )


def _swatch(style: int) -> Markup:
    line = Markup('<path class="line" d="M1 6h24"/>')
    return element("svg", line, viewBox="0 0 26 12", width=26, height=12, class_=f"style{style}")
