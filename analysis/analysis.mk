# SPDX-License-Identifier: Apache-2.0
# The Python checks: format, lint, types over every Python file of the repository.
PYTHON_PACKAGES := analysis bench
# Elsewhere each directory with Python files is its own place to import from, as pytest sees it.
PYTHON_OTHER = $(shell find hyp guests plugins tools -name '*.py') $(wildcard *.py)
PYTHON_SOURCES = $(shell find $(PYTHON_PACKAGES) -name '*.py') $(PYTHON_OTHER) virqlab

CHECKS += check-python
.PHONY: check-python
check-python:
	@$(PYTHON) -m black --quiet --check --diff $(PYTHON_SOURCES)
	@$(PYTHON) -m flake8 $(PYTHON_SOURCES)
	@$(PYTHON) -m mypy --no-error-summary $(PYTHON_PACKAGES) virqlab
	@for dir in $(sort $(dir $(PYTHON_OTHER))); do \
	    MYPYPATH=$$dir:. $(PYTHON) -m mypy --no-error-summary $$dir*.py || exit 1; done
