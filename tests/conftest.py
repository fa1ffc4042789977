"""Before anything else: no screen is used, and a missing system library is one clear sentence."""

import os

from app import start_up

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

try:
    start_up.check_system_libraries(needs_screen=False)
except start_up.StartUpError as error:
    # Here, not in a hook: pytest-qt and the other conftests load Qt before the first hook runs.
    raise SystemExit(str(error)) from None
