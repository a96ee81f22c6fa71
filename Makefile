# Two commands on a fresh machine: `make run` and `make test`. Dua perintah di komputer baru: `make run` dan `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TRANSLATIONS := helpdesk/translations
SERVER_PACKAGES := chromium dovecot-imapd dovecot-lmtpd exim4-daemon-light

# Install what a lock file pins, by hash: with uv where it is at hand and can reach the registry, else with the
# pip of the virtual environment.
# Everything is compiled now, so that the commands start fast from the first time on.
define install_locked
uv="$$(command -v uv || command -v $(BIN)/uv || true)"; \
if [ -z "$$uv" ] || ! "$$uv" pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r $(1); then \
	$(BIN)/python -m pip install --quiet --require-hashes -r $(1); \
fi
$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
$(BIN)/python -m compileall -q helpdesk
endef

.PHONY: help run test test-long test-servers lint format translations lock clean

help: ## what can be made / yang dapat dijalankan
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.run-stamp ## start the demo on http://127.0.0.1:8000 / jalankan demo
	@exec $(BIN)/helpdesk demo

# One process more than the two cores that it must do with: the journeys mostly wait for theirs.
test: $(VENV)/.test-stamp ## run the tests / jalankan pengujian
	@$(BIN)/python -m pytest -m "not long" -n 3 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

test-long: $(VENV)/.test-stamp ## the long fault, fuzz and load runs / pengujian panjang
	@$(BIN)/python -m pytest -m long --timeout=3600 $(PYTEST_ARGS)

test-servers: ## install Dovecot, Exim and Chromium on Debian / pasang server uji di Debian
	@if command -v chromium >/dev/null && [ -x /usr/lib/dovecot/imap ] && [ -x /usr/lib/dovecot/lmtp ] \
		&& [ -x /usr/sbin/exim4 ]; then echo "Test servers are installed. / Server uji sudah terpasang."; exit 0; fi; \
	command -v apt-get >/dev/null || { echo "Only Debian's apt-get is known here. / Hanya untuk Debian." >&2; exit 1; }; \
	root=(); if [ "$$(id -u)" != 0 ]; then \
		command -v sudo >/dev/null || { echo "Run as root, or install sudo. / Jalankan sebagai root, atau pasang sudo." >&2; exit 1; }; \
		root=(sudo); \
	fi; \
	"$${root[@]}" apt-get update -q; \
	"$${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(SERVER_PACKAGES)

lint: $(VENV)/.test-stamp ## ruff, mypy, import contracts, djlint / pemeriksaan kode
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint --quiet templates

format: $(VENV)/.test-stamp ## lay out the code / rapikan kode
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

translations: $(VENV)/.test-stamp ## collect the wordings, then compile them / perbarui terjemahan
	@pot="$$(mktemp)"; trap 'rm -f "$$pot"' EXIT; \
	$(BIN)/pybabel -q extract -F $(TRANSLATIONS)/babel.cfg -k lazy_gettext -k _l --sort-output --no-location \
		--project helpdesk --version 1 -o "$$pot" helpdesk templates; \
	$(BIN)/pybabel -q update -i "$$pot" -d $(TRANSLATIONS) --no-fuzzy-matching --ignore-obsolete --width 100; \
	$(BIN)/pybabel -q compile -d $(TRANSLATIONS)

# --universal: one file for every platform and Python from 3.11 on. The files name no registry and no folder.
LOCK := pip compile setup.cfg --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate --quiet
lock: ## pin all requirements again (needs uv) / kunci ulang semua kebutuhan (perlu uv)
	@uv="$$(command -v uv || command -v $(BIN)/uv)"; \
	"$$uv" $(LOCK) --extra build --output-file requirements.lock $(LOCK_ARGS); \
	"$$uv" $(LOCK) --extra build --extra test --extra browser --constraints requirements.lock \
		--output-file requirements-test.lock $(LOCK_ARGS); \
	"$$uv" $(LOCK) --extra bench --constraints requirements.lock --output-file requirements-bench.lock $(LOCK_ARGS)

clean: ## remove what was built / hapus hasil bangun
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "Python 3.11 atau lebih baru belum terpasang: apt install python3 python3-venv" >&2; \
		echo "Python 3.11 or newer is not installed: apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Perlu Python 3.11 atau lebih baru; yang ada: $$($(PYTHON) -V 2>&1). Pilih dengan: make run PYTHON=python3.12" >&2; \
		echo "Python 3.11 or newer is needed; found: $$($(PYTHON) -V 2>&1). Choose one with: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Modul venv belum terpasang: apt install python3-venv" >&2; \
		echo "The venv module is not installed: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.run-stamp: setup.cfg pyproject.toml requirements.lock | $(BIN)/python
	@echo "Memasang… / Installing…" >&2
	@$(call install_locked,requirements.lock)
	@touch $@

$(VENV)/.test-stamp: requirements-test.lock $(VENV)/.run-stamp
	@echo "Memasang alat uji… / Installing what the tests need…" >&2
	@$(call install_locked,requirements-test.lock)
	@touch $@
