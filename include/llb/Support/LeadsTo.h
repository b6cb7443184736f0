// SPDX-License-Identifier: Apache-2.0
//
// Whether a name and a descriptor are of one file. Between opening a file and
// locking it somebody else may remove or rename it; a lock on what nobody can
// find any more is none.
#ifndef LLB_SUPPORT_LEADSTO_H
#define LLB_SUPPORT_LEADSTO_H

#include <string>

namespace llb {

/// Whether `path` is what is behind `fd`. A symbolic link is itself, not what
/// it names; something that cannot be looked at is something else.
bool leadsTo(const std::string &path, int fd);

} // namespace llb

#endif
