#!/usr/bin/python3
"""Holds proto/openapi.yaml to the code: its codes to the catalogue of errors, its calls to the daemon's routes, its examples to its schemas."""

import os
import pathlib
import re
import unittest

import yaml

SOURCE = pathlib.Path(os.environ.get("SIGNET_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
DOCUMENT = yaml.safe_load((SOURCE / "proto/openapi.yaml").read_text(encoding="utf-8"))
PROBLEM = "application/problem+json"
METHODS = ("get", "post", "put", "delete", "patch")


def catalogue():
    """code: (status, title) of every code that travels in HTTP."""
    text = (SOURCE / "proto/error.cc").read_text(encoding="utf-8")
    rows = re.findall(r'\{\w+, "(\w+)", (\d+), "([^"]+)",', text)
    return {code: (int(status), title) for code, status, title in rows if status != "0"}


def routes():
    """(method, path, socket) of every row of the daemon's table."""
    text = (SOURCE / "daemon/rules/route.cc").read_text(encoding="utf-8")
    return set(re.findall(r'Row\{Listener::(\w+), "(\w+)", "([^"]+)"', text))


def resolve(node):
    while isinstance(node, dict) and "$ref" in node:
        target = DOCUMENT
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        node = target
    return node


def operations():
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def answers():
    """(where, status or None, answer) of every answer, also of those outside of the calls."""
    for method, path, operation in operations():
        for status, answer in operation["responses"].items():
            yield f"{method} {path} {status}", int(status), resolve(answer)
    for number, answer in enumerate(DOCUMENT["x-other-answers"]):
        yield f"other answer {number}", None, resolve(answer)


def examples(body):
    if "example" in body:
        yield "example", body["example"]
    for name, example in body.get("examples", {}).items():
        yield name, resolve(example)["value"]


def faults(value, schema, path="$"):
    """What is wrong with a value under a schema, as far as this document uses JSON Schema."""
    schema = resolve(schema)
    if value is None:
        return [] if schema.get("nullable") else [f"{path} is null"]
    if "oneOf" in schema:
        fitting = [part for part in schema["oneOf"] if not faults(value, part, path)]
        return [] if len(fitting) == 1 else [f"{path} fits {len(fitting)} of oneOf"]
    types = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    expected = types[schema["type"]]
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        return [f"{path} is no {schema['type']}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path} is not one of {schema['enum']}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{path} does not match {schema['pattern']}")
    if expected is int and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        found.append(f"{path} is out of range")
    if expected is list:
        for index, element in enumerate(value):
            found += faults(element, schema.get("items", {"type": "object"}), f"{path}[{index}]")
    if expected is dict:
        found += member_faults(value, schema, path)
    return found


def member_faults(value, schema, path):
    properties = schema.get("properties", {})
    found = [f"{path}.{name} is missing" for name in schema.get("required", []) if name not in value]
    for name, member in value.items():
        rest = schema.get("additionalProperties", True)
        if name in properties:
            found += faults(member, properties[name], f"{path}.{name}")
        elif rest is False:
            found.append(f"{path}.{name} is unknown")
        elif isinstance(rest, dict):
            found += faults(member, rest, f"{path}.{name}")
    return found


def state_enums():
    """The states of a key, of each schema that tells them."""
    schemas = DOCUMENT["components"]["schemas"]
    of_status = schemas["Status"]["properties"]["keys"]["additionalProperties"]
    keys = [schema for name, schema in schemas.items() if name.startswith("Key") and "state" in schema.get("properties", {})]
    return [set(schema["properties"]["state"]["enum"]) for schema in [*keys, of_status]]


class Calls(unittest.TestCase):
    def test_the_calls_are_the_daemons_routes(self):
        documented = {(operation["tags"][0], method, path) for method, path, operation in operations()}
        self.assertEqual(documented, routes())

    def test_every_answer_knows_the_same_states_of_a_key(self):
        states = state_enums()
        self.assertGreater(len(states), 2)
        self.assertEqual([states[0]] * len(states), states)

    def test_every_call_has_a_name_of_its_own(self):
        names = [operation["operationId"] for _, _, operation in operations()]
        self.assertEqual(len(names), len(set(names)))

    def test_every_reference_leads_somewhere(self):
        def walk(node):
            if isinstance(node, dict):
                if "$ref" in node:
                    resolve(node)
                for child in node.values():
                    walk(child)
            elif isinstance(node, list):
                for child in node:
                    walk(child)
        walk(DOCUMENT)


class Codes(unittest.TestCase):
    def test_the_codes_are_those_of_the_catalogue(self):
        enumerated = DOCUMENT["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
        self.assertEqual(enumerated, list(catalogue()))

    def test_every_code_is_answered_somewhere(self):
        answered = {name for _, _, answer in answers() for name in answer["content"].get(PROBLEM, {}).get("examples", {})}
        self.assertEqual(answered, set(catalogue()))

    def test_each_problem_has_status_and_title_of_its_code(self):
        for where, status, answer in answers():
            for name, problem in examples(answer["content"].get(PROBLEM, {})):
                with self.subTest(where=where, code=name):
                    self.assertEqual(problem["code"], name)
                    self.assertEqual((problem["status"], problem["title"]), catalogue()[name])
                    self.assertIn(status, (None, problem["status"]))

    def test_every_error_answer_names_its_codes(self):
        for where, status, answer in answers():
            if status is None or status >= 400:
                with self.subTest(where=where):
                    self.assertTrue(answer["content"][PROBLEM]["examples"])

    def test_every_call_has_the_answers_that_any_request_can_get(self):
        for method, path, operation in operations():
            with self.subTest(call=f"{method} {path}"):
                self.assertLessEqual({"200", "400", "408", "413", "431", "500", "501", "503"}, set(operation["responses"]))


class Answers(unittest.TestCase):
    def test_429_and_503_say_when_to_try_again(self):
        for where, status, answer in answers():
            if status in (429, 503):
                with self.subTest(where=where):
                    self.assertIn("Retry-After", answer["headers"])

    def test_nothing_is_stored(self):
        for where, _, answer in answers():
            with self.subTest(where=where):
                self.assertIn("Cache-Control", answer["headers"])

    def test_the_examples_fit_their_schemas(self):
        bodies = [(where, answer["content"]) for where, _, answer in answers()]
        bodies += [(path, operation["requestBody"]["content"]) for _, path, operation in operations() if "requestBody" in operation]
        for where, content in bodies:
            for media_type, body in content.items():
                for name, value in examples(body):
                    with self.subTest(where=where, media_type=media_type, example=name):
                        self.assertEqual(faults(value, body["schema"]), [])

    def test_a_wrong_example_would_be_seen(self):
        answer = {"$ref": "#/components/schemas/TokenAnswer"}
        good = next(value for _, value in examples(DOCUMENT["paths"]["/v1/keys/{key}/tokens"]["post"]["responses"]["200"]["content"]["application/json"]))
        self.assertEqual(faults(good, answer), [])
        for name, wrong in (("alg", "none"), ("cached", "no"), ("issued_at", -1), ("key", "A/b"), ("more", 1), ("kid", None)):
            self.assertEqual(len(faults({**good, name: wrong}, answer)), 1, name)
        self.assertEqual(faults({key: value for key, value in good.items() if key != "token"}, answer), ["$.token is missing"])


if __name__ == "__main__":
    unittest.main()
