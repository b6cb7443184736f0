// SPDX-License-Identifier: Apache-2.0
//
// Building with the embedded engine.
#ifndef LLBC_BUILD_H
#define LLBC_BUILD_H

#include "llb/Driver/Driver.h"

namespace llb::registry {
class Client;
}

namespace llbc {

/// Builds the job's images and writes them in the form that is asked for. What
/// `registry` has learnt of base images is not asked for again; null: it begins
/// anew.
llvm::LogicalResult build(const llb::driver::BuildJob &job,
                          std::shared_ptr<llb::registry::Client> registry);

} // namespace llbc

#endif
