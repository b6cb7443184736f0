// SPDX-License-Identifier: Apache-2.0
//
// libarchive reads the tar, and nothing else: decompression is ours.
#include "TarStream.h"

#include "FileChange.h"

#include "llb/Support/Errors.h"

#include <cerrno>
#include <climits>

namespace llb::engine {

llvm::Error archiveError(archive *reader) {
  const char *text = archive_error_string(reader);
  // A limit is no damage.
  if (text && archive_errno(reader) == EFBIG)
    return textError(text);
  return llvm::createStringError(std::make_error_code(std::errc::io_error),
                                 "the archive is damaged: %s",
                                 text ? text : "unexpected end");
}

llvm::Error checkPathLength(const std::string &path, const std::string &what) {
  constexpr size_t shown = 100;
  if (path.size() < PATH_MAX)
    return llvm::Error::success();
  return pathError(ENAMETOOLONG, what, path.substr(0, shown) + "...");
}

llvm::Error TarStream::open(int fd) {
  auto opened = Decompressor::open(fd);
  if (!opened)
    return opened.takeError();
  content.emplace(std::move(*opened));
  reader.reset(archive_read_new());
  archive_read_support_format_tar(reader.get());
  // Names are bytes, whatever the locale.
  archive_read_set_options(reader.get(), "hdrcharset=BINARY");
  if (archive_read_open(reader.get(), this, nullptr, readBlock, nullptr) !=
      ARCHIVE_OK)
    return archiveError(reader.get());
  return llvm::Error::success();
}

llvm::Error TarStream::checkEnd() const {
  constexpr int64_t block = 512;
  int64_t end = archive_filter_bytes(reader.get(), -1);
  if (end - archive_read_header_position(reader.get()) != block ||
      size == static_cast<uint64_t>(end))
    return llvm::Error::success();
  archive_set_error(reader.get(), EIO, "a lone block of zeros in the tar");
  return archiveError(reader.get());
}

llvm::Expected<Digest> TarStream::finish() {
  const void *data;
  la_ssize_t n;
  while ((n = next(data)) > 0) {
  }
  if (n < 0)
    return archiveError(reader.get());
  return hasher.finish();
}

la_ssize_t TarStream::next(const void *&data) {
  data = buffer;
  auto fail = [&](int code, llvm::Error error) {
    archive_set_error(reader.get(), code, "%s",
                      llvm::toString(std::move(error)).c_str());
    return -1;
  };
  auto n = content->read(buffer, sizeof buffer);
  if (!n)
    return fail(EIO, n.takeError());
  size += *n;
  if (llvm::Error error = limits.checkBytes(size))
    return fail(EFBIG, std::move(error));
  hasher.update(buffer, *n);
  return static_cast<la_ssize_t>(*n);
}

} // namespace llb::engine
