"""Scenario files: read whole and strictly; a mistake is a sentence with its place."""

from datetime import timedelta

import pytest

from bot.domain.access.rules import Rule
from bot.simulator.web.scenario import DEFAULT, NAMES, BadScenario, load, path_of

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
    assert [person.name for person in default.people if person.external] == ["eve"]
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
    said = "groups: {leads: [ana]}\nrules: [{pattern: 'prod-*', channel: ops, group: leads, keys: approvals=2 within=2h}]"
    (rule,) = scenario(SMALLEST + said).rules
    assert rule.rule(channel="C1OPS", group="S1LEADS") == Rule(
        "prod-*", approvals=2, ask_channel="C1OPS", ask_group="S1LEADS", approve_within=timedelta(hours=2)
    )


SLIPS = {
    "peeple: []": "peeple: unknown key.",
    "grants: [{person: bob, role: viewer, pattern: '*'}]": "unknown person `bob`; the file has: ana.",
    "grants: [{person: ana, group: x, role: viewer, pattern: '*'}]": (
        "grants.1: a grant needs either `person` or `group`."
    ),
    "grants: [{group: leads, role: viewer, pattern: '*'}]": "unknown group `leads`; the file has: none.",
    "grants: [{person: ana, role: boss, pattern: '*'}]": (
        "grants.1.role: Input should be 'viewer', 'requester', 'operator', 'approver', 'responder' or 'admin'."
    ),
    "rules: [{pattern: 'a', channel: dev, keys: approvals=1}]": "unknown channel `dev`; the file has: ops.",
    "rules: [{pattern: a, keys: approvals=9}]": "rules.1: approvals is 0 to 5, not 9.",
    "freezes: [{pattern: 'a', for: soon, reason: x}]": (
        "freezes.1.for: not a valid duration: write 30m, 4h or 2d."
    ),
    "pipelines: [{name: a}, {name: a}]": "two pipelines are named `a`.",
}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *((SMALLEST + said, sentence) for said, sentence in SLIPS.items()),
        ("people: []", "people: at least one is required.\nmine.yaml: channels is missing."),
        ("", "a scenario must be a mapping of `key: value`."),
    ],
)
def test_a_slip_is_a_sentence_with_its_place(scenario, tmp_path, text, sentence):
    """And what is missing is said all at once."""
    with pytest.raises(BadScenario) as refused:
        scenario(text)
    assert refused.value.message.replace(f"{tmp_path}/", "") == f"mine.yaml: {sentence}"


def test_a_file_that_is_no_yaml_or_not_there_is_said(scenario, tmp_path):
    with pytest.raises(BadScenario, match=r"mine\.yaml, line 2: invalid YAML: "):
        scenario("people: [{name: ana}\nchannels: [")
    with pytest.raises(BadScenario, match=r"^Cannot read .*: No such file or directory"):
        load(tmp_path / "none.yaml")


def test_keys_that_were_renamed_are_still_read_by_their_old_names(scenario):
    """`elsewhere` is `external`, `says` is `keys`: files that people keep go on working."""
    new = "people: [{name: ana, external: true}]\nchannels: [{name: ops}]\nrules: [{pattern: a, keys: approvals=2}]\n"
    old = new.replace("external", "elsewhere").replace("keys", "says")
    assert scenario(old) == scenario(new)


def test_a_scenario_is_named_or_given_by_its_path(tmp_path, monkeypatch):
    """A name of the package comes first; an unknown one says which there are."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").write_text(SMALLEST)
    (tmp_path / "small-team").write_text(SMALLEST)
    assert NAMES == ("default", "production", "small-team")
    assert path_of("default") == DEFAULT
    assert [person.name for person in load(path_of("small-team")).people][:2] == ["lea", "eli"]
    for path in ("mine", "./small-team"):
        assert [person.name for person in load(path_of(path)).people] == ["ana"]
    with pytest.raises(BadScenario) as refused:
        path_of("smallteam")
    assert refused.value.message == (
        "Unknown scenario `smallteam`. Known: default, production, small-team. Or give the path of a YAML file."
    )
