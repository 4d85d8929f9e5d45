"""Well-formed samples to begin with: what LinkedIn's documentation shows, and what the emulator says."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fuzz.mutator import Sample

FOLDER = Path(__file__).parents[1] / "linkedin" / "samples"
SAMPLES = {path.stem: Sample(json.loads(path.read_bytes())) for path in sorted(FOLDER.glob("*.json"))}
PUSHES = [one for name, one in SAMPLES.items() if name.startswith("push_")]
LEADS = [one for name, one in SAMPLES.items() if name.startswith("lead_")]
FORMS = [one for name, one in SAMPLES.items() if name.startswith("form_")]
FORMS += [Sample(one) for one in SAMPLES["forms"].value["elements"]]
