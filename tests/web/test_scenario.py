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


@pytest.fixture
def complaint(scenario, tmp_path):
    def read(text):
        with pytest.raises(BadScenario) as refused:
            scenario(text)
        return refused.value.message.replace(f"{tmp_path / 'mine.yaml'}", "mine.yaml")

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


def test_one_person_in_one_channel_is_enough(scenario):
    assert scenario(SMALLEST).pipelines == ()


def test_a_rule_is_written_as_it_is_typed(scenario):
    """Its channel and its group by their names, which become ids."""
    said = "groups: {leads: [ana]}\nrules: [{pattern: 'prod-*', channel: ops, group: leads, says: approvals=2 within=2h}]"
    (rule,) = scenario(SMALLEST + said).rules
    assert rule.rule(channel="C1OPS", group="S1LEADS") == Rule(
        "prod-*", approvals=2, ask_channel="C1OPS", ask_group="S1LEADS", approve_within=timedelta(hours=2)
    )


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("peeple: []", "mine.yaml: peeple: there is no such key."),
        (
            "grants: [{person: bob, role: viewer, pattern: '*'}]",
            "mine.yaml: there is no person bob; there are: ana.",
        ),
        (
            "grants: [{person: ana, group: x, role: viewer, pattern: '*'}]",
            "mine.yaml: grants.1: a grant is to one `person` or one `group`.",
        ),
        (
            "grants: [{group: leads, role: viewer, pattern: '*'}]",
            "mine.yaml: there is no group leads; there are: none.",
        ),
        (
            "rules: [{pattern: 'a', channel: dev, says: approvals=1}]",
            "mine.yaml: there is no channel dev; there are: ops.",
        ),
        (
            "freezes: [{pattern: 'a', for: soon, reason: x}]",
            "mine.yaml: freezes.1.for: this is how long, such as 30m, 4h or 2d.",
        ),
        ("pipelines: [{name: a}, {name: a}]", "mine.yaml: there are two pipelines called a."),
        (
            "pipelines: [{name: a, since: 1}]",
            "mine.yaml: pipelines.1.since: this is how long, such as 30m, 4h or 2d.",
        ),
    ],
)
def test_a_slip_is_a_sentence_with_its_place(complaint, said, sentence):
    assert complaint(SMALLEST + said) == sentence


def test_what_a_rule_cannot_say_is_refused_as_where_rules_are_typed(complaint):
    assert complaint(SMALLEST + "rules: [{pattern: a, says: approvals=9}]") == (
        "mine.yaml: rules.1: approvals is 0 to 5, not 9."
    )


def test_a_role_that_does_not_exist_is_named_with_those_that_do(complaint):
    said = complaint(SMALLEST + "grants: [{person: ana, role: boss, pattern: '*'}]")
    assert said.startswith("mine.yaml: grants.1.role: ")
    assert "'operator'" in said


def test_what_is_missing_is_said_all_at_once(complaint):
    assert complaint("people: []").splitlines() == [
        "mine.yaml: people: there has to be one at least.",
        "mine.yaml: channels is missing.",
    ]


def test_what_is_no_yaml_is_said_with_its_line(complaint):
    assert complaint("people: [{name: ana}\nchannels: [").startswith("mine.yaml, line 2 is no YAML: ")


def test_an_empty_file_is_no_scenario(complaint):
    assert complaint("") == "mine.yaml: this is made of lines `key: value`."


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BadScenario, match="cannot be read: No such file or directory"):
        load(tmp_path / "none.yaml")
