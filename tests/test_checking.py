"""What `check` lets pass, `run` can print: the files that the order names are asked for before."""

from __future__ import annotations

from pathlib import Path

import pytest
from line_fixtures import cli, said
from small_job import JOB, write_job

NAMED = {
    "output_profile": (
        '[printing]\noutput_profile = "press.icc"\noutput_profile_sha256 = "{0}"\n',
        "press.icc",
    ),
    "xjdf_schema": ('[printing]\nxjdf_schema = "xjdf.xsd"\n', "xjdf.xsd"),
    "asset": ('[asset.seal]\nfile = "seal.png"\nsha256 = "{0}"\n', "seal.png"),
    "artwork": ('[documents]\ncertificate = {{ layout = "own.toml" }}\n', "design.pdf"),
}


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("kind", NAMED)
def test_a_file_that_is_missing_or_another_is_told_as_a_run_tells_it(
    kind: str, there: bool, root: Path, tmp_path: Path
) -> None:
    more, file = NAMED[kind]
    job = write_job(tmp_path / "job", job=JOB + more.format("0" * 64))
    layout = (root / "layouts" / "certificate_mount.toml").read_text(encoding="utf-8")
    art = f'\n[front.artwork]\nfile = "design.pdf"\npage = 1\nsha256 = "{"0" * 64}"\n'
    (job / "own.toml").write_text(layout + art, encoding="utf-8")
    if there:
        (job / file).write_bytes(b"another file")
    told = [said(cli(command, job, "--out", tmp_path / command)) for command in ("check", "run")]
    assert file in told[0] and told[0] == told[1]
    assert not (tmp_path / "check").exists()
