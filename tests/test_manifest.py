"""The manifests of a finished job keep to the schema that ships with the project."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

import jsonschema
import pypdfium2 as pdfium
import pytest
from line_fixtures import Finished

from kouki_print.base.resources import data_dir

KINDS = {
    "envelope.pdf": "print",
    "box_labels.pdf": "labels",
    "number_labels.pdf": "labels",
    "work_order.pdf": "list",
}
pytest_plugins = ("line_fixtures",)
pytestmark = pytest.mark.xdist_group("shipped")


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    text = (data_dir() / "schemas" / "manifest.schema.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    return jsonschema.Draft202012Validator(
        json.loads(text), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def test_every_manifest_is_valid(shipped: Finished, schema: jsonschema.Draft202012Validator) -> None:
    manifests = shipped.manifests()
    assert len(manifests) == 41
    for manifest in manifests:
        schema.validate(manifest)


def test_keys_stand_in_the_order_of_the_contract(shipped: Finished) -> None:
    manifest = shipped.manifest("47201")
    assert ",".join(manifest) == (
        "schema_version,job,municipality,options,counts,documents,sets,enclosures,postage,files,inputs,versions"
    )
    assert ",".join(manifest["counts"]) == "records,printed,held,excluded,unissued,sheets,boxes"
    assert ",".join(manifest["files"][0]) == "path,sha256,bytes,pages,first_sequence,last_sequence,kind"


def spoil(manifest: dict[str, Any], path: str, value: Any) -> None:
    """Set ``a.0.b`` of a manifest."""
    *way, last = (int(part) if part.isdigit() else part for part in path.split("."))
    place: Any = manifest
    for part in way:
        place = place[part]
    place[last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema_version", 2),
        ("insured_number", "00000018"),
        ("job.id", "okr-08"),
        ("job.switch_on", "R8.8.1"),
        ("job.mail_on", "2026-13-40"),
        ("municipality.jis_code", "472018"),
        ("municipality.mayor", "見本"),
        ("options.sealed", 1),
        ("counts.printed", -1),
        ("counts.printed", "7"),
        ("documents.Letter", 3),
        ("sets.ABC", 3),
        ("enclosures.0.quantity", 0),
        ("postage.total_yen", 460.5),
        ("files.0.path", "../print/a.pdf"),
        ("files.0.path", "/print/a.pdf"),
        ("files.0.sha256", "00"),
        ("files.0.pages", 0),
        ("files.0.kind", "proof"),
        ("inputs.0.path", "x"),
        ("versions.python", 3),
    ],
)
def test_the_schema_refuses(
    shipped: Finished,
    schema: jsonschema.Draft202012Validator,
    path: str,
    value: Any,
) -> None:
    manifest = copy.deepcopy(shipped.manifest("47201"))
    spoil(manifest, path, value)
    assert not schema.is_valid(manifest)


def test_the_schema_asks_for_every_key(
    shipped: Finished,
    schema: jsonschema.Draft202012Validator,
) -> None:
    whole = shipped.manifest("47201")
    for key in whole:
        assert not schema.is_valid({name: value for name, value in whole.items() if name != key}), key


def test_files_are_what_the_manifest_says(shipped: Finished) -> None:
    for folder in shipped.towns():
        manifest = shipped.manifest(folder.name)
        listed = {entry["path"]: entry for entry in manifest["files"]}
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.pdf")}
        assert set(listed) == found
        for name, entry in listed.items():
            data = (folder / name).read_bytes()
            assert entry["bytes"] == len(data)
            assert entry["sha256"] == hashlib.sha256(data).hexdigest()
            with pdfium.PdfDocument(data) as document:
                assert entry["pages"] == len(document)
            assert entry["kind"] == KINDS.get(name, name.split("/")[0])


def test_inputs_are_the_files_of_the_job(shipped: Finished) -> None:
    expected = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in shipped.job.iterdir()
        if path.name in ("job.toml", "export.csv", "municipalities.csv", "survey.csv")
    }
    for manifest in shipped.manifests():
        assert {entry["name"]: entry["sha256"] for entry in manifest["inputs"]} == expected


def test_enclosures_are_counted_from_the_pieces(shipped: Finished) -> None:
    extras = 0
    for folder in shipped.towns():
        quantity: dict[str, int] = {}
        for piece in shipped.pieces(folder.name):
            for code in piece["items"].split(";"):
                quantity[code] = quantity.get(code, 0) + 1
        listed = {entry["code"]: entry["quantity"] for entry in shipped.manifest(folder.name)["enclosures"]}
        assert listed == quantity
        extras += sum(count for code, count in quantity.items() if code.startswith("X"))
    assert extras > 0
