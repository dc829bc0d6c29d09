# The Creation Challenge. Needs Python 3.11 to 3.13 with venv, and GNU make. `make help` lists what it does.

PYTHON ?= python3
LOCK := .ci/requirements.lock
BIN := .venv/bin
RUN := $(BIN)/python -m
READY := .venv/.ready
REFERENCE := .venv-reference/bin
REFERENCE_READY := .venv-reference/.ready
NOTEBOOKS = $(sort $(wildcard notebooks/*.ipynb))
JOBS ?= 2
PORT ?= 8000
UV := _build/uv/bin/uv
# The first Python of a list that is here and starts; a version manager's stand-in may be here and not start.
first_python = $(shell for python in $(1); do $$python -c '' 2> /dev/null && echo $$python && break; done)
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# pyright runs in the version that the lock file names, and keeps its news to itself.
export PYRIGHT_PYTHON_FORCE_VERSION := $(shell sed -n 's/^pyright==\([0-9.]*\).*/\1/p' $(LOCK))
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help sandbox env book test lint format notebooks exercises new-chapter serve reference guards bench lowest newest colab lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "PYTHON=python3.12 chooses the Python of a new environment; JOBS=1 runs one thing at a time."

env: $(READY) ## create or update .venv from the lock file (the other targets do it for you)

book: $(READY) ## build the site into _build/html, from the stored outputs
	@rm -rf _build/html/_modules # Sphinx keeps these while their source does not change, with the contents of an older site
	$(BIN)/jupyter-book build . --warningiserror --keep-going --nitpick

test reference lowest newest colab: export JAX_PLATFORMS = cpu
test reference lowest newest colab: export GENCORE_PROFILE = quick
# Two workers share two cores: one thread each for NumPy, for XLA (NPROC), and for PyTorch (OMP), or they wait for one
# another.
test reference lowest newest: export OPENBLAS_NUM_THREADS = 1
test reference lowest newest: export NPROC = 1
reference: export OMP_NUM_THREADS = 1
test lowest newest colab: export PYDEVD_DISABLE_FILE_VALIDATION = 1
# SLOW=no leaves out what takes long, or has little to say about the version of a package.
FAST = $(filter no,$(SLOW))
SUITE = -n $(JOBS) --dist loadfile -m "not reference$(if $(FAST), and not slow)" \
  $(if $(FAST),$(addprefix --ignore=tests/,bench book exercises grading notebooks)) \
  --nbval-current-env --nbval-cell-timeout=600 tests gencore $(NOTEBOOKS)
test: $(READY) ## prove everything, in random order: the library, its examples, the book, every stored output
	$(RUN) pytest --nbval $(SUITE)

lint: $(READY) ## check style and types
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) pyright

format: $(READY) ## let ruff tidy the code
	$(RUN) ruff check --fix
	$(RUN) ruff format

notebooks: $(READY) ## run every chapter again and store its outputs, two chapters at a time
	$(BIN)/python .ci/notebooks.py --jobs $(JOBS)

exercises: $(READY) ## build the students' notebooks from their masters, and run every solution: EXERCISES=ex05 for one
	$(BIN)/python .ci/exercises.py --jobs $(JOBS) $(EXERCISES)

new-chapter: $(READY) ## make the next chapter's first draft, which passes every check: NAME=05_two_revolutions
	$(BIN)/python .ci/new_chapter.py "$(NAME)"

serve: ## show the built site at http://127.0.0.1:8000
	@test -f _build/html/index.html || { echo "There is no site yet. Run: make book"; exit 1; }
	$(PYTHON) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

reference: $(REFERENCE_READY) ## hold the metrics against PyTorch's packages, in an environment of their own
	$(REFERENCE)/python -m pytest -n $(JOBS) -m reference -rP -p no:logging

guards: $(READY) ## take out each guard against a fault, and see its test fail: WORDS="doctor: SIGTERM" for some
	$(BIN)/python .ci/guards.py --jobs $(JOBS) $(WORDS)

bench: $(REFERENCE_READY) ## time gencore beside PyTorch, in turns; half an hour on a quiet machine
	JAX_PLATFORMS=cpu PYTHONPATH=tests $(REFERENCE)/python -m bench $(BENCH)

lowest: $(UV) ## run the tests with the lowest versions that pyproject.toml allows
	$(call test_with,$(or $(call first_python,python3.11),3.11),--resolution lowest-direct)

newest: $(UV) ## run the tests with the newest versions there are
	$(call test_with,$(call first_python,python3.13 python3.12 $(PYTHON)),)

colab: $(UV) ## run the set-up cell and a chapter in an environment like Google Colab's
	$(UV) venv --quiet --allow-existing --python $(call first_python,python3.13 python3.12 $(PYTHON)) .venv-$@
	$(UV) pip sync --quiet --python .venv-$@/bin/python .ci/colab.txt
	.venv-$@/bin/python .ci/colab.py

sandbox: ## for GitHub's machines: install bubblewrap, in which students' code is graded, and let Ubuntu run it
	sudo apt-get update --quiet=2
	sudo apt-get install --quiet=2 --yes --no-install-recommends bubblewrap
	sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0

lock: $(UV) ## resolve the dependencies again into the lock file
	$(UV) pip compile --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --extra book --extra test pyproject.toml -o $(LOCK) --no-annotate

clean: ## delete the built site and every cache; the environments stay
	rm -rf _build .pytest_cache .ruff_cache *.egg-info
	find . -path './.venv*' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment is ready when its stamp is newer than the lock file and pyproject.toml. One that is there, but broken
# or of a Python that the course does not support, is made again.
$(READY): $(LOCK) pyproject.toml | $(UV)
	$(call make_env,.venv)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $(LOCK)
	$(RUN) pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -c "import matplotlib.pyplot" # lists the fonts now, and not in the first cell of a notebook
	touch $@

# The other packages' versions stand in pyproject.toml, each exact: torch and torchvision must fit each other. Where pip
# finds a CPU build of that torch (PIP_FIND_LINKS, PIP_EXTRA_INDEX_URL) it takes it; on Linux the default is for CUDA.
$(REFERENCE_READY): $(LOCK) pyproject.toml | $(UV)
	$(call make_env,.venv-reference)
	$(UV) pip install --quiet --python $(REFERENCE)/python --require-hashes -r $(LOCK)
	$(REFERENCE)/python -m pip install --quiet --no-compile --no-build-isolation -e '.[reference]'
	touch $@

$(UV):
	$(PYTHON) -m venv --clear _build/uv
	_build/uv/bin/python -m pip install --quiet uv

# $(call test_with,PYTHON,OPTIONS): resolve pyproject.toml anew, and run the tests in an environment of just that. Every
# cell of every notebook runs too, but its output is not compared: a stored digit is a promise about the lock file. The
# browser's tests stay out: they look at the site, which the lock file's versions built.
define test_with
$(UV) venv --quiet --allow-existing --seed --python $(1) .venv-$@
$(UV) pip compile --quiet --no-annotate --upgrade $(2) --python .venv-$@/bin/python \
  --extra book --extra test pyproject.toml -o _build/$@.txt
$(UV) pip sync --quiet --python .venv-$@/bin/python _build/$@.txt
$(UV) pip install --quiet --python .venv-$@/bin/python --no-deps -e .
.venv-$@/bin/python -m pytest --nbval-lax $(SUITE) --ignore=tests/browser
endef

# $(call make_env,FOLDER): keep a good environment, make a new one otherwise.
define make_env
@$(1)/bin/python -m pip --version > /dev/null 2>&1 && $(1)/bin/python -c '$(SUPPORTED)' || { \
  $(PYTHON) -c '$(SUPPORTED)' 2> /dev/null || { \
    echo "The course needs Python 3.11, 3.12 or 3.13; $(PYTHON) is" \
      "$$($(PYTHON) --version 2>&1 || true). Try: make PYTHON=python3.12"; exit 1; }; \
  echo "Creating $(1) with $$($(PYTHON) --version)"; $(PYTHON) -m venv --clear $(1); }
endef
