"""Names with targets, and patterns of them: what they may be, and what no pipeline can be called."""

import pytest

from bot.domain.commands import Clear, model, parse
from bot.domain.errors import Misunderstood
from bot.domain.pipelines.targets import ONE, THE_ONLY, Targets, full_name, is_target_name, name_on_target

BOTH = Targets(("prod", "staging"))


def test_a_name_stands_for_its_target():
    assert BOTH.of("prod/orders") == "prod"
    assert [BOTH.of(name) for name in ("orders", "dev/orders", "Prod/orders", "prod", "/orders")] == [
        None
    ] * 5
    assert (ONE.of("orders"), ONE.of("prod/orders")) == (THE_ONLY, None)


def test_names_are_put_together_and_taken_apart():
    assert full_name("prod", "orders") == "prod/orders"
    assert full_name(THE_ONLY, "orders") == "orders"
    assert name_on_target("prod/orders") == name_on_target("orders") == "orders"


@pytest.mark.parametrize("name", ["prod", "eu-west-1", "a", "0", "a" * 30])
def test_what_a_target_may_be_called(name):
    assert is_target_name(name)


@pytest.mark.parametrize("name", ["", "Prod", "-a", "a-", "a_b", "a/b", "a.b", "é", "a" * 31])
def test_what_no_target_is_called(name):
    assert not is_target_name(name)


def test_what_is_typed_is_read_by_the_targets_there_are():
    """Without any, a slash is no part of a name; with some, one who forgot it is understood well enough to be helped."""
    assert parse("clear prod/orders why", BOTH) == Clear("prod/orders", "why")
    assert parse("clear `dev/orders`", BOTH) == Clear("dev/orders", "")
    assert parse("status orders", BOTH) == model.Status("orders")
    assert parse("list prod/*", BOTH) == model.List("prod/*")
    with pytest.raises(Misunderstood, match="cannot be the name of a pipeline: 1 to 100 letters"):
        parse("clear prod/orders")


@pytest.mark.parametrize(
    "name", ["a/b/c", "/orders", "prod/", "pr od/x", "prod//x", "é/x", "prod/" + "a" * 101]
)
def test_what_nobody_means_by_a_name(name):
    with pytest.raises(Misunderstood):
        parse(f"status {name}", BOTH)


def test_what_stands_already_can_be_taken_away_however_it_was_written():
    assert parse("revoke <@U0ANA> operator orders*", BOTH).pattern == "orders*"
    assert parse("rule orders* off", BOTH).pattern == "orders*"
    assert parse("unfreeze orders*", BOTH).pattern == "orders*"
    assert parse("unfreeze prod/*").pattern == "prod/*"
