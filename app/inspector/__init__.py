"""What there is to know about the selected node."""

from app.inspector.inspector import Inspector

__all__ = ["Inspector"]
