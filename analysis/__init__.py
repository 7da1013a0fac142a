# SPDX-License-Identifier: Apache-2.0
"""From a trace and a console log to spans, interrupt chains, metrics and records. Never imports bench."""
