// SPDX-License-Identifier: Apache-2.0
//
// Files are written without a name, so that nothing is left of one that does
// not become a blob, however this program ends.
#include "BlobFiles.h"

#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <fcntl.h>

namespace llb::buildkit {

static constexpr const char *folderPath = "/blobs/sha256";

int BlobFiles::open(const Digest &digest, UniqueFd &file, int64_t &size) const {
  engine::FileStat info;
  if (int error =
          root.open(std::string(folderPath) + "/" + hexDigits(digest), file))
    return error;
  if (fstat(file.get(), &info))
    return errno;
  size = info.st_size;
  return 0;
}

bool BlobFiles::has(const Digest &digest) const {
  UniqueFd file;
  int64_t size;
  return open(digest, file, size) == 0;
}

int BlobWriter::start() {
  for (const char *path : {"blobs", "blobs/sha256"})
    if (mkdirat(files.root.rootFd(), path, 0755) && errno != EEXIST)
      return errno;
  if (int error =
          files.root.openAt(folderPath, O_RDONLY | O_DIRECTORY, 0, folder))
    return error;
  return files.root.openAt(folderPath, O_WRONLY | O_TMPFILE, 0644, file);
}

int BlobWriter::append(std::string_view data) {
  if (int error = writeAll(file.get(), data))
    return error;
  hasher.update(data);
  written += static_cast<int64_t>(data.size());
  return 0;
}

int BlobWriter::restart() {
  hasher = Hasher();
  written = 0;
  return ftruncate(file.get(), 0) || lseek(file.get(), 0, SEEK_SET) < 0 ? errno
                                                                        : 0;
}

int BlobWriter::keep(const Digest &digest) {
  std::string self = "/proc/self/fd/" + std::to_string(file.get());
  if (linkat(AT_FDCWD, self.c_str(), folder.get(), hexDigits(digest).c_str(),
             AT_SYMLINK_FOLLOW) &&
      errno != EEXIST)
    return errno;
  return 0;
}

} // namespace llb::buildkit
