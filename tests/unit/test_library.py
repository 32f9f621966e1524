from pathlib import Path

from evcargo.library import reached_by


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
