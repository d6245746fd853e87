"""The file that says who and what is in a sandbox: read whole and strictly, a slip is a sentence with its place."""

from datetime import timedelta

import pytest

from bot.domain.access.rules import Rule
from bot.simulator.web.scenario import BadScenario, load

SMALLEST = "people: [{name: ana}]\nchannels: [{name: ops}]\n"


@pytest.fixture
def scenario(tmp_path):
    def read(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        return load(path)

    return read


def test_the_one_in_the_package_has_people_of_every_kind_and_something_to_try_for_each():
    """Nobody who opens the sandbox has to write a file first."""
    default = load()
    assert [person.name for person in default.people] == ["ana", "rae", "ben", "cleo", "ada", "gus", "eve"]
    assert [person.name for person in default.people if person.guest] == ["gus"]
    assert [person.name for person in default.people if person.elsewhere] == ["eve"]
    assert {grant.role for grant in default.grants} == {
        "operator",
        "requester",
        "responder",
        "approver",
        "admin",
    }
    assert any(pipeline.running for pipeline in default.pipelines)
    assert default.freezes


def test_a_rule_is_written_as_it_is_typed(scenario):
    said = "groups: {leads: [ana]}\nrules: [{pattern: 'prod-*', channel: ops, group: leads, says: approvals=2 within=2h}]"
    (rule,) = scenario(SMALLEST + said).rules
    assert rule.rule(channel="C1OPS", group="S1LEADS") == Rule(
        "prod-*", approvals=2, ask_channel="C1OPS", ask_group="S1LEADS", approve_within=timedelta(hours=2)
    )


SLIPS = {
    "peeple: []": "peeple: there is no such key.",
    "grants: [{person: bob, role: viewer, pattern: '*'}]": "there is no person bob; there are: ana.",
    "grants: [{person: ana, group: x, role: viewer, pattern: '*'}]": (
        "grants.1: a grant is to one `person` or one `group`."
    ),
    "grants: [{group: leads, role: viewer, pattern: '*'}]": "there is no group leads; there are: none.",
    "grants: [{person: ana, role: boss, pattern: '*'}]": (
        "grants.1.role: Input should be 'viewer', 'requester', 'operator', 'approver', 'responder' or 'admin'."
    ),
    "rules: [{pattern: 'a', channel: dev, says: approvals=1}]": "there is no channel dev; there are: ops.",
    "rules: [{pattern: a, says: approvals=9}]": "rules.1: approvals is 0 to 5, not 9.",
    "freezes: [{pattern: 'a', for: soon, reason: x}]": (
        "freezes.1.for: this is how long, such as 30m, 4h or 2d."
    ),
    "pipelines: [{name: a}, {name: a}]": "there are two pipelines called a.",
}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *((SMALLEST + said, sentence) for said, sentence in SLIPS.items()),
        ("people: []", "people: there has to be one at least.\nmine.yaml: channels is missing."),
        ("", "this is made of lines `key: value`."),
    ],
)
def test_a_slip_is_a_sentence_with_its_place(scenario, tmp_path, text, sentence):
    """And what is missing is said all at once."""
    with pytest.raises(BadScenario) as refused:
        scenario(text)
    assert refused.value.message.replace(f"{tmp_path}/", "") == f"mine.yaml: {sentence}"


def test_a_file_that_is_no_yaml_or_not_there_is_said(scenario, tmp_path):
    with pytest.raises(BadScenario, match=r"mine\.yaml, line 2 is no YAML: "):
        scenario("people: [{name: ana}\nchannels: [")
    with pytest.raises(BadScenario, match="cannot be read: No such file or directory"):
        load(tmp_path / "none.yaml")
