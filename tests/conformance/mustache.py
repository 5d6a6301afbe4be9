# SPDX-License-Identifier: Apache-2.0
"""The template engine against Mustache's specification and against our own cases."""
import sys

import conformance

sys.exit(conformance.run("mustache"))
