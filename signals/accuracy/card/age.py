"""The card's figures and pictures of predicted age."""

from __future__ import annotations

from signals.accuracy.age import BUFFERS, Age, Errors
from signals.accuracy.bootstrap import Figure
from signals.accuracy.card.charts import Mark, Series, Words, line_chart, linear, mark_chart, percent
from signals.accuracy.card.picture import Part, joined, shown
from signals.accuracy.card.words import behind, named, share, short_years, slug, table, years
from signals.accuracy.coverage import TOLERATED, Coverage, misses
from signals.accuracy.results import Report, SetReport

TOLD_ACCESS = "18"
TOLD_BUFFERS = (0, 3, 5, 7, 10)


def age_in_short(report: Report) -> str:
    """Sentences with the figures that warn most: young people who pass, and the spread of errors."""
    told = [
        _set_in_short(one.name, figures)
        for one in report.sets
        for figures in one.age
        if figures.unit == "frame" and figures.errors.mae.value is not None
    ]
    return " ".join(told) + "\n" if told else ""


def _set_in_short(name: str, figures: Age) -> str:
    errors = figures.errors
    text = (
        f"On {name} the error is {years(errors.mae)} years in the mean and "
        f"{short_years(errors.percentiles['95'])} for one in twenty ({behind(errors.mae)})"
    )
    under = {band: p for band, p in figures.passes[TOLD_ACCESS].items() if p.side == "under"}
    if not under:
        return f"{text}."
    band, passes = max(under.items(), key=lambda item: item[1].by_buffer[0].value or 0.0)
    return (
        f"{text}; of {band} year olds {share(passes.by_buffer[0])} look 18 or older and "
        f"{share(passes.by_buffer[5])} look 23 or older ({behind(passes.by_buffer[0])})."
    )


def age_part(report: Report, stem: str) -> Part:
    """All tables and pictures, set by set."""
    return joined(*[_of_set(one, figures, stem) for one in report.sets for figures in one.age], _interval(report))


def _interval(report: Report) -> str:
    if not report.interval:
        return ""
    starts = [0.0, *(band.below for band in report.interval)]
    rows = [
        [
            f"{start:g} to {band.below:g}",
            f"{band.lower:+.1f}",
            f"{band.upper:+.1f}",
            ", ".join(f"{number} {name}" for name, number in band.n.items()),
        ]
        for start, band in zip(starts, report.interval, strict=False)
    ]
    header = ["predicted age", "`age.lower`", "`age.upper`", "images behind it"]
    return f"### The shipped interval, in years from the predicted age\n\n{table(header, rows)}"


def _of_set(one: SetReport, figures: Age, stem: str) -> Part:
    where = f"{one.name}, per {figures.unit}"
    name = stem if figures.unit == "frame" else f"{stem}-clip"
    return joined(
        f"### Errors on {where}\n",
        f"{_what(figures)}\n",
        _errors(figures),
        _errors_picture(figures, name, one.name),
        *[_group(column, values) for column, values in figures.by_group.items()],
        f"### Who passes on {where}\n",
        _passes(figures),
        _passes_picture(figures, name, one.name),
        f"### The 90 % interval on {where}\n",
        _coverages(figures),
        _coverage_picture(figures, name, one.name),
    )


def _what(figures: Age) -> str:
    labels = "the middle of labelled bins" if figures.labels == "bins" else "labelled ages"
    text = f"Years, against {labels}; bias is predicted minus labelled. No prediction: {share(figures.no_answer)}"
    text += f" of {figures.presentations}."
    if figures.without_point:
        text += f" {figures.without_point} in an open bin have no middle and count only among those who pass."
    return text


def _errors(figures: Age) -> str:
    rows = [["**all**", *_error_cells(figures.errors)]]
    rows += [[band, *_error_cells(errors)] for band, errors in figures.by_band.items()]
    return table(["age", *_ERRORS], rows)


_ERRORS = ["n", "people", "mean absolute error", "bias", "half within", "80 % within", "90 % within", "95 % within"]


def _group(column: str, values: dict[str, Errors]) -> str:
    rows = [[named(value), *_error_cells(errors)] for value, errors in values.items()]
    return table([named(column), *_ERRORS], rows)


def _error_cells(errors: Errors) -> list[str]:
    parts = [short_years(figure) for figure in errors.percentiles.values()]
    return [str(errors.mae.n), str(errors.mae.subjects), years(errors.mae), years(errors.bias), *parts]


def _passes(figures: Age) -> str:
    rows = []
    for band, passes in figures.passes[TOLD_ACCESS].items():
        cells = [share(passes.by_buffer[BUFFERS.index(buffer)]) for buffer in TOLD_BUFFERS]
        rows.append([f"{band} ({passes.side} 18)", str(passes.by_lower.n), *cells, share(passes.by_lower)])
    header = ["age", "n", *(f"looks {18 + buffer} or older" for buffer in TOLD_BUFFERS), "`age.lower` is 18 or more"]
    text = "Share of each band that reaches an age of access of 18 plus a buffer; the JSON has more.\n"
    return f"{text}\n{table(header, rows)}"


