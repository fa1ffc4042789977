"""The backprop debugger: a walk through forward, backward and update, step by step."""

from app.backprop.debugger import Debugger
from app.backprop.transport_bar import TransportBar

__all__ = ["Debugger", "TransportBar"]
