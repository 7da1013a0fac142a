# SPDX-License-Identifier: Apache-2.0
# The Python checks: format, lint, types over every Python file of the repository.
PYTHON_SOURCES = $(shell find analysis bench hyp guests plugins tools -name '*.py') $(wildcard *.py) virqlab

CHECKS += check-python
.PHONY: check-python
check-python:
	@$(PYTHON) -m black --quiet --check --diff $(PYTHON_SOURCES)
	@$(PYTHON) -m flake8 $(PYTHON_SOURCES)
	@$(PYTHON) -m mypy --no-error-summary --explicit-package-bases $(PYTHON_SOURCES)
