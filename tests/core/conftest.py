"""The property-based tests of core draw the same examples in every run of the suite.

    python -m pytest tests/core --hypothesis-profile=search

draws new ones each time.
"""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile("repeatable")
