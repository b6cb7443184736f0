// SPDX-License-Identifier: Apache-2.0
//
// A layout is no more to be trusted than a registry: blobs are regular files,
// as long and with the digest that is said.
#include "llb/Registry/OciLayout.h"

#include "ImageLookup.h"

#include "llb/Support/Digest.h"
#include "llb/Support/Hasher.h"
#include "llb/Support/UniqueFd.h"
#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <sys/stat.h>

namespace llb::registry {
namespace {

/// Hands all of a blob to `sink`, and says whether it is what its digest says.
bool readBlob(const std::string &layout, const std::string &digest,
              const std::function<bool(std::string_view)> &sink,
              std::string &error) {
  std::optional<Digest> wanted = Digest::parse(digest);
  if (!wanted) {
    error = layout + ": '" + digest + "' is not a SHA-256 digest";
    return false;
  }
  std::string path = layout + "/blobs/sha256/" + hexDigits(*wanted);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info) || !S_ISREG(info.st_mode)) {
    error = path + ": " +
            (fd.valid() ? "not a regular file" : std::strerror(errno));
    return false;
  }
  Hasher hasher;
  char buffer[65536];
  ssize_t n;
  while ((n = ::read(fd.get(), buffer, sizeof buffer)) > 0) {
    std::string_view data(buffer, static_cast<size_t>(n));
    hasher.update(data);
    if (!sink(data)) {
      if (error.empty())
        error = path + ": longer than it may be";
      return false;
    }
  }
  if (n == 0 && hasher.finish() == *wanted)
    return true;
  error = path + ": " +
          (n ? std::strerror(errno) : "its content has another digest");
  return false;
}

} // namespace

std::optional<std::string> OciLayout::read(const std::string &digest,
                                           size_t maxBytes,
                                           std::string &error) const {
  std::string content;
  auto take = [&](std::string_view data) {
    content += data;
    return content.size() <= maxBytes;
  };
  if (!readBlob(path, digest, take, error))
    return std::nullopt;
  return content;
}

std::optional<ImageManifest>
OciLayout::fetchManifest(const Reference &ref, const PlatformSpec &platform,
                         std::string &error) const {
  auto fetch = [&](BlobKind kind, const std::string &digest, size_t maxBytes,
                   std::string &why) { return read(digest, maxBytes, why); };
  auto body = read(ref.digest, maxManifestBytes, error);
  ImageManifest result;
  if (!body || !readImage(ref.str(), *body, platform, fetch, result, error))
    return std::nullopt;
  return result;
}

bool OciLayout::fetchBlob(const Descriptor &blob, int fd,
                          std::string &error) const {
  int64_t received = 0;
  auto store = [&](std::string_view data) {
    received += static_cast<int64_t>(data.size());
    if (received > blob.size)
      return false;
    int failed = writeAll(fd, data);
    if (failed)
      error = "cannot store a blob: " + std::string(std::strerror(failed));
    return !failed;
  };
  return readBlob(path, blob.digest, store, error);
}

std::optional<ImageManifest>
fetchFromStore(const std::map<std::string, std::string> &layouts,
               const std::string &store, const Reference &ref,
               const PlatformSpec &platform, std::string &error) {
  auto found = layouts.find(store);
  if (found != layouts.end())
    return OciLayout(found->second).fetchManifest(ref, platform, error);
  error = "no OCI layout is named '" + store +
          "'; give --build-context NAME=oci-layout://DIR";
  return std::nullopt;
}

} // namespace llb::registry
