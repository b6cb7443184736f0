// SPDX-License-Identifier: Apache-2.0
//
// Tar as Go's archive/tar writes it, so that equal content has equal digests:
// ustar headers, and PAX records only where a value does not fit one.
#ifndef LLB_BACKEND_TARWRITER_H
#define LLB_BACKEND_TARWRITER_H

#include <cstdint>
#include <functional>
#include <llvm/Support/Error.h>
#include <map>
#include <string>
#include <string_view>

namespace llb::backend {

using ByteSink = std::function<llvm::Error(std::string_view)>;

struct TarEntry {
  /// With a final slash for a directory.
  std::string name;
  /// `0` file, `1` hard link, `2` symbolic link, `3` and `4` devices, `5`
  /// directory, `6` fifo.
  char type = '0';
  uint32_t mode = 0;
  uint32_t uid = 0, gid = 0;
  int64_t size = 0;
  int64_t mtime = 0;
  std::string link;
  uint32_t major = 0, minor = 0;
  /// Further PAX records, such as `SCHILY.xattr.security.capability`.
  std::map<std::string, std::string> records;
  /// Go's Format: PAX was chosen for it, or (false) whatever is simplest.
  bool pax = true;
};

class TarWriter {
public:
  explicit TarWriter(ByteSink sink) : sink(std::move(sink)) {}

  /// Starts an entry; `size` bytes of content follow for a file.
  llvm::Error header(const TarEntry &entry);
  llvm::Error content(std::string_view data);
  /// `size` bytes of the file behind `fd`, which is called `path` in messages.
  llvm::Error contentOf(int fd, int64_t size, const std::string &path);
  /// Fills the last block up and ends the archive.
  llvm::Error finish();

private:
  llvm::Error pad();
  llvm::Error block(const TarEntry &entry, const std::string &name,
                    const std::string &prefix);

  ByteSink sink;
  uint64_t written = 0;
};

} // namespace llb::backend

#endif
