// SPDX-License-Identifier: Apache-2.0
//
// One directory read, relative to descriptors.
#ifndef LLB_CONTEXT_DIRECTORYENTRY_H
#define LLB_CONTEXT_DIRECTORYENTRY_H

#include "llb/Context/Directory.h"

namespace llb::context {

/// A name in a directory; the type is a hint that may be DT_UNKNOWN.
struct Name {
  std::string text;
  unsigned char type;
};

/// The names in the directory `fd`, sorted by byte, without `.` and `..`.
/// Returns errno, or 0.
int readNames(int fd, std::vector<Name> &names);

/// lstat of `name` in the directory `fd`; `info.path` is left alone. Returns
/// errno, or 0.
int readInfo(int fd, const std::string &name, FileInfo &info);

/// Adds the extended attributes of `name` in the directory `fd`, as far as we
/// may read them. The value of one may be large.
void readXattrs(int fd, const std::string &name, Xattrs &xattrs);

/// All that `status` tells.
void setStatus(const struct stat &status, FileInfo &info);

/// Opens a directory in the directory `fd`, no link. Returns errno, or 0.
int openDirectory(int fd, const std::string &name, UniqueFd &result);

/// Whether an errno says that a file is not there, or not there any more.
bool isAbsent(int error);

/// An error about a file of a context.
llvm::Error fileError(std::string_view path, int error);

} // namespace llb::context

#endif
