"""What the Dutch rules must hear, and must leave alone: sentences that matter, in pairs that differ by grammar alone."""

import pytest

from samen.rooms.crisis.inference.grammar import parse
from samen.rooms.crisis.inference.rules import rules
from samen.rooms.crisis.reading import Action, Level, action_of

NONE, ASK, ALARM = Action.NONE, Action.ASK, Action.ALARM
RANK = (NONE, ASK, ALARM)

GRAMMAR = [
    # negation, and what only looks like one
    ("ik wil dood", ALARM),
    ("ik wil niet dood", NONE),
    ("ik wil dood niet", NONE),
    ("er gaat geen dag voorbij dat ik niet dood wil", ALARM),
    ("ik wil niet praten niet eten niet slapen ik wil dood", ALARM),
    ("ik weet niet hoe ik moet zeggen dat ik dood wil", ALARM),
    ("ik ben niet suïcidaal", NONE),
    ("nee ik denk niet aan zelfmoord, ik ben alleen heel verdrietig", NONE),
    # split verbs, with whatever stands between
    ("ik maak er een eind aan vanavond", ALARM),
    ("vanavond maak ik er eindelijk een eind aan", ALARM),
    ("ik maak er vanavond geen eind aan", NONE),
    ("zondag hang ik mezelf op", ALARM),
    ("zondag hang ik de slingers op", NONE),
    ("ik stap er morgen uit, uit het leven", ALARM),
    ("ik steek hem neer als hij komt", ALARM),
    # who does it
    ("mijn dochter zegt dat ze dood wil", ALARM),
    ("mijn dochter wil niet meer naar ballet", NONE),
    ("mijn cliënt wil dood; met wie overleg ik?", NONE),
    ("mijn man slaat me", ALARM),
    ("hij slaat me altijd over bij het uitdelen", NONE),
    # compounds and chat forms
    ("zelfmoordgedachten heb ik elke dag", ALARM),
    ("ik heb geen doodswens en geen plannen in die richting", NONE),
    ("ik ben niet van plan mezelf iets aan te doen", NONE),
    ("ik ben niet van plan nog lang te leven, ik maak me van kant", ALARM),
    ("die verdediger gaf een zelfmoordpass", NONE),
    ("kwil nie meer leve", ALARM),
    ("ikwildood", ALARM),
    ("ik wil d00d", ALARM),
    ("zelf​moord zit in mijn hoofd", ALARM),
    ("’k wil niet meer leven", ALARM),
    ("khoef geen toetje meer", NONE),
    # time: now, lately, long ago
    ("vorige week een poging gedaan en niemand weet het", ALARM),
    ("tweede poging voor mijn rijexamen", NONE),
    ("in 2012 wilde ik dood, nu ben ik blij dat ik er ben", NONE),
    ("vandaag precies twee jaar niet gesneden", NONE),
    ("ik heb mezelf vanavond weer gesneden", ASK),
]

MEANING = [
    ("heb net de hele strip doorgeslikt en word duizelig", ALARM),
    ("pil vergeten gister, kan ik hem nu nog nemen?", NONE),
    ("ik spaar mijn slaappillen op", ALARM),
    ("mijn medicijnen liggen klaar bij de apotheek", NONE),
    ("het touw ligt klaar", ALARM),
    ("touw voor de aanhanger ligt klaar", NONE),
    ("ik doe het niet, maar alles ligt klaar", ALARM),
    ("alles ligt klaar voor de bevalling", NONE),
    ("ik zit op de rand van het dak", ALARM),
    ("we zaten met onze benen over de kade patat te eten", NONE),
    ("zondag als iedereen weg is, dan doe ik het", ALARM),
    ("zondag als iedereen weg is ga ik de slaapkamer verven", NONE),
    ("niemand haalt me nog over", ALARM),
    ("niemand haalt me nog over, ik neem die tatoeage", NONE),
    ("keert de levensverzekering ook uit bij zelfdoding?", ALARM),
    ("huisgenoot appte vaarwel, neemt niet op", ALARM),
    ("mijn huisgenoot appte doei en vertrok zonder de afwas te doen", NONE),
    ("twee keer lithium genomen en nu tril ik", ALARM),
    ("ik heb me opgesloten in de badkamer en hij trapt op de deur", ALARM),
    ("de stem zegt dat ik moet springen", ALARM),
    ("ik ben bang dat ik de baby iets aandoe", ALARM),
    ("ik eet al negen dagen niks en viel vanmorgen flauw", ALARM),
]

