"""The ledger in the database: appended in one piece, proved, signed, forgotten, and never changed."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from samen.ledger import checkpoint as cp
from samen.ledger import store
from samen.ledger.kinds import Kind
from samen.ledger.leaf import Entry, NotForTheLedger
from samen.ledger.models import Checkpoint, Head, Leaf, Tile
from samen.ledger.receipt import BadReceipt, from_json, to_json, verify_receipt
from samen.ledger.tree import Frontier, consistency_holds, inclusion_holds, leaf_hash
from samen.ledger.verify import Fault, verify_log
from tests.threads import in_thread, shared

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SALT = b"0123456789abcdef"
SECRET = {"finding": 3}
MANY = 700  # two full tiles and a part


def entries(count, **rest):
    return [Entry(Kind.INFERENCE, {"n": n}, **rest) for n in range(count)]


def put(count=1, **rest):
    with transaction.atomic():
        return store.append(entries(count, **rest), at=AT)


def bodies():
    return [body.encode() for body in Leaf.objects.order_by("index").values_list("body", flat=True)]


def report(**rest):
    return verify_log(store.export_lines(AT), key=store.public_key(), **rest)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_appended_outside_a_transaction():
    with pytest.raises(store.NotInTransaction, match="atomic"):
        store.append(entries(1), at=AT)
    assert store.head().size == 0


@pytest.mark.django_db
def test_places_run_on_without_a_gap():
    assert [place.index for place in put(3) + put(2)] == [0, 1, 2, 3, 4]


@pytest.mark.django_db
def test_the_head_is_the_root_over_every_leaf():
    put(3), put(MANY), put(1)
    assert store.head().root == Frontier().extend(map(leaf_hash, bodies())).root()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 200])
def test_appending_takes_three_statements_however_many_entries(count):
    put(1)
    with CaptureQueriesContext(connection) as asked:
        store.append(entries(count, secret=SECRET, salt=SALT, subject=uuid4()), at=AT)
    assert len(asked) <= 3


@pytest.mark.django_db
def test_no_entries_need_no_statement():
    with CaptureQueriesContext(connection) as asked:
        assert store.append([], at=AT) == []
    assert len(asked) == 0


@pytest.mark.django_db
def test_one_entry_that_may_not_stand_there_keeps_out_all():
    with pytest.raises(NotForTheLedger):
        store.append([Entry(Kind.STOP), Entry(Kind.STOP, {"who": "Noor Visser"})], at=AT)
    assert Leaf.objects.count() == 0


@pytest.mark.django_db
def test_what_is_undone_leaves_no_leaf():
    put(1)

    with transaction.atomic():
        store.append(entries(5), at=AT)
        transaction.set_rollback(True)
    assert (store.head().size, Leaf.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_every_leaf_is_proved_from_tiles_and_the_growing_edge():
    hashes = [place.hash for place in put(MANY)]
    for size in (1, 255, 256, 257, 512, 600, MANY):
        root = Frontier().extend(hashes[:size]).root()
        for index in {0, size // 2, size - 1}:
            assert inclusion_holds(hashes[index], (index, size), store.inclusion(index, size), root)


@pytest.mark.django_db
def test_every_earlier_size_is_proved_to_be_the_beginning_of_a_later_one():
    hashes = [place.hash for place in put(MANY)]
    new = MANY, store.head().root
    for old in (1, 255, 256, 300, 512, 699, MANY):
        assert consistency_holds((old, Frontier().extend(hashes[:old]).root()), new, store.consistency(old, MANY))


@pytest.mark.django_db
def test_a_proof_reads_a_handful_of_rows():
    put(MANY)
    with CaptureQueriesContext(connection) as asked:
        store.inclusion(5, MANY)
    assert len(asked) <= 3


@pytest.mark.django_db
def test_a_checkpoint_signs_the_head():
    put(3)
    assert cp.verify(store.checkpoint(AT).note, store.public_key()) == store.head()


@pytest.mark.django_db
def test_a_log_that_did_not_grow_gets_no_second_checkpoint():
    put(3)
    assert store.checkpoint(AT).pk == store.checkpoint(AT).pk


@pytest.mark.django_db
def test_the_live_log_holds_and_is_counted_by_kind():
    put(3), store.checkpoint(AT), put(4)
    found = report()
    assert found.counts == store.counts()
    assert (found.ok, found.leaves, found.counts) == (True, 7, {"inference": 7})


@pytest.mark.django_db
def test_the_export_holds_without_the_database():
    put(3)
    file = BytesIO()
    store.export(file, AT)
    assert verify_log(file.getvalue().splitlines(keepends=True), key=store.public_key()).ok


@pytest.mark.django_db
def test_nothing_secret_is_in_the_export():
    subject = uuid4()
    put(1, secret={"finding": "low mood"}, salt=SALT, subject=subject)
    file = BytesIO()
    store.export(file, AT)
    assert not any(part in file.getvalue() for part in (b"low mood", SALT, str(subject).encode(), subject.hex.encode()))


@pytest.mark.django_db
def test_a_receipt_shows_the_leaf_and_opens_its_content_anywhere():
    put(5)
    [place] = put(1, secret=SECRET, salt=SALT, subject=uuid4())
    kept = to_json(store.receipt(place.index, now=AT, secret=SECRET))
    assert verify_receipt(from_json(kept), store.public_key()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"index": 0}, "not at this place"),
        ({"secret": {"finding": 4}}, "not what the leaf was bound to"),
        ({"salt": None}, "without its salt"),
        ({"proof": []}, "not at this place"),
        ({"leaf": "{}"}, "cannot be read"),
        ({"checkpoint": "x"}, "checkpoint cannot be believed"),
    ],
)
def test_a_changed_receipt_says_what_is_wrong(change, says):
    put(5, secret=SECRET, salt=SALT)
    fields = json.loads(to_json(store.receipt(3, now=AT, secret=SECRET))) | change
    assert any(says in wrong for wrong in verify_receipt(from_json(json.dumps(fields)), store.public_key()))


@pytest.mark.parametrize("text", ["", "[]", "null", '{"format": "samen-receipt/1"}', "{" * 5000])
def test_what_is_no_receipt_is_refused(text):
    with pytest.raises(BadReceipt):
        from_json(text)


@pytest.mark.django_db
def test_forgetting_a_subject_leaves_the_tree_valid():
    noor, lea = uuid4(), uuid4()
    put(3, secret=SECRET, salt=SALT, subject=noor), put(3, secret=SECRET, salt=SALT, subject=lea)
    before = store.checkpoint(AT).note
    assert store.forget(noor) == 3
    assert report(known=[before]).ok


@pytest.mark.django_db
def test_after_forgetting_a_receipt_shows_the_place_alone():
    noor = uuid4()
    put(1, secret=SECRET, salt=SALT, subject=noor)
    store.forget(noor)
    receipt = store.receipt(0, now=AT, secret=SECRET)
    assert (receipt.salt, receipt.secret, verify_receipt(receipt, store.public_key())) == (None, None, [])


@pytest.mark.django_db
def test_forgetting_one_subject_keeps_the_salts_of_others():
    noor, lea = uuid4(), uuid4()
    put(1, secret=SECRET, salt=SALT, subject=noor), put(2, secret=SECRET, salt=SALT, subject=lea)
    store.forget(noor)
    assert Leaf.objects.filter(salt__isnull=False).count() == 2


FORBIDDEN = {
    "a leaf's body": "UPDATE ledger_leaf SET body = '{}'",
    "a leaf's hash": "UPDATE ledger_leaf SET hash = salt",
    "a leaf's kind": "UPDATE ledger_leaf SET kind = 'stop'",
    "a leaf's place": 'UPDATE ledger_leaf SET "index" = "index" + 1000',
    "another salt": "UPDATE ledger_leaf SET salt = hash",
    "a leaf away": "DELETE FROM ledger_leaf",
    "a head that shrinks": "UPDATE ledger_head SET size = size - 1",
    "a head of the same size": "UPDATE ledger_head SET root = frontier",
    "the head away": "DELETE FROM ledger_head",
    "a tile": "UPDATE ledger_tile SET root = hashes",
    "a tile away": "DELETE FROM ledger_tile",
    "a checkpoint": "UPDATE ledger_checkpoint SET note = ''",
    "a checkpoint away": "DELETE FROM ledger_checkpoint",
}


@pytest.mark.django_db
@pytest.mark.parametrize("sql", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_the_database_itself_refuses_to_change_the_log(sql):
    put(300, secret=SECRET, salt=SALT, subject=uuid4()), store.checkpoint(AT)
    with pytest.raises(IntegrityError, match="ledger_"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
def test_postgresql_refuses_to_empty_the_log():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE: make tests-postgresql runs this")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE ledger_leaf")


@pytest.fixture
def threaded(transactional_db, tmp_path):
    with shared(tmp_path):
        yield


def test_threads_that_append_at_once_leave_no_gap_and_no_double(threaded):
    with ThreadPoolExecutor(4) as pool:
        places = list(pool.map(in_thread(lambda _: [p.index for _ in range(5) for p in put(2)]), range(4)))
        held = pool.submit(in_thread(lambda _: report()), 0).result()
    assert sorted(index for each in places for index in each) == list(range(40))
    assert (held.ok, held.leaves) == (True, 40)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", [1, 2])
def test_the_guards_are_back_after_a_test_that_committed(round_):
    put(1)
    with pytest.raises(IntegrityError):
        Leaf.objects.all().delete()


@pytest.mark.django_db
def test_an_edit_behind_the_guards_is_found_and_named():
    put(9), store.checkpoint(AT)
    with connection.cursor() as cursor:
        cursor.execute(lift("ledger_leaf_no_update", "ledger_leaf"))
        cursor.execute("""UPDATE ledger_leaf SET body = replace(body, '"n":4', '"n":5')""")
    assert (Fault.EDITED, 4, 4) in [(f.fault, f.first, f.last) for f in report().failures]


def lift(name, table):
    return f"DROP TRIGGER {name}" if connection.vendor == "sqlite" else f"DROP TRIGGER {name} ON {table}"


@pytest.mark.django_db
def test_a_bent_head_cannot_be_signed_into_the_truth():
    put(9)
    Head.objects.update(size=10, root=b"\0" * 32)
    assert not report().ok


@pytest.mark.django_db
def test_tiles_are_written_as_they_fill():
    put(255)
    assert Tile.objects.count() == 0
    put(258)
    assert list(Tile.objects.order_by("index").values_list("level", "index")) == [(0, 0), (0, 1)]


@pytest.mark.django_db
def test_the_database_keeps_one_checkpoint_for_each_size():
    put(1)
    store.checkpoint(AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Checkpoint.objects.create(size=1, root=b"", note="", at=AT)
