// SPDX-License-Identifier: Apache-2.0
//
// llbc is static and small because it cannot speak HTTP: the first image that
// only a registry knows makes it become llbc-build. Nothing has been written by
// then, so the second program simply starts over.
#include "Resolvers.h"

#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <cstring>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>
#include <sys/mman.h>
#include <unistd.h>

namespace llb::driver {

lower::ImageResolver::Answer
LockResolver::resolveFor(const Purpose &purpose, const std::string &ref,
                         const PlatformSpec &platform,
                         lower::ResolveMode mode) {
  std::string name = platform.format();
  if (const lower::LockedImage *image = lock.find(ref, name))
    return wantsDirs && image->dirs.empty() && next
               ? withDirs(*image, purpose, platform, mode)
               : Answer{*image, ""};
  if (next)
    return next->resolveFor(purpose, ref, platform, mode);
  return {std::nullopt, ref + " for " + name + " is not in the image lock '" +
                            lockName +
                            "'; add it with --write-image-lock, or compile "
                            "with --resolve=never"};
}

lower::ImageResolver::Answer
LockResolver::withDirs(lower::LockedImage image, const Purpose &purpose,
                       const PlatformSpec &platform, lower::ResolveMode mode) {
  // What is locked, not what the registry has under its tag now.
  bool pinned =
      image.digest.empty() || image.ref.find('@') != std::string::npos;
  Answer answer = next->resolveFor(
      purpose, pinned ? image.ref : image.ref + '@' + image.digest, platform,
      mode);
  if (!answer.image)
    return answer;
  image.dirs = std::move(answer.image->dirs);
  return {std::move(image), ""};
}

lower::ImageResolver::Answer
UnpinnedResolver::resolve(const std::string &ref, const PlatformSpec &platform,
                          lower::ResolveMode mode) {
  return {lower::LockedImage{ref, platform.format(), "", "", ""}, ""};
}

/// Makes `text` this process's standard input, from its start.
static bool replaceStandardInput(const std::string &text) {
  int fd = memfd_create("input", 0);
  if (fd < 0)
    return false;
  return writeAll(fd, text) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
         dup2(fd, STDIN_FILENO) == STDIN_FILENO;
}

std::string runBuildProgram(const char *program, char **argv,
                            const std::optional<std::string> &standardInput) {
  llvm::SmallString<256> self;
  if (std::error_code error = llvm::sys::fs::real_path("/proc/self/exe", self))
    return error.message();
  llvm::sys::path::remove_filename(self);
  llvm::sys::path::append(self, program);
  if (standardInput && !replaceStandardInput(*standardInput))
    return std::string("cannot hand standard input on: ") +
           std::strerror(errno);
  execv(self.c_str(), argv);
  return std::string(self.str()) + ": " + std::strerror(errno);
}

lower::ImageResolver::Answer
HandOffResolver::resolve(const std::string &ref, const PlatformSpec &platform,
                         lower::ResolveMode mode) {
  std::string reason = runBuildProgram(program, argv, standardInput);
  return {std::nullopt, "only a registry knows " + ref + ", and " + program +
                            ", which asks registries, cannot be run (" +
                            reason +
                            "); give --image-lock, or --resolve=never"};
}

} // namespace llb::driver
