"""Loading the profile of an inserter (封入機の設定): a TOML file becomes a checked machine, or tells its mistakes."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from kouki_print.base.errors import JobError
from kouki_print.base.resources import layout_dir
from kouki_print.order.documents import of_the_job
from kouki_print.order.machines import Machine
from kouki_print.order.messages import order_faults
from kouki_print.order.toml_files import read_toml
from kouki_print.page.layouts.toml_lines import lines_of


def load_machine(name: str, job_dir: Path) -> Machine:
    """``layouts/machines/<name>.toml``, or a file of the job's folder where ``name`` is a path."""
    path = job_dir / name if of_the_job(name) else layout_dir() / "machines" / f"{name}.toml"
    if not path.is_file():
        known = "、".join(sorted(entry.stem for entry in (layout_dir() / "machines").glob("*.toml")))
        raise JobError(
            f"封入機の設定「{name}」がありません。",
            remedy=f"[printing] machine を次のいずれかか、ジョブのフォルダーの中のファイルにしてください: {known}",
            file="job.toml",
        )
    values, text = read_toml(path)
    try:
        return Machine.model_validate({**values, "name": path.stem})
    except ValidationError as problem:
        location, what = order_faults(problem)
        lines = lines_of(text)
        place = next((location[:end] for end in range(len(location), 0, -1) if location[:end] in lines), ())
        raise JobError(
            what.replace("注文の内容", "封入機の設定"),
            remedy=f"{path.name} のこの項目を直して、もう一度実行してください。",
            file=path.name,
            row=lines.get(place),
        ) from None
