# SPDX-License-Identifier: Apache-2.0
"""From a suite to points, from a point to a command, from a command to a finished directory."""
