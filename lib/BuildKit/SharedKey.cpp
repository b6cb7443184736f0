// SPDX-License-Identifier: Apache-2.0
//
// Nothing is written to remember a directory by: its number and the time of its
// birth are its own, and the machine's id and name tell those of others apart.
#include "SharedKey.h"

#include "llb/Support/Digest.h"

#include <fcntl.h>
#include <llvm/Support/MemoryBuffer.h>
#include <sys/stat.h>
#include <unistd.h>

namespace llb::buildkit {

std::string sharedKey(const std::map<std::string, std::string> &directories) {
  std::string text;
  if (auto id = llvm::MemoryBuffer::getFile("/etc/machine-id"))
    text = (*id)->getBuffer().str();
  char host[256] = "";
  gethostname(host, sizeof host - 1);
  text += host;
  text += '\0';
  for (const auto &[name, path] : directories) {
    text += name;
    text += '\0';
    struct statx info = {};
    if (statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &info) != 0)
      continue;
    for (uint64_t number :
         {uint64_t(info.stx_dev_major), uint64_t(info.stx_dev_minor),
          uint64_t(info.stx_ino), uint64_t(info.stx_btime.tv_sec),
          uint64_t(info.stx_btime.tv_nsec)})
      text += std::to_string(number) + ' ';
  }
  return Digest::of(text).str();
}

} // namespace llb::buildkit
