// SPDX-License-Identifier: Apache-2.0
//
// Files are told apart by device and inode, which no other has as long as the
// descriptor is open.
#include "llb/Support/LeadsTo.h"

#include <sys/stat.h>

namespace llb {

bool leadsTo(const std::string &path, int fd) {
  struct stat there, here;
  return lstat(path.c_str(), &there) == 0 && fstat(fd, &here) == 0 &&
         there.st_ino == here.st_ino && there.st_dev == here.st_dev;
}

} // namespace llb
