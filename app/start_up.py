"""Checks before Qt is loaded: its system libraries, and whether there is a screen.

A minimal Linux lacks libraries that Qt takes from the system. Qt's own reports are a traceback
(an import that fails) or an abort (a screen plugin that can't load); here both become one
sentence with the command that mends it. This module imports nothing but the standard library.
"""

import ctypes
import importlib
import os
import re
import sys

# Library: its package in Debian and Ubuntu. The first table is needed in any case, the second
# for windows on X11. Wayland's are optional in Qt, which falls back to X11.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
SCREEN_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}

# Platform plugins of Qt that show nothing to anybody.
_BLIND_PLATFORMS = ("offscreen", "minimal")


class StartUpError(Exception):
    """The program can't start; its text is one sentence for the user, with the way out."""


def check_system_libraries(*, needs_screen: bool) -> None:
    """Load Qt. StartUpError names every system library that is missing and their packages."""
    missing: set[str] = set()
    try:
        importlib.import_module("PySide6.QtWidgets")
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in ("PySide6", "shiboken6"):
            raise StartUpError(
                f"{error.name} is not installed for {sys.executable}: run\n"
                f"    {sys.executable} -m pip install -e ."
            ) from error
        raise
    except ImportError as error:
        library = _library_named_in(str(error))
        if library is None:
            raise
        missing = {library, *_missing(LIBRARIES)}
    if not missing and needs_screen and _uses_x11():
        missing = set(_missing(SCREEN_LIBRARIES))
    if missing:
        raise StartUpError(advice(missing))


def advice(missing: set[str]) -> str:
    """One sentence that names the missing libraries, and the command that installs them."""
    known = LIBRARIES | SCREEN_LIBRARIES
    packages = {known[library] for library in missing if library in known}
    if missing - known.keys():  # an unknown one: all that Qt is known to need, to be safe
        packages |= set(known.values())
    names = ", ".join(sorted(missing))
    what = "a system library that is" if len(missing) == 1 else "system libraries that are"
    sudo = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
    return (
        f"Qt needs {what} missing here ({names}); on Debian or Ubuntu install with:\n"
        f"    {sudo}apt-get install -y {' '.join(sorted(packages))}"
    )


def why_no_screen() -> str:
    """A sentence that says why no window can be shown, or "" where one can."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    if platform in _BLIND_PLATFORMS:
        return f"No screen: QT_QPA_PLATFORM is {platform!r}."
    if platform or not sys.platform.startswith("linux"):
        return ""
    if os.environ.get("WAYLAND_DISPLAY"):
        return ""
    display = os.environ.get("DISPLAY")
    if not display:
        return "No screen: neither DISPLAY nor WAYLAND_DISPLAY is set."
    if not _answers(display):
        return f"No screen: DISPLAY is {display!r}, but no X server answers there."
    return ""


def _uses_x11() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    return platform == "xcb" or (not platform and not os.environ.get("WAYLAND_DISPLAY"))


def _library_named_in(message: str) -> str | None:
    """The library that the loader's message ("libEGL.so.1: cannot open ...") is about."""
    match = re.search(r"(lib[\w.+-]*\.so[\w.]*): cannot open shared object file", message)
    return match[1] if match else None


def _missing(libraries: dict[str, str]) -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    return [library for library in libraries if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _answers(display: str) -> bool:
    """Does an X server answer? Qt would abort the process where none does."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # the missing library is reported as such
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    is_broken = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not is_broken
