// SPDX-License-Identifier: Apache-2.0
//
// Builds by ordinary users: in a user namespace of its own the process is root
// over the ids that the machine lends its user in /etc/subuid and /etc/subgid
// (subuid(5), newuidmap(1)).
#ifndef LLB_ENGINE_USERNAMESPACE_H
#define LLB_ENGINE_USERNAMESPACE_H

#include <llvm/Support/Error.h>

namespace llb::engine {

/// Becomes root in a new user namespace; does nothing for who is root already.
/// Call it before there are threads. An error says what the machine lacks or
/// forbids.
llvm::Error becomeRoot();

/// Whether ids are those of a user namespace, so that some things that root may
/// do are denied: devices, file systems of other namespaces, trusted
/// attributes.
bool isInUserNamespace();

} // namespace llb::engine

#endif
