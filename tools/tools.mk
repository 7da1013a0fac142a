# SPDX-License-Identifier: Apache-2.0
# Checks that belong to no room: include directions, shell.
CHECKS += check-includes check-shell
.PHONY: check-includes check-shell
check-includes:
	@$(PYTHON) tools/include_check.py
check-shell:
	@shellcheck -x tools/*.sh .ci/run
