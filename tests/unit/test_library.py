from pathlib import Path

from evcargo.library import fingerprint, reached_by


def test_imports_are_followed_and_data_files_come_along(tmp_path: Path) -> None:
    files = {
        "__init__.py": "",
        "errors.py": "",
        "job.py": "from evcargo.errors import EvcargoError\n",
        "report/__init__.py": "",
        "report/page.py": "import evcargo.job\n",
        "report/templates/page.html.j2": "",
        "rna/__init__.py": "",
        "rna/align.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    script = tmp_path / "write_report.py"
    script.write_text("def late():\n    from evcargo.report import page\n")

    reached = reached_by(script, {name: tmp_path / name for name in files})

    assert reached == [
        "__init__.py",
        "errors.py",
        "job.py",
        "report/__init__.py",
        "report/page.py",
        "report/templates/page.html.j2",
    ]


def test_only_a_reached_file_changes_the_fingerprint(tmp_path: Path) -> None:
    library = {name: tmp_path / name for name in ("__init__.py", "rna.py", "purity.py")}
    for path in library.values():
        path.write_text("")
    script = tmp_path / "trim_reads.py"
    script.write_text("import evcargo.rna\n")

    def again(name: str, text: str) -> str:
        copy = tmp_path / f"{len(text)}.{name}"
        copy.write_text(text)
        return fingerprint(script, library | {name: copy})

    before = fingerprint(script, library)
    assert again("purity.py", "changed = 1\n") == before
    assert again("rna.py", "changed = 1\n") != before
