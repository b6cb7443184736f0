# SPDX-License-Identifier: Apache-2.0
"""The suite's test format: a test of builds fails if they leave something behind."""
from pathlib import Path

import lit.formats
import lit.Test

from nothing_left import look_patiently

FOLDERS = {"Backend", "Engine", "Integration"}


class BuildTest(lit.formats.ShTest):
    def execute(self, test, lit_config):
        result = super().execute(test, lit_config)
        output = Path(test.getExecPath())
        folder = output.parent / "Output" / (output.name + ".tmp")
        if (test.path_in_suite[0] not in FOLDERS or not folder.is_dir()
                or result.code is not lit.Test.PASS):
            return result
        left = look_patiently(folder.resolve())
        if left:
            return lit.Test.Result(lit.Test.FAIL, "after the test:\n" + "\n".join(left))
        return result