UNSAID = [
    ("na vrijdag heeft niemand nog last van mij", ASK),
    ("na vrijdag heb ik twee weken vakantie", NONE),
    ("ik trek het niet meer bro", ASK),
    ("ik trek die leraar frans niet meer bro", NONE),
    ("ik kan niet meer", ASK),
    ("ik kan niet meer slapen", NONE),
    ("van mij hoeft het niet meer", ASK),
    ("je hoeft me niet meer op te halen", NONE),
    ("de kat is ondergebracht, ook geregeld", ASK),
    ("de kat zit bij mijn zus zolang wij op vakantie zijn", NONE),
    ("nieuwe winterjas? die heb ik niet meer nodig hoor", ASK),
    ("ik hoop dat ik morgen niet meer wakker word", ASK),
    ("zeg tegen mama dat het niet haar schuld is", ASK),
    ("ik stap eruit", ASK),
    ("ik stap eruit bij station zuid", NONE),
    ("ik wil naar haar toe", ASK),
    ("ik wil euthanasie vanwege mijn depressie", ASK),
    ("de Kamer debatteert over euthanasie", NONE),
]

HARMLESS = [
    "ik lach me dood om die kop van hem",
    "die deadline wordt mijn dood",
    "doodmoe maar de vloer ligt erin",
    "in deel twee springt ze van het dak",
    "negen keer doodgegaan bij de laatste baas",
    "hoe kill ik dat proces op poort 8080",
    "als jij die laatste kroket hebt opgegeten vermoord ik je haha",
    "vrijdag mijn afscheid op het werk, er is taart om drie uur",
    "ik had een paniekaanval, ik dacht dat ik doodging",
    "zaterdag mijn eerste parachutesprong, ik spring van 3 km hoog",
    "we moeten de hond laten inslapen vrijdag",
    "ik wil graag streven naar een 8",
]


def acted(text: str) -> Action:
    """Say what the rules call for, whatever they were found to be worth."""
    return action_of(max((hit.level for hit in parse(text).hits), default=Level.NONE))


@pytest.mark.parametrize(("text", "action"), GRAMMAR)
def test_grammar_tells_a_wish_from_what_looks_like_one(text: str, action: Action):
    assert acted(text) is action


@pytest.mark.parametrize(("text", "action"), MEANING)
def test_the_same_things_are_danger_or_daily_life_by_what_stands_beside_them(text: str, action: Action):
    assert acted(text) is action


@pytest.mark.parametrize(("text", "action"), UNSAID)
def test_danger_that_nobody_says_gets_one_question(text: str, action: Action):
    assert acted(text) is action


@pytest.mark.parametrize("text", HARMLESS)
def test_deathly_words_without_danger_alarm_nobody(text: str):
    assert acted(text) is NONE


@pytest.mark.parametrize("rule", rules("nl").rules, ids=lambda rule: rule.id)
def test_each_dutch_rule_hears_its_examples_and_leaves_its_counterexamples(rule):
    def reached(text: str) -> int:
        return max((hit.level for hit in parse(text, "nl").hits if hit.rule.id == rule.id), default=-1)

    assert [each for each in rule.examples if reached(each) < rule.level] == []
    assert [each for each in rule.counterexamples if reached(each) >= rule.level] == []


def test_a_guard_lowers_its_own_examples():
    silent = [
        (guard.id, text)
        for guard in rules("nl").guards
        for text in guard.examples
        if guard.of not in parse(text, "nl").guards
    ]
    assert silent == []
