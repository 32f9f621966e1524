"""The made study and its report, rendered once for all tests."""

from pathlib import Path

import pytest
from lxml import html
from made_study import MadeStudy, make_study

from evcargo.report.page import render
from evcargo.report.results import Results, read_results

HOSTILE = MadeStudy(
    title='<script>document.title="owned"</script> & "study"',
    test_level="<img src=x onerror=alert(1)>\"'",
    gene="</script><script>document.title='owned'</script>",
    reason="<b onmouseover=alert(1)>dimers</b> $x_1$",
)


@pytest.fixture(scope="session")
def schema(root: Path) -> str:
    return str(root / "workflow/schemas/config.schema.yaml")


@pytest.fixture(scope="session")
def results(tmp_path_factory, schema) -> Results:
    return read_results(make_study(tmp_path_factory.mktemp("study")) | {"schema": schema})


@pytest.fixture(scope="session")
def text(results) -> str:
    return render(results)


@pytest.fixture(scope="session")
def page(text) -> html.HtmlElement:
    return html.document_fromstring(text)


@pytest.fixture(scope="session")
def hostile_text(tmp_path_factory) -> str:
    return render(read_results(make_study(tmp_path_factory.mktemp("hostile"), HOSTILE)))
