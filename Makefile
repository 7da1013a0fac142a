# SPDX-License-Identifier: Apache-2.0
# virqlab. `make help` lists the targets.
PYTHON ?= /usr/bin/python3
BUILD := build
MAKEFLAGS += --no-builtin-rules
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help all deps deps-bench bench bench-full test test-planted test-kill regress check clean

# Each fragment adds what it builds to ALL and its checks to CHECKS.
ALL :=
CHECKS :=
include tools/arm64.mk tools/tools.mk hyp/hyp.mk guests/guests.mk vmm/vmm.mk plugins/plugins.mk analysis/analysis.mk

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install what building, benchmarking and testing need (root or sudo)
	@tools/deps.sh all

deps-bench:
	@tools/deps.sh bench

# A sub-make, because what `deps` installs decides what the build finds.
bench: deps-bench ## build, run the default suite, print the table, write results/latest/
	@$(MAKE) --no-print-directory -j2 all
	@./virqlab run --out results/latest --fresh
	@./virqlab show results/latest/run.json

# Nothing is forgotten: what a run before it has finished is kept.
bench-full: deps-bench ## run the full suite (stopped, it goes on), print the table, write results/full/ and its report
	@$(MAKE) --no-print-directory -j2 all
	@./virqlab run --suite full --out results/full
	@./virqlab show results/full/run.json
	@./virqlab report results/full --out results/full/report.html

test: deps ## build and run every test; last line "N passed, N failed"
	@$(MAKE) --no-print-directory -j2 all
	@$(PYTHON) -m pytest -q

test-planted: deps ## plant a nop in a copy of the exit path: exits x 1 instruction, nowhere else
	@$(MAKE) --no-print-directory -j2 all
	@$(PYTHON) -m pytest -q bench/tests/test_planted.py

test-kill: deps ## kill the runner 200 times at random moments: no finished point is lost
	@$(MAKE) --no-print-directory -j2 all
	@VIRQLAB_KILLS=200 $(PYTHON) -m pytest -q bench/tests/test_run.py -k killed

regress: deps-bench ## the default suite against results/baselines; any change fails
	@$(MAKE) --no-print-directory -j2 all
	@./virqlab run --out $(BUILD)/regress
	@./virqlab compare --strict results/baselines $(BUILD)/regress

.PHONY: linux linux-20 linux-load linux-vms
linux: ## fetch Debian's arm64 kernel, make build/linux: a guest for ./virqlab run-guest
	@$(PYTHON) -m bench.linux

linux-20: deps ## boot it 20 times under each strategy with 1 and 4 vCPUs; last line "N passed, N failed"
	@$(MAKE) --no-print-directory -j2 all
	@$(PYTHON) -m bench.linux --boots 20

linux-load: deps ## run hackbench and cyclictest in it under each strategy; last line "N passed, N failed"
	@$(MAKE) --no-print-directory -j2 all
	@$(PYTHON) -m bench.linux --load

linux-vms: deps ## 20 times two of it with 2 vCPUs each on 2 cores (stopped, it goes on); last line "N passed, N failed"
	@$(MAKE) --no-print-directory -j2 all
	@$(PYTHON) -m bench.linux --vms 20

check: deps ## format, lint, include directions, both compilers
	@$(MAKE) --no-print-directory -j2 checks

.PHONY: checks
all: $(ALL)
checks: $(CHECKS)

clean: ## remove what was built (what was fetched stays: build/deps, build/cache)
	find $(BUILD) -mindepth 1 -maxdepth 1 ! -name deps ! -name cache -exec rm -rf {} +
