"""Jobs by employer (団体): units, bundles with cover lists, households on one notice, 任意継続 direct."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pypdfium2 as pdfium
import pytest
from employer_job import GROUPS, JOB_BY_GROUP, employee, employer_job
from hypothesis import given, settings
from hypothesis import strategies as st
from line_fixtures import Finished, cli, finished, said, table
from small_job import JOB, person, write_job

from kouki_print.intake.load import read_export
from kouki_print.intake.units import unit_codes
from kouki_print.order.load import load_order
from kouki_print.order.models import HOUSEHOLD_MOST
from kouki_print.sample import write_sample
from kouki_print.select.decide import Decision, decide
from kouki_print.select.households import carriers

PEOPLE = 400


@pytest.fixture(scope="module")
def kenpo(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The sample of the preset kenpo, run once."""
    folder = tmp_path_factory.mktemp("kenpo")
    write_sample(folder / "job", preset="kenpo", count=PEOPLE, seed=1, encoding="utf-8")
    return finished(folder / "job", folder / "out")


def page_texts(path: Path) -> list[str]:
    with pdfium.PdfDocument(path) as pdf:
        return [page.get_textpage().get_text_range() for page in pdf]


def decisions(folder: Path, people: list[dict[str, str]], job: str = JOB_BY_GROUP) -> Decision:
    order = load_order(employer_job(folder, people, job))
    intake = read_export(order, folder)
    return decide(intake.people, intake.findings, order)


def test_the_folders_read_back_whole(kenpo: Finished) -> None:
    result = cli("verify", kenpo.out, "--full")
    assert result.exit_code == 0, result.output
    assert len(kenpo.register()) == PEOPLE


def test_folders_boxes_and_manifests_follow_the_employer(kenpo: Finished) -> None:
    """Units are those of groups.csv and DIRECT; each counts its own people and numbers from 1."""
    groups = table(kenpo.job / "groups.csv")
    codes = [group["団体コード"] for group in groups]
    assert sorted(folder.name for folder in kenpo.towns()) == sorted([*codes, "DIRECT"])
    for code in (*codes, "DIRECT"):
        pieces, manifest = kenpo.pieces(code), kenpo.manifest(code)
        assert [int(piece["sequence"]) for piece in pieces] == list(range(1, len(pieces) + 1))
        assert all(piece["piece_id"].split("-")[1] == code for piece in pieces)
        assert manifest["municipality"]["jis_code"] == code
        assert manifest["counts"]["sheets"] == len(pieces)
        assert {piece["mail_service"] for piece in pieces} <= (
            {"none"} if not manifest["options"]["mailed"] else {"none", "simple_registered", "ordinary"}
        )
    printed = sum(manifest["counts"]["printed"] for manifest in kenpo.manifests())
    assert printed == sum(line["status"] == "printed" for line in kenpo.register())


def test_who_left_or_has_an_address_of_his_own_gets_it_directly(kenpo: Finished) -> None:
    people = {person["被保険者番号"]: person for person in kenpo.people()}
    seen = Counter()
    for line in kenpo.register():
        if line["status"] != "printed":
            continue
        own = people[line["insured_number"]]
        direct = own["任意継続"] == "1" or own["団体コード"] == "" or own["窓口交付"] == "1"
        direct |= own["支援措置"] == "1" or own["送付先区分"] in ("資格", "全て")
        unit = line["piece_id"].split("-")[1]
        if direct and own["送付先終了日"] == "":
            assert unit == "DIRECT", line["row"]
            seen["direct"] += 1
        elif not direct:
            assert unit == own["団体コード"]
            seen["group"] += 1
    assert seen["direct"] >= 15 and seen["group"] >= 300


