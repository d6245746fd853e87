"""What the access model knows: a new rule key, verb or role is in it, or is left out for a reason."""

from bot.domain.access.permissions import Role
from bot.domain.access.rule_keys import RULE_KEYS
from bot.domain.commands import VERBS as VERBS_OF_THE_BOT
from tests.access_model import KEYS, KEYS_OUT_OF_SCOPE, ROLES, VERBS, VERBS_OUT_OF_SCOPE


def test_every_rule_key_is_in_the_model_or_out_of_its_scope_for_a_reason():
    assert sorted([*KEYS, *KEYS_OUT_OF_SCOPE]) == sorted(key.name for key in RULE_KEYS)
    assert all(KEYS_OUT_OF_SCOPE.values())


def test_every_verb_is_in_the_model_or_out_of_its_scope_for_a_reason():
    assert sorted([*VERBS, *VERBS_OUT_OF_SCOPE]) == sorted(verb.word for verb in VERBS_OF_THE_BOT)
    assert all(VERBS_OUT_OF_SCOPE.values())


def test_every_role_is_in_the_model():
    assert [*ROLES] == [*Role]
