"""Honorifics: exactly once behind every name, however the data bring them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_job import decided, person, take_in

from kouki_print.base.honorifics import carries_honorific, honorific_mask, plain_names, without_honorific
from kouki_print.base.texts import STR
from kouki_print.page.fields import page_fields


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("見本　花子様", "見本　花子"),
        ("見本　花子　樣", "見本　花子"),
        ("見本　花子様\U000e0100", "見本　花子"),
        ("見本　花子　殿", "見本　花子"),
        ("見本　花子さま", "見本　花子"),
        ("見本　はなこさま", "見本　はなこ"),
        ("見本　花　さま", "見本　花"),
        ("見本 花子 サマ", "見本 花子"),
        ("見本　花子サマ", "見本　花子"),
        ("見本苑　御中", "見本苑"),
        ("見本苑御中", "見本苑"),
        ("見本　花子 様　殿", "見本　花子"),
        ("様", ""),
    ],
)
def test_an_honorific_is_known_and_taken_off(name: str, plain: str) -> None:
    assert without_honorific(name) == plain
    assert carries_honorific(name) and not carries_honorific(plain)


@pytest.mark.parametrize("name", ["見本　花子様（未亡人）", "見本　花子様方", "見本樣　花子"])
def test_sama_inside_a_name_is_known(name: str) -> None:
    assert carries_honorific(name) and without_honorific(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "様　花子",
        "見本　鵜殿",
        "鵜殿　花子",
        "見本　あさま",
        "オサマ",
        "ビン・オサマ",
        "御中　花子",
        "見本　花子",
        "",
    ],
)
def test_names_that_only_look_like_it_stay(name: str) -> None:
    assert not carries_honorific(name) and without_honorific(name) == name


def test_columns_agree_with_single_names() -> None:
    names = ["見本　花子", "見本　花子　殿", "見本　花子様（未亡人）", "", "鵜殿　花子", "花子さま"]
    column = pd.Series(names, dtype=STR, index=[9, 3, 4, 5, 7, 8])
    assert honorific_mask(column).tolist() == [carries_honorific(name) for name in names]
    assert plain_names(column).tolist() == [without_honorific(name) for name in names]


@pytest.mark.parametrize(
    "name", ["見本　花子様（未亡人）", "見本　花子　殿", "見本　花子さま", "見本　花子　サマ", "見本　花子樣"]
)
def test_a_name_with_an_honorific_is_held(tmp_path: Path, name: str) -> None:
    result = decided(tmp_path, [person(1, name=name), person(2)]).decided
    assert result["problems"].tolist() == ["NAME_HONORIFIC", ""]


@pytest.mark.parametrize("behind", ["様", "樣", "　殿", "殿", "さま", "　サマ"])
def test_the_own_name_with_an_honorific_is_no_second_addressee(tmp_path: Path, behind: str) -> None:
    away = {"mail_kind": "全て", "mail_postcode": "904-2215", "mail_address": "うるま市みどり町1"}
    people = [
        person(1, name="見本　花子", mail_name=f"見本花子{behind}", **away),
        person(2, name="見本　太郎", mail_name="成年後見人　見本　次郎　殿", **away),
    ]
    result = decided(tmp_path, people).decided
    assert result["to_via"].tolist() == ["", "成年後見人　見本　次郎"]


@pytest.mark.parametrize(
    ("care_of", "line"),
    [
        ("見本太郎様方様", "見本太郎様方"),
        ("見本太郎樣方", "見本太郎様方"),
        ("見本　太郎　殿方", "見本　太郎様方"),
        ("ハナコサマ方", "ハナコ様方"),
        ("緒方", "緒方様方"),
        ("緒方　真理方", "緒方　真理様方"),
        ("見本太郎様方２階", "見本太郎様方２階"),
        ("様", ""),
        ("様方", ""),
    ],
)
def test_the_house_is_named_once(tmp_path: Path, care_of: str, line: str) -> None:
    intake, order = take_in(tmp_path, [person(1, care_of=care_of, address="うるま市1", building="")])
    result = decided(tmp_path / "again", [person(1, care_of=care_of, address="うるま市1", building="")])
    fields = page_fields(intake.people, result.decided, order.order)
    assert fields.texts["to_place"].tolist() == ["うるま市1" + ("\n" + line if line else "")]