def test_a_household_shares_one_notice_and_everybody_has_a_card(kenpo: Finished) -> None:
    """Riders have the piece's number, but weight and postage are told once; certificates are never shared."""
    by_piece = defaultdict(list)
    for line in kenpo.register():
        if line["status"] == "printed":
            by_piece[line["piece_id"]].append(line)
    shared = [lines for lines in by_piece.values() if len(lines) > 1]
    assert shared and all(line["document"] == "notice" for lines in shared for line in lines)
    households = {person["被保険者番号"]: person["世帯番号"] for person in kenpo.people()}
    for lines in shared:
        assert len({households[line["insured_number"]] for line in lines}) == 1
        assert sorted(line["weight_g"] for line in lines)[:-1] == [""] * (len(lines) - 1)
    assert len(by_piece) == len(kenpo.all_pieces()) < len([1 for lines in by_piece.values() for _ in lines])
    postage = sum(int(line["postage_yen"] or 0) for line in kenpo.register())
    assert postage == sum(int(line["total_yen"]) for line in kenpo.budget()) > 0


def test_a_collective_mailing_has_a_cover_list_and_no_home_address(kenpo: Finished) -> None:
    """Every piece is listed as all papers name it; pages for the employer's hands show no home."""
    homes = {person["住所"] for person in kenpo.people()} - {""}
    groups = [group for group in table(kenpo.job / "groups.csv") if group["受渡方法"] == "一括"]
    assert len(groups) >= 5
    for group in groups[:4]:
        code = group["団体コード"]
        pieces = kenpo.pieces(code)
        listed = "".join(page_texts(kenpo.out / "municipalities" / code / "cover_list.pdf"))
        flat = listed.replace("\r", "").replace("\n", "")
        assert group["団体名"].replace("　", "") in flat.replace("　", "").replace(" ", "")
        assert f"合計 {len(pieces):,}通" in flat
        assert "納入日" in flat and "発送日" not in flat
        assert {piece["sequence"].zfill(7) for piece in pieces} <= set(listed.split())
        assert {f"{piece['box']}－{piece['position']}" for piece in pieces} <= set(listed.split())
        for name in {piece["print_pdf"] for piece in pieces}:
            for text in page_texts(kenpo.out / "vendor" / code / name)[:20]:
                assert not any(home in text for home in homes)
    assert not (kenpo.out / "municipalities" / "DIRECT" / "cover_list.pdf").exists()


def test_a_notice_names_the_member_and_the_dependants(tmp_path: Path) -> None:
    people = [
        employee(1, "H1", "家族", name="見本　二郎", birth_date="20100101"),
        employee(2, "H1", name="見本　太郎"),
        employee(3, "H1", "家族", name="見本　花子", linked="0"),
    ]
    made = finished(employer_job(tmp_path / "job", people), tmp_path / "out")
    pieces = made.pieces("E1")
    assert sorted(piece["document"] for piece in pieces) == ["certificate", "notice"]
    for piece in pieces:
        path = made.out / "vendor" / "E1" / piece["print_pdf"]
        text = page_texts(path)[int(piece["print_page"]) - 1].replace("\r", "")
        assert "株式会社守礼建設" in text and "うるま市" not in text
        if piece["document"] == "notice":
            assert "見本　太郎　様" in text and "本人" in text and "見本　二郎" in text and "家族" in text
            assert text.index("見本　太郎") < text.index("見本　二郎") and "花子" not in text
        else:
            assert "見本　太郎　様のご家族" in text and "見本　花子" in text and "二郎" not in text
    assert cli("verify", made.out, "--full").exit_code == 0


def test_more_people_than_a_page_holds_get_another_notice(tmp_path: Path) -> None:
    many = HOUSEHOLD_MOST + 2
    people = [employee(at, "H1", "本人" if at == 3 else "家族") for at in range(1, many + 1)]
    decided = decisions(tmp_path, people).decided
    assert Counter(decided["carrier"].tolist()) == {2: HOUSEHOLD_MOST, 6: 2}


def test_a_name_that_does_not_fit_holds_the_whole_household(tmp_path: Path) -> None:
    """Nobody of the page is printed without the others, and the rest of the job is."""
    people = [
        employee(1, "H1"),
        employee(2, "H1", "家族", name="見本　" + "長" * 120),
        employee(3, "H2"),
    ]
    made = finished(employer_job(tmp_path / "job", people), tmp_path / "out")
    assert [line["status"] for line in made.register()] == ["held", "held", "printed"]


