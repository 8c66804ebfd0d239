"""What is written on a picture, and what of it is cut or lies on another."""

from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text


def _ticks(axis):
    low, high = sorted(axis.get_view_interval())
    return [label for place, label in zip(axis.get_majorticklocs(), axis.get_majorticklabels()) if low <= place <= high]


def written(figure):
    """Texts that are seen, with their extents in pixels."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    found = list(figure.texts)
    for ax in figure.axes:
        parts = [ax.title, ax._left_title, ax._right_title, *ax.texts]
        if ax.axison:
            parts += [ax.xaxis.label, ax.yaxis.label, *_ticks(ax.xaxis), *_ticks(ax.yaxis)]
        legend = ax.get_legend()
        found += parts + (legend.get_texts() if legend is not None else [])
    if figure._suptitle is not None and figure._suptitle not in found:
        found.append(figure._suptitle)
    seen = [text for text in found if isinstance(text, Text) and text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in seen]


def cut(figure, slack=0.5):
    """Texts that are not wholly inside the figure."""
    texts = written(figure)
    box = figure.bbox
    return [
        text
        for text, b in texts
        if b.x0 < -slack or b.y0 < -slack or b.x1 > box.width + slack or b.y1 > box.height + slack
    ]


def overlapping(figure, slack=1.0):
    """Pairs of texts that lie on each other by more than some pixels both ways."""
    return [
        (one, other)
        for (one, a), (other, b) in combinations(written(figure), 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > slack and min(a.y1, b.y1) - max(a.y0, b.y0) > slack
    ]
