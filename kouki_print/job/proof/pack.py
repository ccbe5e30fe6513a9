"""The proof pack (校正一式): few people who show every case, their pages, overviews, and the sheet to sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kouki_print.base.dates import wareki
from kouki_print.base.errors import JobError
from kouki_print.base.files import write_bytes, write_text
from kouki_print.handover.proof_sheets import Thumb, overview, window_sheets
from kouki_print.handover.report_pdf import Frames, drawable
from kouki_print.handover.signoff_sheet import Approval, signoff_sheet
from kouki_print.job.envelopes import envelope_kinds, envelope_section, load_envelope
from kouki_print.job.forms import fresh_styles
from kouki_print.job.matter import write_matter
from kouki_print.job.prepare import Prepared, prepare
from kouki_print.job.proof.cases import all_cases, choose
from kouki_print.job.proof.index import ENVELOPES, write_index
from kouki_print.job.proof.pages import MADE_UP, ProofPage, samples, write_pages
from kouki_print.job.proof.signoff import LOOKS, SIGNOFF_FILE, digests, signoff_text, stop_before_signed
from kouki_print.job.proof.windows import window_views
from kouki_print.job.report import report_context
from kouki_print.job.staging import staging
from kouki_print.job.watch import Stages, Watcher
from kouki_print.verify.raster import write_pngs

_PARTS = (
    "proof.html",
    "proof.pdf",
    "overview.pdf",
    "window.pdf",
    ENVELOPES,
    "signoff.pdf",
    SIGNOFF_FILE,
    "pages",
)
_DPI = 50  # of the small pictures


@dataclass(frozen=True, slots=True)
class ProofResult:
    """What a proof shows: people, pages and cases; how many people stand in for others under protection."""

    examples: int
    pages: int
    cases: int
    sealed: int


def proof(job_dir: Path, out: Path, watcher: Watcher, *, dummy: bool, specimen: bool) -> ProofResult:
    """Write the whole pack.  ``dummy``: values of people are invented; ``specimen``: 見本 across the pages."""
    stop_before_signed(out)
    stages = Stages(watcher)
    with staging(out, _PARTS) as building:
        prepared = prepare(job_dir, stages)
        if not len(prepared.plan):
            raise JobError(
                "印刷する人が一人もいないので、校正紙を作れません。",
                remedy="kouki-print check で、保留や対象外の理由を確かめてください。",
            )
        with stages.stage("例の選定"):
            cases = all_cases(prepared)
            examples = choose(prepared, cases)
        with stages.stage("校正紙の作成"):
            chosen = samples(prepared, examples, dummy=dummy)
            pages = write_pages(building / "proof.pdf", prepared, chosen, job_dir, specimen=specimen)
            _write_envelopes(building / ENVELOPES, prepared, job_dir)
        with stages.stage("一覧と承認書の作成"):
            pictures = _pictures(building, pages)
            write_bytes(
                building / "overview.pdf",
                overview(_frames(prepared, "校正の一覧", dummy), _thumbs(pages, pictures)),
            )
            views = window_views(building / "proof.pdf", prepared, pages)
            write_bytes(building / "window.pdf", window_sheets(_frames(prepared, "窓の重ね図", dummy), views))
            write_index(
                building / "proof.html", prepared, cases, pages, [path.name for path in pictures], dummy=dummy
            )
            _write_signoff(building, prepared, job_dir, len(examples), len(pages), len(cases))
    return ProofResult(len(examples), len(pages), len(cases), sum(example.sealed for example in examples))


def _write_envelopes(path: Path, prepared: Prepared, job_dir: Path) -> None:
    """The envelopes of every unit in one file; none where the order has no layout for them."""
    loaded = prepared.loaded
    layout = load_envelope(loaded, job_dir, prepared.styles)
    if layout is not None:
        plans = prepared.plan.groupby("unit_code", sort=False)
        sections = [
            envelope_section(
                loaded.order, layout, loaded, unit, envelope_kinds(loaded, unit, plans.get_group(code))
            )
            for code, unit in loaded.units.items()
            if code in plans.groups
        ]
        write_matter(path, loaded.order, job_dir, fresh_styles(prepared.styles), sections, "封筒の校正")


def _pictures(building: Path, pages: Sequence[ProofPage]) -> list[Path]:
    folder = building / "pages"
    folder.mkdir()
    targets = [folder / f"{number:04d}.jpg" for number in range(1, len(pages) + 1)]
    write_pngs(building / "proof.pdf", targets, _DPI)
    return targets


def _thumbs(pages: Sequence[ProofPage], pictures: Sequence[Path]) -> list[Thumb]:
    return [
        Thumb(
            picture,
            f"{number}ページ　{page.sample.title}　{page.name}",
            " / ".join(page.sample.example.cases),
        )
        for number, (page, picture) in enumerate(zip(pages, pictures, strict=True), start=1)
    ]


def _frames(prepared: Prepared, title: str, dummy: bool) -> Frames:
    order = prepared.loaded.order
    return Frames(
        title=drawable(f"{order.job.title} {title}"),
        right=f"差出日 {wareki(order.job.mail_on)}",
        small=drawable(
            f"規則 {order.job.preset}"
            + (f"　{MADE_UP}" if dummy else "　個人情報を含みます。取扱いに注意してください")
        ),
        insurer=drawable(order.insurer.name),
    )


def _write_signoff(
    building: Path, prepared: Prepared, job_dir: Path, examples: int, pages: int, cases: int
) -> None:
    loaded = prepared.loaded
    order = loaded.order
    found = digests(loaded, job_dir)
    context = report_context(prepared)
    approval = Approval(
        facts=[
            ("ジョブ", f"{order.job.title}（{order.job.id}）"),
            ("規則（プリセット）", order.job.preset),
            ("切替日・有効期限", f"{wareki(order.job.switch_on)}　〜　{wareki(order.job.expires_on)}"),
            ("データの基準日・差出日", f"{wareki(order.job.data_on)}　・　{wareki(order.job.mail_on)}"),
            ("封筒", order.envelope.name),
            ("校正紙", f"{examples:,}例　{pages:,}ページ　（{cases:,}種の場合をすべて含む）"),
        ],
        looks=[(name, drawable(found[name])) for name in LOOKS],
        statuses=context["statuses"],
        reasons=[
            (each["document"], each["reason"], each["sentence"], each["count"]) for each in context["reasons"]
        ],
        digests=list(found.items()),
    )
    frames = Frames(
        title=drawable(f"{order.job.title} 校正承認書"),
        right=f"差出日 {wareki(order.job.mail_on)}",
        small=drawable(
            f"承認したら、{SIGNOFF_FILE} に名前と日付を書き、ジョブのフォルダーに置いてください。"
        ),
        insurer=drawable(order.insurer.name),
    )
    write_bytes(building / "signoff.pdf", signoff_sheet(frames, approval))
    write_text(building / SIGNOFF_FILE, signoff_text(order.job.id, found))