def test_protected_people_are_never_in_a_bundle(tmp_path: Path) -> None:
    people = [employee(1, "H1"), employee(2, "H1", "家族", protected="1", pickup="1")]
    decided = decisions(tmp_path, people).decided
    assert decided["unit_code"].tolist() == ["E1", "DIRECT"]
    assert decided["carrier"].tolist() == [0, 1]


def test_employers_by_post_and_no_forward(tmp_path: Path) -> None:
    """直接: to each home, with the person's own 転送不要; in a bundle nothing is forwarded anyway."""
    people = [
        employee(1, "H1", no_forward="1"),
        employee(2, "H2", no_forward="1", group_code="E2", group_name=""),
    ]
    decided = decisions(tmp_path, people).decided
    assert decided["delivery_rule"].tolist() == ["employer", "registered"]
    assert decided["to_address"].tolist() == ["株式会社守礼建設", "うるま市みどり町一丁目1番1号"]
    assert decided["no_forward"].tolist() == [False, True]


def test_an_unknown_employer_holds_and_another_name_is_listed(tmp_path: Path) -> None:
    people = [employee(1, "H1", group_code="E9"), employee(2, "H2", group_name="株式会社首里電設")]
    decided = decisions(tmp_path, people).decided
    assert decided["status"].tolist() == ["held", "printed"]
    assert decided["problems"].tolist() == ["UNKNOWN_GROUP", "GROUP_NAME_DIFFERS"]


BAD_GROUPS = [
    ("E1,", "E-1,", "団体コード"),
    ("E2,", "DIRECT,", "団体コード"),
    ("E2,", "E1,", "団体コード"),
    ("直接", "郵送", "受渡方法"),
    ("9000001", "900001", "郵便番号"),
    ("098-000-0001", "０９８", "電話"),
    ("株式会社守礼建設", "", "団体名"),
]


@pytest.mark.parametrize(("right", "wrong", "column"), BAD_GROUPS)
def test_a_bad_group_table_stops_the_job(tmp_path: Path, right: str, wrong: str, column: str) -> None:
    job = employer_job(tmp_path / "job", [employee(1, "H1")], groups=GROUPS.replace(right, wrong, 1))
    message = said(cli("run", job, "--out", tmp_path / "out"))
    assert "groups.csv" in message and column in message
    assert not (tmp_path / "out").exists()


BAD_ORDERS = [
    ('section = "適用課"\n', "", "[insurer] section"),
    ('postcode = "900-0000"', 'postcode = "900"', "[insurer] postcode"),
    ('number = "0647001', 'number = "0647002', "[insurer] number"),
    ("2031-07-31", "2031-08-01", "5年"),
]


