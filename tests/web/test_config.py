"""Settings: the environment before the file before a safe default, and what cannot be meant is refused by name."""

import stat
from dataclasses import fields

import pytest

from samen.rooms.crisis.door import numbers as help_numbers
from samen.web import config
from samen.web.config import BadSetting, Config, load_secrets, read
from samen.words import LANGUAGES

SECRET = "not-for-a-terminal"


def test_nothing_set_is_a_safe_service_on_this_machine_alone():
    plain = read({}, {})
    assert (plain.host, plain.demo, plain.debug) == ("127.0.0.1", False, False)


def test_the_environment_goes_before_the_file():
    assert read({"SAMEN_PORT": "9001"}, {"port": 9002}).port == 9001


def test_the_file_goes_before_the_default():
    assert read({}, {"hosts": ["a.example", "b.example"]}).hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("DEBUG", "maybe"),
        ("COUNTRY", "xx"),
        ("LANGUAGE", "fr"),
        ("TIME_ZONE", "Mars"),
        ("DATABASE", "mysql://x/y"),
        ("EMAIL_URL", "ftp://x"),
        ("BACKUP_DAYS", "-3"),
        ("BREAK_GLASS_MINUTES", "100000"),
        ("HOSTS", " , "),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_name(name, value):
    with pytest.raises(BadSetting, match=f"^SAMEN_{name}: "):
        read({f"SAMEN_{name}": value}, {})


def test_a_wrong_value_in_the_file_is_refused_as_one_of_the_file():
    with pytest.raises(BadSetting, match=r"^port in samen\.toml: "):
        read({}, {"port": 70000})


def test_a_name_in_the_file_that_no_setting_has_is_refused():
    with pytest.raises(BadSetting, match="prot"):
        read({}, {"prot": 8000})


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    (tmp_path / "samen.toml").write_text("port = [")
    with pytest.raises(BadSetting, match="not valid TOML"):
        config.load({"SAMEN_HOME": str(tmp_path)})


def test_the_choices_are_those_of_the_product():
    assert set(config.CHOICES["country"]) == set(help_numbers.COUNTRIES)
    assert set(config.CHOICES["language"]) == set(LANGUAGES)


def test_every_setting_is_listed_with_a_sentence_and_where_it_came_from():
    env = {"SAMEN_PORT": "9001"}
    listed = config.listing(read(env, {"country": "be"}), env, {"country": "be"})
    assert {each.name for each in listed} == {f"SAMEN_{each.name.upper()}" for each in fields(Config)}
    assert all(each.about for each in listed)
    assert {each.name: each.source for each in listed if each.source != "default"} == {
        "SAMEN_PORT": "environment",
        "SAMEN_COUNTRY": "file",
    }


def test_a_password_in_an_address_is_never_listed():
    env = {"SAMEN_DATABASE": f"postgresql://samen:{SECRET}@127.0.0.1/samen"}
    assert SECRET not in str(config.listing(read(env, {}), env, {}))


def test_secrets_are_made_at_the_first_start_for_their_owner_alone_and_stay(tmp_path):
    home = tmp_path / "home"
    first = load_secrets(home)
    file = home / config.SECRETS_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_secrets(home) == first
    assert len(set(first.values())) == len(config.SECRETS)


def test_two_services_never_have_the_same_secrets(tmp_path):
    one, other = load_secrets(tmp_path / "one"), load_secrets(tmp_path / "other")
    assert not set(one.values()) & set(other.values())


def test_a_file_of_secrets_that_lacks_one_is_refused_and_not_written_over(tmp_path):
    file = tmp_path / config.SECRETS_FILE
    file.write_text('django_key = "x"\n')
    with pytest.raises(BadSetting, match="lacks"):
        load_secrets(tmp_path)
    assert file.read_text() == 'django_key = "x"\n'
