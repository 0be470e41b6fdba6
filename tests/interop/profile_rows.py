"""What each profile's JWT holds, written down from the services' own pages and from no program of ours: one row per profile file, more where
a profile has several shapes."""

import pathlib

from tests.interop.apple_rows import APPLE
from tests.interop.service_rows import ASSERTIONS, CLOUDS, GENERIC, OTHERS

PROFILES = pathlib.Path(__file__).resolve().parents[2] / "daemon/profiles"
ROWS = {**APPLE, **CLOUDS, **ASSERTIONS, **OTHERS, **GENERIC}


def profiles_without_row() -> set:
    return {path.stem for path in PROFILES.glob("*.json")} - {row.profile for row in ROWS.values()}
