"""Paints the canvas: what has changed as it is, what only moves by the picture of it.

To paint all that is in sight takes ten times as long as to copy it. While it zooms, the last
picture is stretched, and all is painted exactly once that rests; a pan from far out moves the
picture and paints what comes in.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QTransform
from PySide6.QtWidgets import QWidget

from app import theme
from app.graph_view.layer import Layer
from app.node_editor.background import paint_dots
from app.node_editor.camera import Camera
from app.node_editor.damage import MOST_AREAS, Damage
from app.node_editor.far import FAR, ROUNDED_FROM
from app.node_editor.links import BENT_FROM
from app.node_editor.painter import CROWDED_BELOW
from app.node_editor.scene import Changes, NodeScene

MOST_STRETCHED = 1.3  # of a picture, before it is painted at the zoom of now
LEAST_COVERED = 0.6  # of the view by a shrunken picture, before all is painted
LEVELS = FAR, BENT_FROM, ROUNDED_FROM, CROWDED_BELOW  # zooms at which things look otherwise
MOST_SMOOTH = 2_500_000  # device pixels that are stretched smoothly; more would take too long

EDGE = 2  # pixels around what is painted, for its smooth edges
FAR_EDGE = 9  # the same where rings do not shrink with what they are around


class _Look(NamedTuple):
    """Another whenever anything looks different."""

    version: int  # of the scene
    surroundings: Hashable  # theme and marks


class CanvasPicture(Layer):
    """The canvas as it was painted last; only while it zooms it is shown at another zoom."""

    def __init__(self) -> None:
        super().__init__()
        self.is_zooming = False

    def is_of(self, key: Hashable) -> bool:
        """Whether it shows what this key stands for."""
        return self._key == key

    def _is_rough_at(self, zoom: float, origin: QPointF, whole: QRect, ratio: float) -> bool:
        if not self.is_zooming or zoom == self._zoom:
            return False
        area = QRectF(QPointF(), QRectF(whole).size() / ratio)
        seen = self.stretched_area(zoom, origin).intersected(area)
        covered = seen.width() * seen.height() / (area.width() * area.height())
        # What is painted around the picture has to look like it.
        is_alike = covered == 1.0 or _level(zoom) == _level(self._zoom)
        is_near = 1 / MOST_STRETCHED <= zoom / self._zoom <= MOST_STRETCHED
        return is_alike and is_near and covered >= LEAST_COVERED


def _level(zoom: float) -> int:
    """How much detail there is."""
    return sum(zoom >= limit for limit in LEVELS)


def _bands(whole: QRectF, covered: QRectF) -> list[QRectF]:
    """What of a rect lies above, beneath and beside what is covered."""
    inner = whole.intersected(covered)
    sides = (
        QRectF(whole.topLeft(), QPointF(whole.right(), inner.top())),
        QRectF(QPointF(whole.left(), inner.bottom()), whole.bottomRight()),
        QRectF(QPointF(whole.left(), inner.top()), inner.bottomLeft()),
        QRectF(inner.topRight(), QPointF(whole.right(), inner.bottom())),
    )
    return [side for side in sides if not side.isEmpty()]


class Canvas(Camera):
    """Paints a scene, and over it what subclasses add to every frame."""

    def __init__(self, scene: NodeScene, parent: QWidget | None = None) -> None:
        self.nodes = scene
        self._picture = CanvasPicture()
        self._painted = _Look(-1, None), QTransform()  # what, and where
        self._waiting: list[QRect] = []  # areas that are about to be painted
        self._region = QRegion()  # of all of them
        self._has_rested = False  # after a zoom: the picture is made for the next one
        self._inside: list[QRect] = []  # further ones in bodies of nodes: nothing shows beneath
        super().__init__(scene, parent)
        scene.outdated.connect(self._on_outdated)

    def set_zooming(self, is_zooming: bool) -> None:
        if is_zooming != self.nodes.is_zooming:
            self.nodes.is_zooming = self._picture.is_zooming = is_zooming
            if not is_zooming:
                self._picture.forget()
            self._has_rested = not is_zooming and self._has_whole_pixels
            self.viewport().update()

    def _on_outdated(self, changes: Changes | None) -> None:
        are_marks_same = self._key().surroundings == self._painted[0].surroundings
        damage = None
        is_in_parts = are_marks_same and self._has_whole_pixels and not self.nodes.is_zooming
        if changes is not None and is_in_parts:
            damage = changes.damage(self.nodes.index, self.visible_area(), self.zoom)
        if damage is None:
            self.viewport().update()
            return
        self.outdate(damage)

    @property
    def _has_whole_pixels(self) -> bool:
        """False at a display scale such as 150 %, where parts do not fit together exactly."""
        return self.viewport().devicePixelRatioF().is_integer()

    def outdate(self, damage: Damage) -> None:
        """Have a part of the canvas painted anew; all of it where many wait, as while hidden."""
        if not self._has_whole_pixels or len(self._waiting) + len(self._inside) > MOST_AREAS:
            self.viewport().update()
            return
        areas = self._pixels(damage.areas, FAR_EDGE if self.zoom < FAR else EDGE)
        inside = self._pixels(damage.inside, -1)
        if areas or inside:
            self._waiting += areas
            self._inside += inside
            self._region = _with(self._region, areas + inside)
            self.viewport().update(self._region)

    def _pixels(self, areas: Sequence[QRectF], edge: int) -> list[QRect]:
        """Areas of the scene in the viewport, as far as they are in it, with an edge around."""
        world, whole = self.viewportTransform(), self.viewport().rect()
        rects = [world.mapRect(area).toAlignedRect() for area in areas]
        rects = [rect.adjusted(-edge, -edge, edge, edge) & whole for rect in rects]
        return [rect for rect in rects if not rect.isEmpty()]

    def paint_over(self, painter: QPainter) -> None:
        """Paint what lies over the scene, in its coordinates; it is never kept."""

    def paintEvent(self, event: QPaintEvent) -> None:
        world, key = self.viewportTransform(), self._key()
        (former, former_world), self._painted = self._painted, (key, world)
        waiting, inside, region = self._waiting, self._inside, self._region
        self._waiting, self._inside, self._region = [], [], QRegion()
        painter = QPainter(self.viewport())
        is_moved = key == former and world != former_world and self._has_whole_pixels
        is_far_pan = is_moved and world.m11() < FAR
        has_rested, self._has_rested = self._has_rested, False
        if self.nodes.is_zooming or is_far_pan or has_rested:
            if is_moved and self.nodes.is_zooming and not self._picture.is_of(key):
                # As it was before, which is there in parts: quicker than at a new zoom.
                self._paint_picture(painter, key, former_world)
            self._paint_picture(painter, key, world)
        elif not region.isEmpty() and world == former_world:
            others = event.region().subtracted(region).boundingRect()
            self._paint_changes(
                painter, waiting if others.isEmpty() else [*waiting, others], inside
            )
            if key.surroundings != former.surroundings:
                self.viewport().update()
        else:
            self._paint_changes(painter, [event.rect()], [])
        painter.setRenderHints(self.renderHints())
        painter.setWorldTransform(world)
        self.paint_over(painter)
        painter.end()

    def _key(self) -> _Look:
        return _Look(self.nodes.version, (theme.current().name, self.nodes.marks.key()))

    def _paint_picture(self, painter: QPainter, key: _Look, world: QTransform) -> None:
        """Show the picture, and paint what it lacks."""
        viewport, picture = self.viewport(), self._picture
        place = world.m11(), QPointF(world.dx(), world.dy())
        ratio, size = viewport.devicePixelRatioF(), viewport.size()

        def draw(painter: QPainter, areas: list[QRectF]) -> None:
            self._paint_areas(painter, areas, world)

        is_smooth = size.width() * size.height() * ratio**2 <= MOST_SMOOTH
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        ground = theme.current().color("canvas")
        picture.paint(painter, size, ratio, key, place, ground, draw)
        if picture.is_rough:
            covered = picture.stretched_area(*place).toRect().adjusted(1, 1, -1, -1)
            draw(painter, _bands(QRectF(viewport.rect()), QRectF(covered)))

    def _paint_areas(self, painter: QPainter, areas: list[QRectF], world: QTransform) -> None:
        """Paint the scene exactly in these areas of the viewport, one by one."""
        painter.setRenderHints(self.renderHints())
        to_scene, sight = world.inverted()[0], QRectF(self.viewport().rect())
        for area in areas:
            painter.setWorldTransform(QTransform())
            painter.setClipRect(area)
            painter.setWorldTransform(world)
            exposed = to_scene.mapRect(area.adjusted(-1, -1, 1, 1))
            paint_dots(painter, exposed)
            self.nodes.paint(painter, [exposed], to_scene.mapRect(sight))
        painter.setWorldTransform(QTransform())
        painter.setClipping(False)

    def _paint_changes(self, painter: QPainter, areas: list[QRect], inside: list[QRect]) -> None:
        """Paint the scene in these areas, to which Qt has limited the painter, all at once."""
        world = self.viewportTransform()
        to_scene = world.inverted()[0]
        painter.setRenderHints(self.renderHints())
        painter.setWorldTransform(world)
        exposed, within = (
            [to_scene.mapRect(QRectF(area).adjusted(-1, -1, 1, 1)) for area in rects]
            for rects in (areas, inside)
        )
        for area in exposed:
            paint_dots(painter, area)
        self.nodes.paint(painter, exposed, self.visible_area(), within)
        painter.setWorldTransform(QTransform())


def _with(region: QRegion, areas: list[QRect]) -> QRegion:
    """A region and these areas; from the top down, where Qt adds them quickly."""
    for area in sorted(areas, key=lambda area: (area.top(), area.left())):
        region = region.united(area)
    return region
