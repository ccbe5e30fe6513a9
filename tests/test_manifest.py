"""The manifests of a finished job keep to the schema that ships with the project."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pypdfium2 as pdfium
import pytest
from employer_job import employee, employer_job
from line_fixtures import Finished, finished

from kouki_print.base.resources import data_dir

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
        "schema_version,job,municipality,options,counts,documents,sets,enclosures,postage,delivery,supplies,files,"
        "inputs,versions"
    )
    assert ",".join(manifest["delivery"]) == ("turn,day,place,boxes,supply_boxes,pallets,no_forward_pieces")
    assert ",".join(manifest["counts"]) == "records,printed,held,excluded,unissued,sheets,boxes"
    assert ",".join(manifest["files"][0]) == "path,sha256,bytes,pages,first_sequence,last_sequence,kind"


def kind_of(name: str) -> str:
    """What a file of a vendor's folder is for."""
    folder, _, own = name.rpartition("/")
    if folder:
        return folder
    if own.startswith(("envelope", "blank_")):
        return "print"
    return "labels" if own.endswith(("labels.pdf", "dividers.pdf")) else "list"


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
        ("municipality.jis_code", "47201-8"),
        ("municipality.mayor", "見本"),
        ("options.sealed", 1),
        ("counts.printed", -1),
        ("counts.printed", "7"),
        ("documents.Letter", 3),
        ("sets.ABC", 3),
        ("enclosures.0.quantity", 0),
        ("postage.total_yen", 460.5),
        ("delivery.day", "R8.7.6"),
        ("delivery.turn", 0),
        ("delivery.boxes", 0),
        ("delivery.place.postcode", "900-8585"),
        ("delivery.place.mayor", "見本"),
        ("supplies.0.quantity", 0),
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


def test_the_schema_takes_a_set_day_and_a_unit_without_pieces(
    shipped: Finished, schema: jsonschema.Draft202012Validator
) -> None:
    manifest = copy.deepcopy(shipped.manifest("47201"))
    assert manifest["delivery"]["day"] is None
    spoil(manifest, "delivery.day", "2026-07-06")
    schema.validate(manifest)
    spoil(manifest, "delivery", None)
    schema.validate(manifest)


def test_manifests_by_employer_are_valid(tmp_path: Path, schema: jsonschema.Draft202012Validator) -> None:
    """E1 has no pieces, as its one employee is held: nothing is delivered to it."""
    people = [employee(1, "0000000001", name=""), employee(2, "0000000002", group_code="E2")]
    made = finished(employer_job(tmp_path / "job", people), tmp_path / "out")
    for manifest in made.manifests():
        schema.validate(manifest)
    assert (made.manifest("E1")["delivery"], made.manifest("E1")["supplies"]) == (None, [])
    assert made.manifest("E2")["delivery"]["place"]["name"] == "見本健康保険組合"  # it posts them itself


def test_the_schema_asks_for_every_key(
    shipped: Finished,
    schema: jsonschema.Draft202012Validator,
) -> None:
    whole = shipped.manifest("47201")
    for key in whole:
        assert not schema.is_valid({name: value for name, value in whole.items() if name != key}), key


def test_the_delivery_is_that_of_the_pieces(shipped: Finished) -> None:
    turns = []
    for manifest in shipped.manifests():
        code, delivery = manifest["municipality"]["jis_code"], manifest["delivery"]
        pieces = shipped.pieces(code)
        turns.append(delivery["turn"])
        assert delivery["boxes"] == manifest["counts"]["boxes"] == len({piece["box"] for piece in pieces})
        assert delivery["no_forward_pieces"] == sum(piece["no_forward"] == "1" for piece in pieces)
        blanks = [entry["quantity"] for entry in manifest["supplies"] if entry["blank"]]
        assert blanks == ([10] if "certificate" in manifest["documents"] else [])
        assert (delivery["supply_boxes"] > 0) == bool(manifest["supplies"])
    assert sorted(turns) == list(range(1, 42))


def test_files_are_what_the_manifest_says(shipped: Finished) -> None:
    for folder in shipped.towns():
        manifest = shipped.manifest(folder.name)
        listed = {entry["path"]: entry for entry in manifest["files"]}
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.pdf")}
        assert {name for name in listed if name.endswith(".pdf")} == found
        for name, entry in listed.items():
            data = (folder / name).read_bytes()
            assert entry["bytes"] == len(data)
            assert entry["sha256"] == hashlib.sha256(data).hexdigest()
            assert entry["kind"] == kind_of(name)
            if not name.endswith(".pdf"):
                assert entry["pages"] == 0, name
                continue
            with pdfium.PdfDocument(data) as document:
                assert entry["pages"] == len(document)


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
