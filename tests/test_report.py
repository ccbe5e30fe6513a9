"""check.html: every printed person under one document and reason, whoever asked for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from small_job import JOB, person, write_job

from kouki_print.job.checking import check
from kouki_print.job.prepare import Prepared, prepare
from kouki_print.job.report import report_context, write_check_report
from kouki_print.job.watch import Silent, Stages

YOUNG = {"birth_date": "19500401"}


def prepared(folder: Path, people: list[dict[str, str]], job: str = JOB) -> Prepared:
    return prepare(write_job(folder, people, job), Stages(Silent()))


def reasons(context: dict[str, Any]) -> dict[tuple[str, str], int]:
    lines = {(line["document"], line["reason"]): line["count"] for line in context["reasons"]}
    assert len(lines) == len(context["reasons"])
    return {key: count for key, count in lines.items() if count}


def test_reasons_add_up_to_the_printed_people(tmp_path: Path) -> None:
    people = [
        person(1),
        person(2, **YOUNG),
        person(3, linked="0"),
        person(4, name=""),
        person(5, welfare="1"),
    ]
    made = prepared(tmp_path, people)
    context = report_context(made)
    assert reasons(context) == {
        ("資格確認書", "NOLINK"): 1,
        ("資格確認書", "AGE85"): 1,
        ("資格情報のお知らせ", "USED"): 1,
    }
    assert dict(context["statuses"])["印刷"] == 3
    write_check_report(tmp_path / "check.html", made)
    html = (tmp_path / "check.html").read_text(encoding="utf-8")
    assert '<td>印刷する人</td><td class="n">3</td>' in html


def test_documents_that_the_export_asked_for_are_counted(tmp_path: Path) -> None:
    job = JOB.replace("[insurer]", 'document_from = "export"\n[insurer]')
    people = [
        person(1, document_given="2"),
        person(2, document_given="1", **YOUNG),
        person(3, document_given="1", **YOUNG),
        person(4),
    ]
    context = report_context(prepared(tmp_path, people, job))
    assert reasons(context) == {
        ("資格確認書", "AGE85"): 1,
        ("資格確認書", "EXPORT"): 2,
        ("資格情報のお知らせ", "EXPORT"): 1,
    }
    assert sum(line["count"] for line in context["reasons"]) == dict(context["statuses"])["印刷"]
    assert all(
        "交付書類区分" in line["sentence"] for line in context["reasons"] if line["reason"] == "EXPORT"
    )


def test_rules_that_share_a_reason_are_one_line_per_document(tmp_path: Path) -> None:
    rule = '[[rule]]\nreason = "{}"\ndocument = "{}"\nwhen = {{ {} }}\nsentence = "{}"\n'
    rules = [
        ("X", "certificate", "linked = false", "登録なし"),
        ("X", "certificate", 'age = ">=85"', "高齢"),
        ("X", "notice", "", "その他"),
    ]
    job = JOB + "".join(rule.format(*each) for each in rules)
    context = report_context(prepared(tmp_path, [person(1, linked="0"), person(2), person(3, **YOUNG)], job))
    assert [(line["document"], line["sentence"], line["count"]) for line in context["reasons"]] == [
        ("資格確認書", "登録なし／高齢", 2),
        ("資格情報のお知らせ", "その他", 1),
    ]


def test_check_writes_every_problem_and_names_nobody(tmp_path: Path) -> None:
    people = [
        person(1, name="見●　花子"),
        person(2, insured_number="12345678"),
        person(3, birth_date="19410802"),
    ]
    check(write_job(tmp_path / "job", people), tmp_path / "out", Silent())
    text = (tmp_path / "out" / "union" / "problems.csv").read_text(encoding="utf-8")
    assert [line.split(",")[:6] for line in text.splitlines()[1:]] == [
        ["hold", "CHAR_GAIJI", "氏名", "export.csv", "2", "1"],
        ["warn", "NUMBER_CHECK", "被保険者番号", "export.csv", "3", "2"],
        ["note", "BOUNDARY_BIRTH", "生年月日", "export.csv", "4", "3"],
    ]
    for secret in ("花子", "見本", "12345678", "みどり町"):
        assert secret not in text
