# SPDX-License-Identifier: GPL-3.0-or-later
"""An OpenAPI 3.0 document, and whether an answer is what it says."""
import copy
import json
import re

import jsonschema


def shape(pattern):
    """/orgs/{orgId} and /orgs/{id} are one address."""
    return re.sub(r"\{[^}]*\}", "{}", pattern)


def as_json_schema(value, closed):
    """The few words in which OpenAPI 3.0 differs.  closed: members that are not named are faults."""
    if isinstance(value, list):
        return [as_json_schema(each, closed) for each in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), str):
        return {"$ref": value["$ref"]}
    out = {key: as_json_schema(each, closed) for key, each in value.items()}
    mapping = out.pop("discriminator", {}).get("mapping") \
        if isinstance(value.get("discriminator"), dict) else None
    if mapping:
        # The member says which; without it a value may fit several.
        member = value["discriminator"]["propertyName"]
        out.pop("oneOf")
        out["anyOf"] = [{"allOf": [{"properties": {member: {"enum": [name]}}}, {"$ref": where}]}
                        for name, where in mapping.items()]
    if out.pop("nullable", None) is True and isinstance(out.get("type"), str):
        out["type"] = [out["type"], "null"]
        if "enum" in out:
            out["enum"] = out["enum"] + [None]
    is_composed = any(key in value for key in ("oneOf", "allOf", "anyOf"))
    if closed and isinstance(out.get("properties"), dict) and value.get("type") == "object" and \
            not is_composed:
        out.setdefault("additionalProperties", False)
    return out


class Document:
    def __init__(self, path, closed=False, mend=None):
        with open(path, encoding="utf-8") as source:
            self.raw = json.load(source)
        if mend:
            mend(self.raw)
        self.components = as_json_schema(copy.deepcopy(self.raw["components"]), closed)
        self.closed = closed
        self.operations = {}
        for pattern, methods in self.raw["paths"].items():
            for method, operation in methods.items():
                if method != "parameters":
                    self.operations[method.upper(), shape(pattern)] = operation

    def operation(self, method, pattern):
        return self.operations.get((method, shape(pattern)))

    def resolve(self, value):
        while "$ref" in value:
            at = self.raw
            for step in value["$ref"][2:].split("/"):
                at = at[step]
            value = at
        return value

    def response(self, operation, status):
        """What is said of this status, or None."""
        found = operation["responses"].get(str(status))
        return self.resolve(found) if found else None

    def members(self, schema, seen=()):
        """The names of all members that a value of this schema may have, at any depth."""
        names = set()
        if isinstance(schema, dict) and "$ref" in schema:
            if schema["$ref"] in seen:
                return names
            return self.members(self.resolve(schema), seen + (schema["$ref"],))
        for key, value in schema.items() if isinstance(schema, dict) else []:
            if key == "properties":
                names |= set(value)
                for each in value.values():
                    names |= self.members(each, seen)
            else:
                names |= self.members(value, seen)
        for each in schema if isinstance(schema, list) else []:
            names |= self.members(each, seen)
        return names

    def has(self, operation, kind, name):
        """Whether the operation is documented with what an extension adds to it."""
        if kind in ("route", "place"):	# the document does not look into a workload
            return True
        if kind in ("header", "parameter"):
            where = "header" if kind == "header" else "query"
            return any(each["in"] == where and each["name"] == name for each in
                       (self.resolve(p) for p in operation.get("parameters", [])))
        if kind == "request member":
            return set(name.split("/")) <= self.members(operation.get("requestBody", {}))
        told = [self.members(operation["responses"][code]) for code in operation["responses"]
                if code.startswith("2") != (kind == "error member")]
        if kind == "error member":
            # Some are refused with a sentence alone, or with nothing.
            return all(set(name.split("/")) <= names for names in told if "error" in names)
        return any(name in names for names in told)

    def forget(self, names):
        """These members are not told here: one that is told is a fault now."""
        for schema in self.components["schemas"].values():
            for name in names & set(schema.get("properties", {})):
                del schema["properties"][name]
                schema["required"] = [each for each in schema.get("required", []) if each != name]

    def complaint(self, schema, value):
        """None, or in a line what is wrong with the value."""
        whole = {"allOf": [as_json_schema(copy.deepcopy(schema), self.closed)],
                 "components": self.components}
        checker = jsonschema.Draft4Validator(whole, format_checker=formats)
        found = jsonschema.exceptions.best_match(checker.iter_errors(value))
        if found is None:
            return None
        where = "/".join(str(step) for step in found.absolute_path)
        return "%s: %s" % (where or "(body)", found.message[:300])


formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time")
def is_stamp(value):
    """The wire's stamps are in UTC, of whole seconds or milliseconds."""
    return not isinstance(value, str) or \
        re.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$", value) is not None


@formats.checks("uuid")
def is_uuid(value):
    return not isinstance(value, str) or \
        re.match(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", value) is not None
