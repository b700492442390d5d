# Every target stands on .venv, which is built from hash-locked requirements.
SHELL := /bin/bash
PY := .venv/bin/python
SAMEN := .venv/bin/samen
PYTEST := .venv/bin/pytest -q -n 2 --dist loadfile --no-loadscope-reorder --durations=25
export UV_NO_CONFIG := 1
# Certificates that this machine trusts hold for uv as they do for pip.
export UV_SYSTEM_CERTS := 1

.PHONY: help venv demo demo-fresh test test-fast lint types contracts pieces tests tests-browser tests-postgresql pictures lock

help:  ## what make can do
	@grep -E '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

.venv/ready: requirements/dev.txt pyproject.toml
	@test -x .venv/bin/python || { echo "Building .venv ..."; python3 -m venv .venv; }
	@test -x .venv/bin/uv || .venv/bin/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
	@.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --compile-bytecode -r requirements/dev.txt \
	  || { echo "Trying again with pip, which may know a mirror that uv does not ..."; \
	       .venv/bin/python -m pip install --quiet --require-hashes -r requirements/dev.txt; }
	@.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
	@touch .venv/ready

venv: .venv/ready  ## build .venv

demo: .venv/ready  ## serve a made-up clinic on 127.0.0.1:8000; the first start makes its people
	@$(SAMEN) demo

demo-fresh: .venv/ready  ## the same, made anew
	@$(SAMEN) demo --fresh

test: .venv/ready pieces lint types contracts tests tests-postgresql tests-browser  ## everything, on both databases
	@echo "All well."

test-fast: .venv/ready  ## tests without a browser, on SQLite
	$(PYTEST) -m "not browser and not slow"

pieces:  # what comes from Debian: Chromium, PostgreSQL and Java
	@scripts/debian-packages

lint: .venv/ready  ## ruff
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: .venv/ready  ## mypy
	.venv/bin/mypy samen

contracts: .venv/ready  # which floor may import which
	.venv/bin/lint-imports --no-cache

tests: .venv/ready  # all tests without a browser, on SQLite
	$(PYTEST) -m "not browser"

tests-browser: .venv/ready pieces  # what a person meets, in Debian's Chromium
	$(PYTEST) -m browser

tests-postgresql: .venv/ready  # what touches a database, on a private PostgreSQL
	SAMEN_TEST_DATABASE=postgresql $(PYTEST) -m "not browser"

bench-rights: .venv/ready pieces  # the gate, on both databases
	$(PY) bench/rights.py
	$(PY) bench/rights.py postgresql

bench-%: .venv/ready  ## measure: bench-rights, bench-record, bench-ledger, bench-pages, bench-serve
	$(PY) bench/$*.py

bench-sensing-ingest: .venv/ready  ## measure the way in: events over HTTP, durable, from eight devices
	$(PY) bench/sensing_ingest.py

bench-sensing-store: .venv/ready  ## measure the store of signals: files taken in, a late hour, a year's page, erasing from 20 million rows
	$(PY) bench/sensing_store.py

bench-crisis-authors: .venv/ready  ## measure how danger is heard in writers nobody learnt from, with sentence vectors and without
	$(PY) bench/crisis_authors.py

bench-crisis-opened: .venv/ready  ## measure what is heard of the messages that were sealed once and have been read since
	$(PY) bench/crisis_opened.py

bench-sensing-quality: .venv/ready  ## measure the alarms about measurements: faults found, false alarms
	$(PY) bench/sensing_quality.py

bench-sensing-spark: .venv/ready pieces  ## measure the same features on a cluster of Spark: a master and two workers here
	$(PY) bench/sensing_spark.py

torture-sensing: .venv/ready  ## a thousand seeded faults against the way in: kills, full disks, torn files
	$(PY) bench/torture_sensing.py --runs 1000

pictures: .venv/ready pieces  ## walk every page as each role and write images into pictures/
	$(PY) scripts/pictures

lock:  ## write requirements/*.txt anew: versions and hashes, no addresses
	.venv/bin/uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-header -o requirements/base.txt
	.venv/bin/uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-header -o requirements/dev.txt
	for extra in spark bucket matching embeddings population training llm; do \
	  .venv/bin/uv pip compile pyproject.toml --extra $$extra --generate-hashes --no-emit-index-url --no-header -o requirements/$$extra.txt; done
