// SPDX-License-Identifier: Apache-2.0
//
// A tar that may be compressed, read entry by entry: archives of ADD and layers
// of images.
#ifndef LLB_ENGINE_TARSTREAM_H
#define LLB_ENGINE_TARSTREAM_H

#include "llb/Engine/Decompress.h"
#include "llb/Engine/UnpackLimits.h"
#include "llb/Support/Hasher.h"

#include <archive.h>
#include <archive_entry.h>
#include <memory>
#include <optional>
#include <string_view>

namespace llb::engine {

/// Names in layers that say what goes (OCI image spec 1.1, layer).
inline constexpr std::string_view whiteoutPrefix = ".wh.";
inline constexpr std::string_view opaqueName = ".wh..wh..opq";
inline constexpr std::string_view reservedPrefix = ".wh..wh.";

/// What libarchive says is wrong with what it reads.
llvm::Error archiveError(archive *reader);

/// An error if the kernel takes no path as long as that of an entry; `what` is
/// what was to be done with it.
llvm::Error checkPathLength(const std::string &path, const std::string &what);

/// The tar in a file, for libarchive to read, hashed on the way.
class TarStream {
public:
  /// A tar of more than `limits.bytes` is an error to whoever reads on.
  explicit TarStream(const UnpackLimits &limits) : limits(limits) {}

  /// Begins at the start of `fd`, which must outlive this and be seekable.
  llvm::Error open(int fd);

  archive *get() const { return reader.get(); }

  /// Whether the tar may end where libarchive has seen its end: a block of
  /// zeros is one for Go only with another behind it, or with nothing
  /// (archive/tar, Reader.readHeader).
  llvm::Error checkEnd() const;

  /// The digest of everything, also of what no reader wanted.
  llvm::Expected<Digest> finish();

private:
  struct Deleter {
    void operator()(archive *reader) const { archive_read_free(reader); }
  };

  static la_ssize_t readBlock(archive *, void *self, const void **data) {
    return static_cast<TarStream *>(self)->next(*data);
  }
  la_ssize_t next(const void *&data);

  UnpackLimits limits;
  uint64_t size = 0;
  std::optional<Decompressor> content;
  std::unique_ptr<archive, Deleter> reader;
  Hasher hasher;
  char buffer[65536];
};

} // namespace llb::engine

#endif
