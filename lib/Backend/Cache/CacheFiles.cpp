// SPDX-License-Identifier: Apache-2.0
//
// A directory is filled under a lock, index.json last. Blobs of the cache that
// was there under the same name go after that, if the directory has no other.
#include "Collect.h"

#include "../Common/Json.h"

#include "llb/Support/Errors.h"
#include "llb/Support/Hasher.h"
#include "llb/Support/LayoutIndex.h"
#include "llb/Support/UniqueFd.h"
#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace llb::backend {
namespace {

class CacheDirectory {
public:
  explicit CacheDirectory(std::string path) : path(std::move(path)) {}

  llvm::Error open();
  llvm::Error copyBlob(const engine::Store &store,
                       const registry::Descriptor &blob);
  /// Whether it is there and not damaged.
  bool hasBlob(const registry::Descriptor &blob) const;
  /// Names the manifest and lets go of the one of this tag before.
  llvm::Error name(const registry::Descriptor &manifest, const std::string &tag,
                   const std::set<std::string> &kept);

private:
  std::string blobPath(const std::string &digest) const {
    return path + "/blobs/sha256/" + digest.substr(digest.find(':') + 1);
  }
  llvm::Expected<UniqueFd> newFile(std::string &temporary) const;
  llvm::Error place(const UniqueFd &fd, const std::string &temporary,
                    const std::string &final) const;

  std::string path;
  UniqueFd lock;
};

llvm::Error CacheDirectory::open() {
  std::string folder = path + "/blobs/sha256";
  if (std::error_code error = llvm::sys::fs::create_directories(folder))
    return textError(folder + ": " + error.message());
  lock = UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.valid() || flock(lock.get(), LOCK_EX))
    return errnoError(path);
  return llvm::Error::success();
}

llvm::Expected<UniqueFd> CacheDirectory::newFile(std::string &temporary) const {
  temporary = path + "/.llbc-XXXXXX";
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd.valid())
    return errnoError(temporary);
  return fd;
}

llvm::Error CacheDirectory::place(const UniqueFd &fd,
                                  const std::string &temporary,
                                  const std::string &final) const {
  if (fchmod(fd.get(), 0644) == 0 && fdatasync(fd.get()) == 0 &&
      ::rename(temporary.c_str(), final.c_str()) == 0)
    return llvm::Error::success();
  llvm::Error error = errnoError(final);
  ::unlink(temporary.c_str());
  return error;
}

bool CacheDirectory::hasBlob(const registry::Descriptor &blob) const {
  UniqueFd fd(::open(blobPath(blob.digest).c_str(), O_RDONLY | O_CLOEXEC));
  Hasher hasher;
  char buffer[65536];
  ssize_t n = -1;
  while (fd.valid() && (n = ::read(fd.get(), buffer, sizeof buffer)) > 0)
    hasher.update(buffer, static_cast<size_t>(n));
  return n == 0 && hasher.finish().str() == blob.digest;
}

llvm::Error CacheDirectory::copyBlob(const engine::Store &store,
                                     const registry::Descriptor &blob) {
  std::optional<Digest> digest = Digest::parse(blob.digest);
  if (!digest)
    return textError("'" + blob.digest + "' is not a SHA-256 digest");
  std::string source = store.blobPath(*digest), temporary;
  UniqueFd in(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid())
    return errnoError(source);
  auto out = newFile(temporary);
  if (!out)
    return out.takeError();
  char buffer[65536];
  ssize_t n;
  while ((n = ::read(in.get(), buffer, sizeof buffer)) > 0)
    if (writeAll(out->get(), {buffer, static_cast<size_t>(n)}))
      break;
  if (n == 0)
    return place(*out, temporary, blobPath(blob.digest));
  llvm::Error error = errnoError(n < 0 ? source : temporary);
  ::unlink(temporary.c_str());
  return error;
}

llvm::Error CacheDirectory::name(const registry::Descriptor &manifest,
                                 const std::string &tag,
                                 const std::set<std::string> &kept) {
  std::string descriptor =
      "{\"mediaType\":" + go::jsonString(manifest.mediaType) +
      ",\"digest\":" + go::jsonString(manifest.digest) +
      ",\"size\":" + std::to_string(manifest.size) + "}";
  LayoutBefore before;
  if (std::string error = nameInLayout(path, tag, descriptor, &before);
      !error.empty())
    return textError(error);
  if (before.hasOthers)
    return llvm::Error::success();
  for (const std::string &digest : before.replaced) {
    if (!Digest::parse(digest) || kept.contains(digest))
      continue;
    auto file = llvm::MemoryBuffer::getFile(blobPath(digest));
    auto old = file ? go::parseJson((*file)->getBuffer())
                    : std::optional<go::JsonValue>();
    std::vector<std::string> gone{digest};
    if (const go::JsonValue *config = old ? old->find("config") : nullptr)
      gone.push_back(config->textOf("digest"));
    if (const go::JsonValue *layers = old ? old->find("layers") : nullptr)
      for (const go::JsonValue &layer : layers->items)
        gone.push_back(layer.textOf("digest"));
    for (const std::string &blob : gone)
      if (Digest::parse(blob) && !kept.contains(blob))
        ::unlink(blobPath(blob).c_str());
  }
  return llvm::Error::success();
}

} // namespace

llvm::Error writeCacheDirectory(const std::string &directory,
                                const std::string &tag,
                                CacheCollection &collection,
                                const engine::Store &store,
                                const registry::Descriptor &config,
                                const registry::Descriptor &manifest) {
  CacheDirectory target(directory);
  if (llvm::Error error = target.open())
    return error;
  std::set<std::string> kept;
  const engine::CacheRecords &records = collection.records();
  for (size_t i = 0; i < records.layers.size(); ++i) {
    const registry::Descriptor &blob = records.layers[i].blob;
    if (!kept.insert(blob.digest).second || target.hasBlob(blob))
      continue;
    if (llvm::Error error = collection.provide(i))
      return error;
    if (llvm::Error error = target.copyBlob(store, blob))
      return error;
  }
  for (const registry::Descriptor &blob : {config, manifest}) {
    kept.insert(blob.digest);
    if (!target.hasBlob(blob))
      if (llvm::Error error = target.copyBlob(store, blob))
        return error;
  }
  return target.name(manifest, tag, kept);
}

} // namespace llb::backend
