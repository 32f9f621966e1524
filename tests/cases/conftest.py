"""Study folders around published tables."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

Write = Callable[..., Path]


@pytest.fixture
def write_study(tmp_path: Path) -> Write:
    """Write a study: `write_study(config, samples, runs)`; a sheet is a list of rows."""

    def write(
        config: Mapping[str, Any],
        samples: Sequence[Mapping[str, object]],
        runs: Sequence[Mapping[str, object]],
    ) -> Path:
        (tmp_path / "config").mkdir()
        sheets = {"samples": "config/samples.tsv", "runs": "config/runs.tsv"}
        text = yaml.safe_dump({**config, **sheets})
        (tmp_path / "config" / "config.yaml").write_text(text)
        for name, rows in (("samples", samples), ("runs", runs)):
            columns = list(dict.fromkeys(key for row in rows for key in row))
            lines = ["\t".join(columns)]
            lines += ["\t".join(str(row.get(key, "")) for key in columns) for row in rows]
            (tmp_path / "config" / f"{name}.tsv").write_text("\n".join(lines) + "\n")
        return tmp_path

    return write
