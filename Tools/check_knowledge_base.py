#!/usr/bin/env python3
"""Checks Config/knowledge-base against its JSON Schema, and that the schema refuses what the Swift reader refuses.

    pip install jsonschema && python3 Tools/check_knowledge_base.py

The Swift tests check the files' content; this checks that schema.json says the same about their form.
"""

import copy
import json
import pathlib
import sys

import jsonschema

FOLDER = pathlib.Path(__file__).parents[1] / "Config/knowledge-base"

GOOD = {
    "format": 1,
    "kind": "dataset",
    "name": "my-plant",
    "defectTypes": [{"name": "kink", "phrases": ["{} has a kink"]}],
}


def faults():
    """Files with one fault each."""

    def changed(**members):
        return {**copy.deepcopy(GOOD), **members}

    def with_type(**members):
        return changed(defectTypes=[{**GOOD["defectTypes"][0], **members}])

    yield "other format", changed(format=2)
    yield "other kind", changed(kind="words")
    yield "unknown key", changed(product=[])
    yield "name with capitals", changed(name="MyPlant")
    yield "no phrases", with_type(phrases=[])
    yield "phrase without a gap", with_type(phrases=["a kink"])
    yield "phrase with two gaps", with_type(phrases=["{} on {}"])
    yield "phrase with a stray brace", with_type(phrases=["{} {kink"])
    yield "endless phrase", with_type(phrases=["{}" + "a" * 500])
    yield "phrase twice", with_type(phrases=["{} a", "{} a"])
    yield "unknown size", with_type(attributes={"size": ["huge"]})
    yield "own that is neither true nor a list", with_type(own=False)
    yield "template without a gap", {"format": 1, "kind": "templates", "templates": ["a photo."]}


def main():
    validator = jsonschema.Draft202012Validator(json.loads((FOLDER / "schema.json").read_text()))
    validator.check_schema(validator.schema)
    problems = []
    contents = {p.name: json.loads(p.read_text()) for p in sorted(FOLDER.glob("*.json")) if p.name != "schema.json"}
    contents["README.md"] = json.loads((FOLDER / "README.md").read_text().split("```json")[1].split("```")[0])
    for name, content in contents.items():
        problems += [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(content)]
    problems += [f"accepted: {what}" for what, content in faults() if validator.is_valid(content)]
    print("\n".join(problems) or f"{len(contents)} files agree with schema.json")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