def _coverages(figures: Age) -> str:
    texts = []
    if figures.shipped:
        seen = " It was fitted on these very images, so this is too good." if figures.refitted else ""
        texts.append(f"`age.lower` to `age.upper` as the provider answers: {_in_words(figures.shipped)}{seen}")
    if figures.refitted:
        texts.append(f"The same interval fitted on other people only: {_in_words(figures.refitted)}")
    if figures.fitted:
        texts.append(f"An interval fitted on other people of this set alone: {_in_words(figures.fitted)}")
    kinds = {
        "as the provider answers": figures.shipped,
        "fitted on other people": figures.refitted,
        "fitted on other people of this set alone": figures.fitted,
    }
    there = {name: coverage for name, coverage in kinds.items() if coverage}
    rows = [
        [band, str(errors.mae.n), *(share(coverage.by_band.get(band, _NONE)) for coverage in there.values())]
        for band, errors in figures.by_band.items()
    ]
    header = ["age", "n", *there]
    return "\n\n".join([*texts, table(header, rows)])


_NONE = Figure(None, None, None, 0, 0)


def _in_words(coverage: Coverage) -> str:
    too_few, too_many = misses(coverage)
    low, high = (coverage.level + sign * TOLERATED for sign in (-1, 1))
    text = f"it holds {share(coverage.all)} of labelled ages ({behind(coverage.all)}) and is {years(coverage.width)} "
    text += "years wide in the mean."
    if too_few:
        text += f" **It misses, below {low * 100:.0f} %: {', '.join(too_few)}.**"
    if too_many:
        text += f" Wider than it need be, above {high * 100:.0f} %: {', '.join(too_many)}."
    return text


def _errors_picture(figures: Age, stem: str, name: str) -> Part:
    marks = [
        Mark(band, errors.mae, _absolute(errors.bias), 0, f"n = {errors.mae.n}, bias {short_signed(errors.bias)}")
        for band, errors in figures.by_band.items()
    ]
    top = max((mark.figure.high or mark.figure.value or 0) for mark in marks)
    x = linear("years", _ticks(top))
    legend = {"mean absolute error, 95 % interval": 0, "size of the bias": 1}
    words = Words(f"Error by age on {name}", "Mean absolute error of the predicted age and its bias, by band.", legend)
    return shown(
        f"{stem}-errors-{slug(name)}.svg", mark_chart(words, x, marks), f"Error of the predicted age by age on {name}"
    )


def _passes_picture(figures: Age, stem: str, name: str) -> Part:
    near = {band: p for band, p in figures.passes[TOLD_ACCESS].items() if _upper(band) < 35}
    series = []
    for hue, (band, passes) in enumerate(near.items()):
        pairs = list(zip(BUFFERS, passes.by_buffer, strict=True))
        points = [(float(buffer), figure.value) for buffer, figure in pairs if figure.value is not None]
        ends = [(float(b), f.low, f.high) for b, f in pairs if f.low is not None and f.high is not None]
        series.append(
            Series(f"{band} years", points, hue, ends if passes.side == "under" else (), passes.side != "under")
        )
    words = Words(f"Who looks 18 plus a buffer on {name}", "Share of each band that passes, by buffer in years.")
    svg = line_chart(words, linear("buffer in years", list(BUFFERS)), percent("share that passes", _SHARES), series)
    caption = f"Share that passes an age of access of 18 by buffer on {name}; dashed: of age"
    return shown(f"{stem}-passes-{slug(name)}.svg", svg, caption)


_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def _coverage_picture(figures: Age, stem: str, name: str) -> Part | None:
    main, second = figures.refitted or figures.shipped, figures.fitted
    if not main:
        return None
    marks = [
        Mark(band, figure, second.by_band.get(band) if second else None, 0, f"n = {figure.n}")
        for band, figure in main.by_band.items()
    ]
    legend = {
        "the provider's interval, on people not used to fit" if figures.refitted else "the provider's interval": 0
    }
    legend |= {"one fitted on other people of this set alone": 1} if second else {}
    words = Words(f"Ages that the 90 % interval holds on {name}", "Coverage by band; shaded: 85 to 95 %.", legend)
    zone = main.level - TOLERATED, main.level + TOLERATED
    svg = mark_chart(words, percent("labelled ages held", [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]), marks, zone)
    return shown(f"{stem}-coverage-{slug(name)}.svg", svg, f"Coverage of the 90 % interval by age on {name}")


def short_signed(figure: Figure) -> str:
    """Years with their sign."""
    return "–" if figure.value is None else f"{figure.value:+.1f}"


def _absolute(figure: Figure) -> Figure:
    value = None if figure.value is None else abs(figure.value)
    return Figure(value, None, None, figure.n, figure.subjects)


def _ticks(top: float) -> list[float]:
    step = 2 if top <= 12 else 5
    return [float(value) for value in range(0, int(top) + 2 * step, step)]


def _upper(band: str) -> float:
    return float(band.rstrip("+").partition("-")[2] or "inf")
