# SPDX-License-Identifier: Apache-2.0
"""The last line of `make test`: what passed and what failed, in the words that tools read; property tests untimed."""

import hypothesis
import pytest

# How long an example takes is the machine's business: no test depends on it.
hypothesis.settings.register_profile("virqlab", deadline=None)
hypothesis.settings.load_profile("virqlab")


def pytest_unconfigure(config: pytest.Config) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.option.collectonly:
        return
    count = {name: len(reporter.stats.get(name, [])) for name in ("passed", "failed", "error", "skipped")}
    skipped = f", {count['skipped']} skipped" if count["skipped"] else ""
    reporter.write_line(f"{count['passed']} passed, {count['failed'] + count['error']} failed{skipped}")