@pytest.mark.parametrize(("right", "wrong", "told"), BAD_ORDERS)
def test_an_order_by_group_must_be_complete(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    job = employer_job(tmp_path / "job", [employee(1, "H1")], JOB_BY_GROUP.replace(right, wrong))
    message = said(cli("run", job, "--out", tmp_path / "out"))
    assert told in message and "job.toml" in message


def test_a_layout_for_households_needs_households(tmp_path: Path) -> None:
    job = employer_job(
        tmp_path / "job", [employee(1, "H1")], JOB_BY_GROUP + "[delivery]\nper_household = []\n"
    )
    message = said(cli("run", job, "--out", tmp_path / "out"))
    assert "notice_household.toml" in message and "per_household" in message


def test_a_document_for_households_needs_a_layout_that_shows_them(tmp_path: Path) -> None:
    """Else the others of the household would be counted as printed and stand nowhere."""
    both = '[delivery]\nper_household = ["certificate", "notice"]\n'
    job = employer_job(tmp_path / "job", [employee(1, "H1")], JOB_BY_GROUP + both)
    message = said(cli("run", job, "--out", tmp_path / "out"))
    assert "kenpo_card.toml" in message and "family_1_name" in message


def test_a_questionnaire_is_for_municipalities(tmp_path: Path) -> None:
    job = employer_job(tmp_path / "job", [employee(1, "H1")])
    assert "groups.csv" in said(cli("survey", "make", job, "--to", tmp_path / "forms"))


@given(
    people=st.lists(
        st.tuples(
            st.sampled_from(["H1", "H2", "H3", ""]),
            st.sampled_from(["member", "dependant", ""]),
            st.sampled_from(["E1", "E2"]),
            st.sampled_from(["notice", "certificate"]),
            st.booleans(),
            st.booleans(),
        ),
        max_size=30,
    )
)
@settings(max_examples=80, deadline=None)
def test_everybody_printed_stands_on_exactly_one_piece(
    people: list[tuple[str, str, str, str, bool, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Only notices are shared, by one household of one unit, a page at most, never with protected people."""
    order = load_order(_any_order(tmp_path_factory)).order
    household, relation, unit, document, printed, protected = (
        list(column) for column in (zip(*people, strict=True) if people else [()] * 6)
    )
    blank = pd.Series([""] * len(people), dtype="str")
    table = pd.DataFrame({"household_number": pd.Series(household, dtype="str"), "relation": relation})
    table["municipality_code"] = table["group_code"] = blank
    table["protected"] = np.array(protected, dtype=bool)
    decided = pd.DataFrame(
        {
            "status": ["printed" if each else "held" for each in printed],
            "unit_code": unit,
            "document": document,
            **dict.fromkeys(
                ("set_code", "to_postcode", "to_address", "to_building", "to_care_of", "to_via"), blank
            ),
            "delivery_rule": blank,
            "pickup": np.zeros(len(people), dtype=bool),
            "no_forward": np.zeros(len(people), dtype=bool),
        }
    )
    carrier = carriers(table, decided, order)
    for at, lead in enumerate(carrier.tolist()):
        assert (lead >= 0) == printed[at]
        if lead >= 0:
            assert carrier[lead] == lead
        if lead not in (-1, at):
            assert document[at] == document[lead] == "notice" and not protected[at] and not protected[lead]
            assert household[at] == household[lead] != "" and unit[at] == unit[lead]
    assert max(Counter(carrier[carrier >= 0].tolist()).values(), default=0) <= HOUSEHOLD_MOST


def _any_order(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp() / "employers"
    return folder if folder.exists() else employer_job(folder, [employee(1, "H1")])


def test_the_city_may_address_the_householder(tmp_path: Path) -> None:
    """To the householder at the registered address; a 送付先 stays the person's own; the card too."""
    job = JOB.replace('"r08"', '"kokuho"') + '[delivery]\naddressee = "householder"\n'
    people = [
        person(1, birth_date="19900101", copay="3", category="", householder="見本　太郎"),
        person(2, birth_date="19900101", copay="3", category="", householder="見本　太郎", mail_kind="資格",
               mail_postcode="9000021", mail_address="那覇市泉崎1丁目", mail_name="見本　花子"),
        person(3, birth_date="19900101", copay="3", category=""),
    ]  # fmt: skip
    order = load_order(write_job(tmp_path, people, job))
    intake = read_export(order, tmp_path)
    decided = decide(intake.people, intake.findings, order).decided
    assert decided["to_name"].tolist() == ["見本　太郎", "見本　花子", "見本　花子"]
    assert unit_codes(intake.people, order.order).tolist() == ["47213"] * 3


def test_two_members_under_one_household_number_are_held(tmp_path: Path) -> None:
    """Else strangers of one employer would stand on one notice."""
    people = [employee(1, "1"), employee(2, "1"), employee(3, "1", "家族"), employee(4, "2")]
    decided = decisions(tmp_path, people).decided
    assert decided["problems"].tolist() == ["HOUSEHOLD_MEMBERS"] * 3 + [""]
    assert decided["status"].tolist() == ["held"] * 3 + ["printed"]


def test_the_same_number_at_two_employers_is_two_households(tmp_path: Path) -> None:
    """In company housing at one address, all collected at the counter: still two families."""
    people = [
        employee(1, "1", pickup="1"),
        employee(2, "1", group_code="E2", group_name="合同会社てぃだ物流", pickup="1"),
    ]
    assert decisions(tmp_path, people).decided["carrier"].tolist() == [0, 1]


def test_riders_keep_their_own_addressee_and_no_forward(tmp_path: Path) -> None:
    """Only who travels alike shares a piece."""
    mail = {"mail_kind": "資格", "mail_postcode": "9000021", "mail_address": "那覇市泉崎1丁目"}
    people = [
        employee(1, "1", **mail, mail_name="後見人　甲"),
        employee(2, "1", "家族", **mail, mail_name="施設　乙"),
        employee(3, "2", voluntary="1"),
        employee(4, "2", "家族", voluntary="1", no_forward="1"),
        employee(5, "3", voluntary="1"),
        employee(6, "3", "家族", voluntary="1"),
    ]
    decided = decisions(tmp_path, people).decided
    assert decided["carrier"].tolist() == [0, 1, 2, 3, 4, 4]
    assert decided["to_via"].tolist()[:2] == ["後見人　甲", "施設　乙"]


@pytest.mark.parametrize(
    "member",
    [{"name": "乙山　〓郎"}, {"protected": "1", "pickup": "1"}, {"relation": "家族"}],
    ids=["doubted", "protected", "nobody"],
)
def test_a_dependant_whose_member_may_not_be_named_is_listed(tmp_path: Path, member: dict[str, str]) -> None:
    people = [employee(1, "1", **member), employee(2, "1", "家族", name="乙山　花子")]
    decided = decisions(tmp_path, people).decided
    assert decided["to_via"].iat[1] == "" and decided["problems"].iat[1] == "MEMBER_UNKNOWN"


def test_a_member_with_another_address_still_names_the_family(tmp_path: Path) -> None:
    mail = {"mail_kind": "資格", "mail_postcode": "9000021", "mail_address": "那覇市泉崎1丁目"}
    people = [employee(1, "1", **mail, name="甲野　一郎"), employee(2, "1", "家族", name="甲野　花子")]
    decided = decisions(tmp_path, people).decided
    assert decided["unit_code"].tolist() == ["DIRECT", "E1"]
    assert decided["to_via"].tolist() == ["", "甲野　一郎　様のご家族"]


def test_a_name_written_by_hand_does_not_stop_the_family(tmp_path: Path) -> None:
    """The member's character that no font draws is on nobody else's page."""
    job = JOB_BY_GROUP + '[checks]\nundrawable = "hand"\n'
    people = [employee(1, "1", name="乙山　\U0002a6d0郎"), employee(2, "1", "家族", linked="0")]
    made = finished(employer_job(tmp_path / "job", people, job), tmp_path / "out")
    assert [line["status"] for line in made.register()] == ["printed", "printed"]
    assert "MEMBER_UNKNOWN" in made.register()[1]["problems"]


def test_addresses_that_nobody_prints_hold_nobody(tmp_path: Path) -> None:
    """In a bundle; at home they still do.  No note asks for a postcode that is not used."""
    bad = {"postcode": "", "address": "うるま市●", "building": "〓号室"}
    people = [employee(1, "1", **bad), employee(2, "2", group_code="E2", group_name="", **bad)]
    made = finished(employer_job(tmp_path / "job", people), tmp_path / "out")
    assert [line["status"] for line in made.register()] == ["printed", "held"]
    assert not [
        line for line in made.problems() if line["code"].startswith("NO_BARCODE") and line["row"] == "1"
    ]


def test_who_has_neither_employer_nor_left_is_listed(tmp_path: Path) -> None:
    people = [employee(1, "1", group_code="", group_name=""), employee(2, "2", group_code="", voluntary="1")]
    decided = decisions(tmp_path, people).decided
    assert decided["problems"].tolist() == ["GROUP_MISSING", ""]
    assert decided["unit_code"].tolist() == ["DIRECT", "DIRECT"]


@pytest.mark.parametrize(
    ("birth", "status"), [("19510801", "held"), ("19510802", "printed"), ("19500801", "held")]
)
def test_at_75_one_has_left(tmp_path: Path, birth: str, status: str) -> None:
    """75 on the switch day: the insurance of the elderly; a day later the card ends that day's eve."""
    decided = decisions(
        tmp_path, [employee(1, "1", birth_date=birth, linked="0", qualified_on="20000401")]
    ).decided
    assert decided["status"].tolist() == [status]
    if status == "printed":
        assert str(decided["valid_until"].iat[0])[:10] == "2026-08-01"
    else:
        assert "LIMIT_PAST" in decided["problems"].iat[0]
