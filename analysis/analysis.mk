# SPDX-License-Identifier: Apache-2.0
# The Python checks: format, lint, types over every Python file of the repository.
PYTHON_SOURCES = $(shell find analysis bench hyp guests plugins tools -name '*.py') $(wildcard *.py) virqlab

.PHONY: check-python
CHECKS += check-python
check-python:
	@$(PYTHON) -m black --quiet --check $(PYTHON_SOURCES) || { echo "make check: run $(PYTHON) -m black ." >&2; exit 1; }
	@$(PYTHON) -m flake8 $(PYTHON_SOURCES)
	@$(PYTHON) -m mypy --no-error-summary $(PYTHON_SOURCES)
