// SPDX-License-Identifier: Apache-2.0
//
// The store's content by digest. What is there is not always what its digest
// says: a power cut may have taken some of it, and nobody waits for the disk.
#include "llb/Engine/Store.h"

#include "llb/Support/ReadFully.h"
#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace llb::engine {

std::string blobsPath(const std::string &root) {
  return root + "/blobs/sha256";
}

namespace {

std::string blobPathIn(const std::string &root, const Digest &digest) {
  return blobsPath(root) + "/" + hexDigits(digest);
}

/// Whether the file of a blob is there, of the size that is known, if it is.
bool hasBlobIn(const std::string &root, const Digest &digest,
               std::optional<int64_t> size) {
  struct stat info;
  return ::stat(blobPathIn(root, digest).c_str(), &info) == 0 &&
         (!size || info.st_size == *size);
}

} // namespace

std::optional<LayerBlob> findWholeBlob(Index &index, const std::string &root,
                                       int64_t layer) {
  for (LayerBlob &blob : index.blobsOf(layer)) {
    std::optional<Digest> digest = Digest::parse(blob.digest);
    // One with other times in it is not what the step made.
    if (blob.form.find('@') == std::string::npos && digest &&
        hasBlobIn(root, *digest, blob.size))
      return std::move(blob);
  }
  return std::nullopt;
}

BlobWriter::~BlobWriter() {
  if (file.valid())
    ::unlink(temporary.c_str());
}

llvm::Error BlobWriter::write(std::string_view data) {
  return writeAll(file.get(), data) ? errnoError(temporary)
                                    : llvm::Error::success();
}

std::string Store::blobPath(const Digest &digest) const {
  return blobPathIn(rootPath, digest);
}

bool Store::hasBlob(const Digest &digest, std::optional<int64_t> size) const {
  return hasBlobIn(rootPath, digest, size);
}

llvm::Expected<BlobWriter> Store::newBlob() {
  BlobWriter writer;
  writer.temporary = temporaryPath();
  writer.file = UniqueFd(::open(writer.temporary.c_str(),
                                O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (!writer.file.valid())
    return errnoError(writer.temporary);
  return writer;
}

llvm::Error Store::commitBlob(BlobWriter writer, const Digest &digest) {
  std::string path = blobPath(digest);
  if (::rename(writer.temporary.c_str(), path.c_str()))
    return errnoError(path);
  writer.file.reset();
  std::lock_guard<std::mutex> lock(wholeMutex);
  whole.insert(digest);
  return llvm::Error::success();
}

llvm::Error Store::putBlob(std::string_view content, const Digest &digest) {
  if (hasBlob(digest, static_cast<int64_t>(content.size()))) {
    auto known = readBlob(digest, content.size());
    if (known)
      return llvm::Error::success();
    // Damaged; what takes its place is at hand.
    llvm::consumeError(known.takeError());
  }
  auto writer = newBlob();
  if (!writer)
    return writer.takeError();
  if (llvm::Error error = writer->write(content))
    return error;
  return commitBlob(std::move(*writer), digest);
}

llvm::Error Store::removeBlob(const Digest &digest) {
  std::string path = blobPath(digest);
  {
    std::lock_guard<std::mutex> lock(wholeMutex);
    whole.erase(digest);
  }
  if (::unlink(path.c_str()) && errno != ENOENT)
    return errnoError(path);
  return llvm::Error::success();
}

bool Store::isWhole(const Digest &digest) {
  {
    std::lock_guard<std::mutex> lock(wholeMutex);
    if (whole.contains(digest))
      return true;
  }
  UniqueFd fd(::open(blobPath(digest).c_str(), O_RDONLY | O_CLOEXEC));
  Hasher hasher;
  char buffer[65536];
  ssize_t n = -1;
  while (fd.valid() && ((n = ::read(fd.get(), buffer, sizeof buffer)) > 0 ||
                        (n < 0 && errno == EINTR)))
    if (n > 0)
      hasher.update(buffer, static_cast<size_t>(n));
  if (n != 0 || hasher.finish() != digest)
    return false;
  std::lock_guard<std::mutex> lock(wholeMutex);
  whole.insert(digest);
  return true;
}

llvm::Expected<std::string> Store::readBlob(const Digest &digest,
                                            std::size_t maxBytes) const {
  std::string path = blobPath(digest);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info))
    return errnoError(path);
  if (static_cast<std::size_t>(info.st_size) > maxBytes) {
    errno = EFBIG;
    return errnoError(path);
  }
  std::string content(static_cast<std::size_t>(info.st_size), '\0');
  content.resize(readFully(fd.get(), content.data(), content.size()));
  if (Digest::of(content) != digest)
    return llvm::createStringError(std::make_error_code(std::errc::io_error),
                                   "%s: the stored content is damaged",
                                   path.c_str());
  return content;
}

} // namespace llb::engine
