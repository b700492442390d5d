"""English sentences that matter, and pairs that differ by grammar alone. Read by the rules without the model: what they hear must not lean on it."""

import pytest

from samen.rooms.crisis.inference import grammar, rules
from samen.rooms.crisis.reading import Action, Level, action_of

ALARM, ASK, NONE = Action.ALARM, Action.ASK, Action.NONE

SENTENCES = (
    # said
    ("I want to die", ALARM),
    ("i don’t want to be alive", ALARM),
    ("honestly i keep thinking about ending my life", ALARM),
    ("I've been feeling suicidal since the letter came", ALARM),
    ("gonna kms tonight fr", ALARM),
    ("iwanttokillmyself", ALARM),
    ("i want to hang myself", ALARM),  # "hang" is Dutch too, and commoner there
    ("su\u0456cidal again", ALARM),
    ("Dear doctor, I have been having thoughts of suicide and would be grateful for a call.", ALARM),
    # a time, a place, a letter
    ("I know where, only the letter is left.", ALARM),
    ("Sunday, once they've all gone out.", ALARM),
    ("I've set a date to end my life", ALARM),
    ("This is goodbye, I'm doing it tonight.", ALARM),
    ("You can't talk me out of it.", ALARM),
    ("by the time you read this I'll be dead", ALARM),
    # with what
    ("I put tablets aside, in case.", ALARM),
    ("sitting here with the blade against my wrist", ALARM),
    ("just bought rope. told the bloke it was for a swing", ALARM),
    ("I won't, but it's all laid out.", ALARM),
    # under way
    ("I'm on the wrong side of the railing.", ALARM),
    ("Tried to end my life last week, nobody knows.", ALARM),
    ("Swallowed the whole strip, getting dizzy.", ALARM),
    ("took every single tablet in the house", ALARM),
    ("My toddler ate grandpa's heart tablets.", ALARM),
    # others
    ("I'm scared I'll hurt the baby.", ALARM),
    ("I've decided to stab my ex", ALARM),
    ("I'm outside his work and he'll pay.", ALARM),
    ("He takes my phone and locks the door.", ALARM),
    ("My stepdad comes into my room.", ALARM),
    ("Flatmate texted goodbye, won't pick up.", ALARM),
    ("My girl says she wants to be dead.", ALARM),
    ("took about thirty of my nan's pills an hour ago", ALARM),
    ("I can't promise I'll be alive at the weekend", ALARM),
    ("posted the letters, now I'm walking to the weir", ALARM),
    ("my flatmate has locked herself in the bathroom with pills", ALARM),
    # not said: one question
    ("there's no version of the future that has me in it", ASK),
    ("I hope the cancer comes back", ASK),
    ("Not waking up would suit me.", ASK),
    ("what's the point in carrying on", ASK),
    ("Cut again, not to die, it quiets my head.", ASK),
    ("I'd rather be where she is.", ASK),
    ("I bring up every meal.", ASK),
    ("they'd all be better off without me", ASK),
    ("After Friday I'm nobody's problem.", ASK),
    ("gave my guitar to Tom today, I won't be playing it", ASK),
    ("asked how long a life policy has to run before it pays. he looked at me funny", ASK),
    # harmless with deathly words
    ("please take me off the mailing list", NONE),  # no slip of "railing"
    ("I've taken all the washing in", NONE),
    ("my daughter hit her head on the door", NONE),
    ("This queue is killing me", NONE),
    ("I nearly died of shame.", NONE),
    ("She jumps off the roof in part two.", NONE),
    ("Kill the parent and the child dies.", NONE),
    ("Died nine times at the last boss.", NONE),
    ("'Killing Me Softly' again.", NONE),
    ("Is 'Die Hard' a Christmas film?", NONE),
    ("💀💀 that meme", NONE),
    ("my dissertation is on suicide rates in farmers", NONE),
    ("forgot my pill this morning, take it now or wait", NONE),
    ("third attempt at this sourdough and it's edible", NONE),
    ("Since the funeral I still set two plates.", NONE),
    ("My uncle took his own life in March.", NONE),
    ("My client scored 2 on item 9, who to call?", NONE),
)

PAIRS = (
    # denied, and a denial that is a yes
    ("I want to kill myself", ALARM, "I would never kill myself", NONE),
    ("No day passes that I don't want to die.", ALARM, "I don't want to die", NONE),
    # tense
    ("I want to die", ALARM, "In 2012 I wanted to die; glad I'm here.", NONE),
    ("I am cutting again", ASK, "Four years without cutting in May.", NONE),
    # supposed
    (
        "if it wasn't for my boys I'd have killed myself by now",
        ALARM,
        "What if someone tells you they want to die?",
        NONE,
    ),
    # quoted
    ("I'll kill him tonight, I have the knife", ALARM, "She wrote 'I'll kill you' and a heart.", NONE),
    # who it is
    ("my brother wants to kill himself", ALARM, "in the film her brother kills himself", NONE),
    # whose, and of what
    ("I'm going to jump off the bridge", ALARM, "I jumped at the chance", NONE),
    (
        "I've rehomed the dog, there's nothing tying me here",
        ALARM,
        "we're rehoming the rabbit because my son's allergic",
        NONE,
    ),
    ("had my last pint with the lads tonight, they didn't know it was", ASK, "last pint before dry January", NONE),
)


def acted(text: str) -> Action:
    """Say what the rules call for, whatever they were found to be worth."""
    return action_of(max((hit.level for hit in grammar.parse(text).hits), default=Level.NONE))


@pytest.mark.parametrize(("text", "action"), SENTENCES, ids=[text for text, _ in SENTENCES])
def test_an_english_sentence_gets_what_it_calls_for(text: str, action: Action):
    assert acted(text) is action


@pytest.mark.parametrize(
    ("one", "of_one", "other", "of_other"), PAIRS, ids=[f"{pair[0]} / {pair[2]}" for pair in PAIRS]
)
def test_grammar_and_not_words_tells_two_sentences_apart(one: str, of_one: Action, other: str, of_other: Action):
    assert (acted(one), acted(other)) == (of_one, of_other)


def test_a_person_who_is_the_object_of_a_threat_is_not_its_subject():
    hits = {hit.rule.topic for hit in grammar.parse("I've decided to stab my ex").hits}
    assert "harm-to-others" in hits


@pytest.mark.parametrize("rule", rules.rules("en").rules, ids=lambda each: each.id)
def test_each_english_rule_hits_its_examples_and_not_its_counterexamples(rule: rules.Entry):
    missed = [
        text
        for text in rule.examples
        if not any(hit.rule is rule and hit.level == rule.level for hit in grammar.parse(text).hits)
    ]
    heard = [
        text
        for text in rule.counterexamples
        if any(hit.rule is rule and hit.level == rule.level for hit in grammar.parse(text).hits)
    ]
    assert (missed, heard) == ([], [])
