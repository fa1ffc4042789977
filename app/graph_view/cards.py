"""Cards that explain what is under the pointer: an edge's part in a gradient, a node in full."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from app import fonts, theme
from app.graph_view.picture import Picture
from core.explain import local_derivative
from core.graph import Edge
from core.known import UNKNOWN, format_known
from core.numbers import format_full, format_number
from core.paths import paths_between

PADDING = 12.0
ROW = 21.0
LEAST_WIDTH = 152.0
MOST_ROWS = 8
LONGEST_FORMULA = 40
MOST_FACTORS = 6
MOST_LINKS = 4_000  # of a graph whose paths are looked for while the pointer moves


@dataclass(frozen=True)
class Card:
    """A heading, rows of caption and number, and where a line divides them (from the end)."""

    heading: str
    rows: tuple[tuple[str, str], ...]
    sums: int = 0  # rows under the dividing line


def edge_card(picture: Picture, piece: int) -> Card:
    """What flows back along a curve: local derivative times upstream gradient, added up."""
    flow, graph, known = picture.flow, picture.graph, picture.known
    edges = picture.edges_of_piece[piece]
    links = [link for edge in edges for link in picture.edge_links[edge]]
    if links and links[0] >= len(flow.source):  # from an op's circle to its own value
        node = graph.nodes[flow.ids[links[0] - len(flow.source)]]
        return Card(node.name, (("upstream", format_known(known.grad(node.id))),))
    source = graph.nodes[flow.ids[int(flow.source[links[0]])]]
    if len(links) == 1:
        link = links[0]
        target = graph.nodes[flow.ids[int(flow.target[link])]]
        edge = Edge(source.id, target.id, int(flow.input_index[link]))
        words = local_derivative(graph, target.id, edge.input_index).text
        return Card(
            f"{source.name} → {target.name}",
            (
                (_local(words, flow.local[link]), format_known(known.local(edge))),
                ("× upstream", format_known(known.grad(target.id))),
                (f"{source.name}.grad +=", format_known(known.amount(edge))),
            ),
            sums=1,
        )
    rows = []
    for link in links[:MOST_ROWS]:
        target = graph.nodes[flow.ids[int(flow.target[link])]]
        edge = Edge(source.id, target.id, int(flow.input_index[link]))
        local, upstream = format_known(known.local(edge)), format_known(known.grad(target.id))
        amount = format_known(known.amount(edge))
        rows.append((f"to {target.name}: {local} × {upstream}", amount))
    if len(links) > MOST_ROWS:
        rest = float(picture.contributions[links[MOST_ROWS:]].sum())
        rows.append((f"{len(links) - MOST_ROWS} more", format_number(rest)))
    total = format_number(float(picture.piece_numbers[piece]))
    targets = {int(flow.target[link]) for link in links}
    where = graph.nodes[flow.ids[targets.pop()]].name if len(targets) == 1 else f"{len(links)} uses"
    return Card(f"{source.name} → {where}", (*rows, (f"{source.name}.grad +=", total)), sums=1)


def _local(words: str, number: float) -> str:
    """The caption of a local derivative: its formula, unless that is the number itself."""
    is_plain = words == format_number(number) or len(words) > LONGEST_FORMULA
    return "local" if is_plain else f"local: {words}"


def node_card(picture: Picture, item: int) -> Card:
    """A node at full precision."""
    row = int(picture.rows[item])
    name, text = picture.titles[row]
    node = picture.graph.nodes[picture.id_of(item)]
    heading = f"{name} = {text}" if text else name
    rows = [("label", node.label)] if node.label and node.label != name else []
    data, grad = picture.known.data(node.id), picture.known.grad(node.id)
    is_complete = picture.known.is_complete(node.id)
    rows.append(("data", UNKNOWN if data is None else format_full(data)))
    if not picture.flow.is_reached[row]:
        rows.append(("grad", "the output does not use it"))
    else:
        caption = "grad" if is_complete or grad is None else "grad so far"
        rows.append((caption, UNKNOWN if grad is None else format_full(grad)))
    if is_complete:
        rows.extend(error_rows(picture.errors[row], picture.explained[row]))
        rows.extend(_way_to_output(picture, node.id))
    if node.is_muted:
        rows.append(("muted", "passes its first input through"))
    return Card(heading, tuple(rows))


def error_rows(error: float, explained: float) -> list[tuple[str, str]]:
    """What a gradient check has found; nothing where it has not been made."""
    if math.isnan(error):
        return []
    return [
        ("off the central difference by", format_number(float(error), 2)),
        ("explained by h and float64", format_number(float(explained), 2)),
    ]


def _way_to_output(picture: Picture, id: str) -> list[tuple[str, str]]:
    """The local derivatives from a node to the output, or how many ways there are."""
    graph, flow = picture.graph, picture.flow
    if graph.output is None or id == graph.output or len(flow.source) > MOST_LINKS:
        return []
    paths = paths_between(flow, id, graph.output)
    if paths is None or paths.end != graph.output:
        return []
    output = graph.nodes[graph.output].name
    total = format_number(paths.total)
    if paths.count > 1:
        return [(f"{paths.count:,} paths to {output}, added up", total)]
    factors = [format_number(local, 3) for local in paths.listed[0].locals]
    shown = " × ".join(factors[:MOST_FACTORS]) + (" × …" if len(factors) > MOST_FACTORS else "")
    product = f"{shown} = {total}" if len(factors) > 1 else shown
    return [(f"path to {output}", product)]


def paint_card(painter: QPainter, card: Card, anchor: QPointF, within: QRectF) -> None:
    """Paint a card beside `anchor`, inside the widget; everything in widget coordinates."""
    now = theme.current()
    bold, plain = fonts.sans(theme.SIZE_BODY, fonts.SEMIBOLD), fonts.sans(theme.SIZE_BODY)
    strong, words = QFontMetricsF(bold), QFontMetricsF(plain)
    widths = [words.horizontalAdvance(c) + strong.horizontalAdvance(n) + 24 for c, n in card.rows]
    wanted = max([strong.horizontalAdvance(card.heading), *widths]) + 2 * PADDING
    width = min(max(fonts.px(LEAST_WIDTH), wanted), within.width() - 16)
    row = fonts.px(ROW)
    height = PADDING * 1.5 + row * (1 + len(card.rows)) + (8 if card.sums else 0)
    area = _beside(anchor, width, height, within)
    painter.setPen(QPen(now.color("strong"), 1))
    painter.setBrush(now.color("raised"))
    painter.drawRoundedRect(area.translated(0.5, 0.5), theme.RADIUS_PANEL, theme.RADIUS_PANEL)
    left, right = area.left() + PADDING, area.right() - PADDING
    y = area.top() + PADDING * 0.75 + row / 2
    painter.setFont(bold)
    painter.setPen(now.color("text"))
    _text(painter, left, y, card.heading)
    for index, (caption, number) in enumerate(card.rows):
        y += row
        if card.sums and index == len(card.rows) - card.sums:
            painter.setPen(_line())
            painter.drawLine(QPointF(left, y - row / 2 + 4), QPointF(right, y - row / 2 + 4))
            y += 8
        painter.setFont(plain)
        painter.setPen(now.color("text2"))
        _text(painter, left, y, caption)
        painter.setFont(bold)
        painter.setPen(now.color("text"))
        _text(painter, right - strong.horizontalAdvance(number), y, number)


def _line() -> QPen:
    return QPen(theme.current().color("strong"), 1)


def _beside(anchor: QPointF, width: float, height: float, within: QRectF) -> QRectF:
    """Right of the anchor; where there is no room, under it or above it."""
    x, y = anchor.x() + 14, anchor.y() - height * 0.2
    if x + width > within.right() - 8:
        x = max(within.left() + 8, within.right() - 8 - width)
        y = anchor.y() + 16
        if y + height > within.bottom() - 8:
            y = anchor.y() - 16 - height
    y = min(max(y, within.top() + 8), max(within.top() + 8, within.bottom() - 8 - height))
    return QRectF(round(x), round(y), round(width), round(height))


def _text(painter: QPainter, x: float, middle: float, text: str) -> None:
    painter.drawText(QPointF(x, middle + 0.36 * painter.font().pixelSize()), text)
