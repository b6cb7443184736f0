# SPDX-License-Identifier: Apache-2.0
#
# The gtest programs, so that one lit run holds every test. Each is an
# executable of the build's test/Unit folder whose name ends in Tests.

import os

import lit.formats

config.name = "LLB-Unit"
config.suffixes = []
config.test_source_root = os.path.join(config.llb_obj_root, "test", "Unit")
config.test_exec_root = config.test_source_root
config.test_format = lit.formats.GoogleTest(".", "Tests")
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
