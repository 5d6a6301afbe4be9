# SPDX-License-Identifier: Apache-2.0
"""The expression language against its conformance data and against our own cases."""
import sys

import conformance

sys.exit(conformance.run("cel"))
