"""Gestures on the canvas, one class each, from press to release.

A gesture shows what it would do and pushes its one undo step when it finishes; cancelled, it
leaves the document as it was.
"""
