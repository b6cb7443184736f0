// SPDX-License-Identifier: Apache-2.0
//
// Who removes something takes its lock first, so that nobody loses what is
// being written; between its making and its lock a name may lead nowhere or
// elsewhere, which whoever locks checks.
#include "llb/Support/StaleOutput.h"

#include "llb/Support/Ascii.h"
#include "llb/Support/LeadsTo.h"
#include "llb/Support/UniqueFd.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace llb {

bool lockOutput(int fd, const std::string &path) {
  return flock(fd, LOCK_EX | LOCK_NB) == 0 && leadsTo(path, fd);
}

void removeTree(const std::string &path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

void removeStaleOutput(const std::string &prefix, unsigned length) {
  namespace fs = llvm::sys::fs;
  llvm::StringRef folder = llvm::sys::path::parent_path(prefix);
  llvm::StringRef begin = llvm::sys::path::filename(prefix);
  std::error_code error;
  for (fs::directory_iterator at(folder.empty() ? "." : folder, error, false),
       end;
       at != end && !error; at.increment(error)) {
    llvm::StringRef rest = llvm::sys::path::filename(at->path());
    if (!rest.consume_front(begin) || rest.size() != length ||
        !std::all_of(rest.begin(), rest.end(), ascii::isAlnum))
      continue;
    UniqueFd fd(::open(at->path().c_str(),
                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat info;
    if (!fd.valid() || fstat(fd.get(), &info) || info.st_uid != geteuid() ||
        !lockOutput(fd.get(), at->path()))
      continue;
    if (S_ISDIR(info.st_mode))
      removeTree(at->path());
    else if (S_ISREG(info.st_mode))
      (void)fs::remove(at->path());
  }
}

} // namespace llb
