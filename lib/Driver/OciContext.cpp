// SPDX-License-Identifier: Apache-2.0
//
// The name of a store is made of its directory, so that operations are the same
// each time.
#include "OciContext.h"

#include "llb/Support/Digest.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/Hasher.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>

namespace llb::driver {
namespace {

constexpr std::string_view scheme = "oci-layout://";
constexpr std::string_view tagKey = "org.opencontainers.image.ref.name";

/// Looks `tag` up in the index of a layout.
std::string findDigest(const std::string &dir, const std::string &tag,
                       std::string &digest) {
  constexpr uint64_t maxIndex = 8 << 20;
  std::string path = dir + "/index.json";
  uint64_t size = 0;
  if (std::error_code error = llvm::sys::fs::file_size(path, size))
    return path + ": " + error.message();
  if (size > maxIndex)
    return path + " is larger than an index may be";
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return path + ": " + file.getError().message();
  std::string error;
  auto json = go::parseJson(
      std::string_view((*file)->getBufferStart(), (*file)->getBufferSize()),
      &error);
  if (!json)
    return path + ": " + error;
  if (const go::JsonValue *manifests = json->find("manifests"))
    for (const go::JsonValue &manifest : manifests->items)
      if (const go::JsonValue *notes = manifest.find("annotations"))
        if (notes->textOf(tagKey) == tag)
          digest = manifest.textOf("digest");
  return digest.empty() ? path + " has no image with the tag '" + tag + "'"
                        : "";
}

} // namespace

bool isOciContext(const std::string &value) {
  return value.starts_with(scheme);
}

std::string readOciContext(std::string &value,
                           std::map<std::string, std::string> &layouts) {
  std::string dir = value.substr(scheme.size());
  std::string tag = "latest", digest;
  if (size_t at = dir.find('@'); at != std::string::npos) {
    digest = dir.substr(at + 1);
    dir.resize(at);
  }
  if (size_t colon = dir.find(':'); colon != std::string::npos) {
    tag = dir.substr(colon + 1);
    dir.resize(colon);
  }
  if (digest.empty())
    if (std::string error = findDigest(dir, tag, digest); !error.empty())
      return error;
  if (!Digest::parse(digest))
    return "'" + digest + "' is not a SHA-256 digest";
  constexpr size_t idLength = 25;
  std::string store = hexDigits(Digest::of(dir)).substr(0, idLength);
  layouts[store] = dir;
  value = std::string(scheme) + store + ":" + tag + "@" + digest;
  return "";
}

} // namespace llb::driver
