"""Examples for Prometheus and Grafana: well-formed, and every metric, label and command that they name exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest

from ctscan.cli import program
from ctscan.model.finding import Sensitivity
from ctscan.model.health import Condition
from ctscan.model.metrics import (
    CasesMeasure,
    ChannelMeasure,
    FindingsMeasure,
    IndexMeasure,
    LogMeasure,
    MeasuredPart,
    Measures,
    PartTaken,
)
from ctscan.views.metrics import families

CONTRIB = Path(__file__).parents[1] / "contrib"
RULES = CONTRIB / "prometheus" / "ctscan.rules.yml"
DASHBOARD = CONTRIB / "grafana" / "ctscan.json"
NOW = datetime(2031, 1, 1, tzinfo=UTC)

PROMTOOL = shutil.which("promtool")
OF_PROMETHEUS = {"job", "instance"}
FUNCTIONS = {"absent", "time", "deriv", "delta", "sum", "min", "max", "vector", "label_values"}
WORDS = {"and", "or", "by", "without"}


@cache
def known() -> dict[str, dict[str, set[str]]]:
    """Return every metric of full measures: its labels, each with its values."""
    full = Measures(
        version="1",
        logs=(LogMeasure("Log", "Operator", Condition.OK, True, 1, 1.0, 1, 1, 1, 1.0, 1.0, 1, 1, 1, NOW, NOW, NOW),),
        index=IndexMeasure(1, 1, True, NOW, NOW, False, True, NOW, NOW, "done"),
        findings=FindingsMeasure(1, {("user.name", str(one)): 1 for one in Sensitivity}),
        cases=CasesMeasure(1, 1, 1),
        channels=(ChannelMeasure("Channel", 1, 1, 1, NOW, NOW, NOW),),
        parts={part: PartTaken(NOW, True, 1.0) for part in MeasuredPart},
    )
    found: dict[str, dict[str, set[str]]] = {}
    for family in families(full):
        assert family.samples, f"{family.name} has no sample"
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def test_the_operator_page_names_every_metric() -> None:
    page = (CONTRIB.parent / "docs" / "operator.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`(ctscan_[a-z_]+)`", page)) == set(known())


# --- a reader of the YAML that the rules use -----------------------------------------------------------------------


def read_yaml(text: str) -> Any:
    """Read mappings, lists and scalars by their indentation: the part of YAML that needs no library."""
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in text.splitlines()]
    lines = [(indent, line) for indent, line in lines if line and not line.startswith("#")]
    value, end = _block(lines, 0)
    assert end == len(lines), lines[end]
    return value


def _block(lines: list[tuple[int, str]], at: int) -> tuple[Any, int]:
    indent, line = lines[at]
    return (_list if line.startswith("- ") else _mapping)(lines, at, indent)


def _list(lines: list[tuple[int, str]], at: int, indent: int) -> tuple[list[Any], int]:
    items = []
    while at < len(lines) and lines[at][0] == indent and lines[at][1].startswith("- "):
        lines[at] = (indent + 2, lines[at][1][2:])
        item, at = _mapping(lines, at, indent + 2)
        items.append(item)
    return items, at


def _mapping(lines: list[tuple[int, str]], at: int, indent: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while at < len(lines) and lines[at][0] == indent and not lines[at][1].startswith("- "):
        key, colon, rest = lines[at][1].partition(":")
        assert colon and re.fullmatch(r"[a-z]+", key) and key not in found, lines[at][1]
        at += 1
        if not rest:
            found[key], at = _block(lines, at)
        else:
            found[key] = _scalar(rest)
    assert at == len(lines) or lines[at][0] < indent or lines[at][1].startswith("- "), lines[at][1]
    return found, at


def _scalar(rest: str) -> str:
    assert rest.startswith(" ") and not rest.startswith("  "), rest
    text = rest.strip()
    if text.startswith('"'):
        return str(json.loads(text))  # a subset of double-quoted scalars
    assert not re.search(r": | #|^[&*!|>%@`\[{'?-]", text), f"needs quotes: {text}"
    return text


# --- expressions --------------------------------------------------------------------------------------------------

TOKEN = re.compile(
    r"\s*(?:(?P<string>\"[^\"\\]*\")|(?P<duration>\[\d+[smhd]\])|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<name>[a-zA-Z_][a-zA-Z0-9_]*)|(?P<sign>[-+*/(){},]|=~|!=|!~|==|>=|<=|=|>|<))"
)


def tokens(expr: str) -> list[tuple[str, str]]:
    """Split an expression of PromQL; fails at the first text that is no token."""
    found, at = [], 0
    while at < len(expr.rstrip()):
        match = TOKEN.match(expr, at)
        assert match, expr[at:]
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return found


def check_expression(expr: str) -> None:
    """Check that brackets close, that every metric, label and value exists, and that every other name is known."""
    stack: list[str] = []
    parts = tokens(expr)
    metric, grouped = "", False
    for number, (kind, text) in enumerate(parts):
        after = parts[number + 1][1] if number + 1 < len(parts) else ""
        if text in "({" and kind == "sign":
            grouped = number > 0 and parts[number - 1][1] in ("by", "without")
            stack.append(text)
        elif text in ")}" and kind == "sign":
            assert stack and {"(": ")", "{": "}"}[stack.pop()] == text, expr
            grouped = False
        elif kind == "name" and stack and stack[-1] == "{":
            assert text in known()[metric] or text in OF_PROMETHEUS, f"{metric} has no label {text}"
            value = parts[number + 2][1].strip('"')
            if text not in OF_PROMETHEUS and not value.startswith("$"):
                assert value in known()[metric][text], f"{metric} has no {text} {value}"
        elif kind == "name" and grouped:
            assert any(text in labels for labels in known().values()), text
        elif kind == "name" and text.startswith("ctscan_"):
            assert text in known(), f"there is no metric {text}"
            metric = text
        elif kind == "name":
            assert text in WORDS or (text in FUNCTIONS and after in ("(", "by", "without")), text
    assert stack == [], expr


@pytest.mark.parametrize(
    "expr",
    ["ctscan_nothing > 0", "(ctscan_log_gaps", 'ctscan_log_gaps{condition="ok"}', "ctscan_log_gaps > $", "sum(foo)",
     'ctscan_log_condition{condition="bad"}', "sum by (nothing) (ctscan_log_gaps)", "ctscan_log_gaps }"],
)  # fmt: skip
def test_the_check_of_expressions_finds_faults(expr: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        check_expression(expr)


# --- the files ----------------------------------------------------------------------------------------------------


def rules() -> list[dict[str, Any]]:
    groups = read_yaml(RULES.read_text(encoding="utf-8"))["groups"]
    assert len({group["name"] for group in groups}) == len(groups)
    return [rule for group in groups for rule in group["rules"]]


def test_rules_are_well_formed() -> None:
    found = rules()
    assert len({rule["alert"] for rule in found}) == len(found) > 15
    for rule in found:
        assert re.fullmatch(r"Ctscan[A-Za-z]+", rule["alert"])
        assert rule.keys() >= {"expr", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert re.fullmatch(r"\d+[smhd]", rule.get("for", "1m"))
        assert rule["annotations"].keys() == {"summary", "description"}
        check_expression(rule["expr"])


def test_rules_name_only_labels_that_their_metric_has() -> None:
    for rule in rules():
        metrics = [text for kind, text in tokens(rule["expr"]) if kind == "name" and text in known()]
        for label in re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())):
            assert all(label in known()[metric] for metric in metrics), (rule["alert"], label)


@pytest.mark.parametrize(
    "wanted",
    ["absent(", "stale", "ctscan_log_failing", "misbehaving", "deriv(ctscan_log_backlog", "ctscan_log_gap",
     "ctscan_cases_overdue", "last_success", "ctscan_index_damaged", "ctscan_alerts_dead"],
)  # fmt: skip
def test_there_is_a_rule_for_every_fault(wanted: str) -> None:
    assert any(wanted in rule["expr"] for rule in rules())


def test_every_condition_but_ok_that_has_no_metric_of_its_own_has_a_rule() -> None:
    named = {match for rule in rules() for match in re.findall(r'condition="(\w+)"', rule["expr"])}
    of_their_own = {"failing", "gaps", "behind", "ok"}
    assert named | of_their_own == {str(one).replace(" ", "_") for one in Condition}


def test_commands_in_the_rules_exist() -> None:
    quoted = re.findall(r"'(ctscan [^']+)'", RULES.read_text(encoding="utf-8"))
    assert len(set(quoted)) > 5
    for line in quoted:
        command: click.Command | None = program
        for word in line.split()[1:]:
            if (
                not isinstance(command, click.Group)
                or (found := command.get_command(click.Context(command), word)) is None
            ):
                break
            command = found
        assert command is not program, line
        options = {name for parameter in command.params for name in parameter.opts}  # type: ignore[union-attr]
        assert {word for word in line.split() if word.startswith("-")} <= options, line


def panels() -> Iterator[dict[str, Any]]:
    yield from json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]


def test_the_dashboard_is_well_formed() -> None:
    found = list(panels())
    assert len({panel["id"] for panel in found}) == len(found)
    shown = [panel for panel in found if panel["type"] != "row"]
    for panel in shown:
        assert panel["title"] and panel["targets"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        for target in panel["targets"]:
            check_expression(target["expr"])
    cells = [
        (x, y)
        for panel in found
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells)), "panels overlap"
    assert max(x for x, _ in cells) < 24


def test_variables_of_the_dashboard_are_defined_and_ask_for_metrics_that_exist() -> None:
    text = DASHBOARD.read_text(encoding="utf-8")
    variables = {one["name"]: one for one in json.loads(text)["templating"]["list"]}
    assert set(re.findall(r"\$\{?([a-z]+)", text)) == set(variables)
    for name in ("job", "log"):
        metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variables[name]["definition"]).groups()  # type: ignore[union-attr]
        assert metric in known() and label in known()[metric] | dict.fromkeys(OF_PROMETHEUS)


UNIT_TESTS = """
rule_files: [{rules}]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: 'ctscan_log_condition{{log="L", operator="O", condition="stale"}}'
        values: '0x60 1x200'
      - series: 'ctscan_log_backlog_entries{{log="L", operator="O"}}'
        values: '20000+100x900'
      - series: 'ctscan_cases_overdue'
        values: '0x10 1x900'
      - series: 'ctscan_build_info{{version="1"}}'
        values: '1x20 stale'
    alert_rule_test:
      - {{eval_time: 100m, alertname: CtscanLogStale, exp_alerts: []}}
      - {{eval_time: 5m, alertname: CtscanCaseOverdue, exp_alerts: []}}
      - {{eval_time: 10m, alertname: CtscanMetricsAbsent, exp_alerts: []}}
    promql_expr_test:
      - expr: count(ALERTS{{alertname="CtscanLogStale", alertstate="firing"}})
        eval_time: 130m
        exp_samples: [{{labels: '{{}}', value: 1}}]
      - expr: count(ALERTS{{alertname="CtscanBacklogGrowing", alertstate="firing"}})
        eval_time: 800m
        exp_samples: [{{labels: '{{}}', value: 1}}]
      - expr: count(ALERTS{{alertname="CtscanCaseOverdue", alertstate="firing"}})
        eval_time: 15m
        exp_samples: [{{labels: '{{}}', value: 1}}]
      - expr: count(ALERTS{{alertname="CtscanMetricsAbsent", alertstate="firing"}})
        eval_time: 60m
        exp_samples: [{{labels: '{{}}', value: 1}}]
"""


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian, Ubuntu: apt install prometheus)")
def test_promtool_takes_the_rules_and_they_fire(tmp_path: Path) -> None:
    """Let Prometheus check the rules and the expressions of the dashboard, and when rules fire."""
    exprs = [target["expr"] for panel in panels() for target in panel.get("targets", ())]
    queries = {
        "groups": [{"name": "q", "rules": [{"record": f"q:{at}", "expr": expr} for at, expr in enumerate(exprs)]}]
    }
    (tmp_path / "queries.yml").write_text(json.dumps(queries))
    (tmp_path / "test.yml").write_text(UNIT_TESTS.format(rules=json.dumps(str(RULES))))
    for words in (
        ("check", "rules", str(RULES)),
        ("check", "rules", str(tmp_path / "queries.yml")),
        ("test", "rules", str(tmp_path / "test.yml")),
    ):
        done = subprocess.run([str(PROMTOOL), *words], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
