#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""schema.py SCHEMA FILE...: says of each file whether the schema takes it.

Also compares the schema's keys with those that llbc knows, which its message
about an unknown key lists.
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema
import yaml

# Where each mapping of the language stands: a file with an unknown key in it.
PLACES = {
    "": "images: []\nzzzzz: 1\n",
    "image": "images: [{zzzzz: 1}]\n",
    "image.package": "images: [{package: {zzzzz: 1}}]\n",
    "image.package.gpg": "images: [{package: {gpg: [{zzzzz: 1}]}}]\n",
    "image.external": "images: [{external: [{zzzzz: 1}]}]\n",
    "image.copy": "images: [{copy: [{zzzzz: 1}]}]\n",
}


def find(schema: dict, place: str) -> dict:
    """The schema of a mapping."""
    names = place.split(".") if place else []
    here = schema["definitions"][names.pop(0)] if names else schema
    for name in names:
        here = here["properties"][name]
        here = here.get("items", here)
        here = next((each for each in here.get("anyOf", []) if "properties" in each), here)
    return here


def known_keys(text: str) -> set[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        done = subprocess.run(["llbc", "--frontend=mocker", "--emit=ast", file.name],
                              capture_output=True, text=True, check=False)
    listed = re.search(r"'zzzzz'.*; there are (.*) \[mocker-unknown-key\]", done.stderr)
    return set(listed[1].split(", ")) if listed else set()


def main() -> int:
    schema = json.loads(Path(sys.argv[1]).read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for place, text in PLACES.items():
        keys = set(find(schema, place)["properties"])
        if keys != known_keys(text):
            print(f"{place or 'the file'}: schema and llbc differ: {keys ^ known_keys(text)}")
    for name in sys.argv[2:]:
        try:
            data = yaml.safe_load(Path(name).read_bytes())
        except (yaml.YAMLError, UnicodeDecodeError):
            print(f"{Path(name).name}: not YAML")
            continue
        error = next(iter(sorted(validator.iter_errors(data), key=str)), None)
        print(f"{Path(name).name}: {'refused' if error else 'taken'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
