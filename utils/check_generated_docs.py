#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails if utils/gen_docs.py would write something else into docs/."""
import sys

sys.dont_write_bytecode = True

import gen_docs

sys.argv = [sys.argv[0], "--check"]
sys.exit(gen_docs.main())
