"""JSON as it is written into files: as it is, without spaces."""

import json

compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Made once: `json.dumps` makes an encoder each time, which takes as long as a note's few words."""
