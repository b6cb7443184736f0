// SPDX-License-Identifier: Apache-2.0
//
// `llbc du` and `llbc prune`.
#ifndef LLBC_STORECOMMAND_H
#define LLBC_STORECOMMAND_H

namespace llbc {

/// Runs the command that `argv[0]` names; returns an ExitStatus.
int storeMain(int argc, char **argv);

} // namespace llbc

#endif
