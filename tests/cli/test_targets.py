"""The shell beside a bot of several Felderas: it checks names by the same settings."""

TARGETS = {"PIPELINE_BOT_TARGETS__PROD__HOST": "prod", "PIPELINE_BOT_TARGETS__STAGING__HOST": "staging"}
NONE = (
    "'orders*' matches no pipeline: names begin with a target, as in prod/orders*, or */orders* for every "
    "target. The targets are prod, staging.\n"
)

MATCHES_MORE = "There is a freeze on p*, which now matches every pipeline of prod. If that is not intended, freeze prod/… instead."


def test_a_grant_on_names_with_targets(shell):
    said = shell.does("grant", "U0ANA", "operator", "prod/*", "--team", "T1", **TARGETS)
    assert said == "Granted: U0ANA is operator on prod/* (grant #1, no expiry).\n"
    assert shell.is_refused("grant", "U0ANA", "operator", "orders*", "--team", "T1", **TARGETS) == NONE
    assert "prod/*" in shell.does("grants", "prod/orders", **TARGETS)
    assert shell.does("grants", "staging/orders", **TARGETS) == "No grants on staging/orders.\n"


def test_rules_and_freezes_on_names_with_targets(shell):
    shell.does("rule", "orders*", "approvals=2")
    shell.does("freeze", "orders*", "for", "1h", "move")
    assert shell.is_refused("rule", "orders*", "approvals=3", **TARGETS) == NONE
    assert shell.is_refused("freeze", "orders*", "for", "1h", "move", **TARGETS) == NONE
    assert shell.does("rule", "prod/*", "approvals=2", **TARGETS) == "New rule on prod/*: approvals=2.\n"
    assert shell.does("rule", "orders*", "off", **TARGETS).startswith("Removed the rule on orders*")
    assert shell.does("unfreeze", "orders*", **TARGETS).startswith("Removed the freeze on orders*")


def test_a_file_of_names_with_targets(shell):
    file = shell.folder / "access.yml"
    file.write_text("rules:\n- {pattern: prod/*, approvals: 2}\n- {pattern: orders*, approvals: 1}\n")
    assert shell.is_refused("access", "import", "access.yml", **TARGETS) == f"access.yml: Line 3: {NONE}"
    file.write_text("rules:\n- {pattern: prod/*, approvals: 2}\n")
    assert shell.types("access", "import", "access.yml", "--yes", **TARGETS).status == 0
    assert "prod/*" in shell.does("access", "export", **TARGETS)


def test_an_import_names_a_freeze_that_matches_more(shell):
    """A file says nothing of freezes; what is wrong with those that stand is said all the same."""
    shell.does("freeze", "p*", "for", "1h", "move")
    (shell.folder / "access.yml").write_text("rules: []\n")
    said = shell.types("access", "import", "access.yml", **TARGETS)
    assert [line for line in said.stderr.splitlines() if "freeze" in line] == [f"warning: {MATCHES_MORE}"]
