# Every target stands on .venv, which is built from hash-locked requirements.
SHELL := /bin/bash
PY := .venv/bin/python
SAMEN := .venv/bin/samen
export UV_NO_CONFIG := 1

.PHONY: demo demo-fresh test test-fast lock lint types help

help:  ## what make can do
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

.venv/ready: requirements/dev.txt pyproject.toml
	@test -x .venv/bin/python || { echo "Building .venv ..."; python3 -m venv .venv; }
	@test -x .venv/bin/uv || .venv/bin/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
	@.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --compile-bytecode -r requirements/dev.txt
	@.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
	@touch .venv/ready

venv: .venv/ready  ## build .venv

lock:  ## write requirements/*.txt anew: versions and hashes, no addresses
	.venv/bin/uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-header -o requirements/base.txt
	.venv/bin/uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-header -o requirements/dev.txt
	for extra in spark matching embeddings population; do \
	  .venv/bin/uv pip compile pyproject.toml --extra $$extra --generate-hashes --no-emit-index-url --no-header -o requirements/$$extra.txt; done
