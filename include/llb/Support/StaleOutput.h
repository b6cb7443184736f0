// SPDX-License-Identifier: Apache-2.0
//
// What a process that was killed left beside its output. An output that is
// being written is locked, so the next one for the same place can tell and
// remove what nobody writes any more.
#ifndef LLB_SUPPORT_STALEOUTPUT_H
#define LLB_SUPPORT_STALEOUTPUT_H

#include <string>

namespace llb {

/// Locks a file or directory that is being written, as long as the descriptor
/// is open. False if somebody else has it or `path` no longer leads to it.
bool lockOutput(int fd, const std::string &path);

/// Removes a directory with all that is in it, devices and pipes too; links are
/// not followed. What cannot be removed stays.
void removeTree(const std::string &path);

/// Removes files and directories of this user that are called `prefix` and then
/// `length` letters or digits, and that nobody has locked. Failures are nothing
/// to tell of: they are tried again the next time.
void removeStaleOutput(const std::string &prefix, unsigned length);

} // namespace llb

#endif
