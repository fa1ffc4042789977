"""The expression text with its live numbers, and the same expression as code."""

from app.expression_pane.code import CodePanel
from app.expression_pane.pane import ExpressionPane

__all__ = ["CodePanel", "ExpressionPane"]
