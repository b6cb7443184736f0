// SPDX-License-Identifier: Apache-2.0
//
// An OCI image layout as one tar (image-spec 1.1): what `buildctl build
// --output type=oci` gives, entries sorted by name, without owners and times.
// Blobs are copied from the store and checked on the way.
#include "../Common/Json.h"
#include "../Common/Manifest.h"

#include "llb/Backend/TarWriter.h"
#include "llb/Support/GoText.h"
#include "llb/Support/Hasher.h"
#include "llb/Support/Reference.h"

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>

namespace llb::backend {
namespace {

constexpr const char *indexType = "application/vnd.oci.image.index.v1+json";

std::string descriptor(const std::string &mediaType, const std::string &digest,
                       int64_t size) {
  return "\"mediaType\":" + go::jsonString(mediaType) +
         ",\"digest\":" + go::jsonString(digest) +
         ",\"size\":" + std::to_string(size);
}

std::string platformJson(const PlatformSpec &platform) {
  std::string text = ",\"platform\":{\"architecture\":" +
                     go::jsonString(platform.architecture) +
                     ",\"os\":" + go::jsonString(platform.os);
  if (!platform.variant.empty())
    text += ",\"variant\":" + go::jsonString(platform.variant);
  return text + "}";
}

llvm::Error copyBlob(const engine::Store &store, const Digest &digest,
                     TarWriter &tar) {
  std::string path = store.blobPath(digest);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info))
    return engine::errnoError(path);
  TarEntry entry;
  entry.name = "blobs/sha256/" + hexDigits(digest);
  entry.mode = 0444;
  entry.size = info.st_size;
  entry.pax = false;
  if (llvm::Error error = tar.header(entry))
    return error;
  Hasher hasher;
  char buffer[65536];
  int64_t left = info.st_size;
  while (left > 0) {
    ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    std::string_view data(buffer, static_cast<size_t>(n));
    hasher.update(data);
    if (llvm::Error error = tar.content(data))
      return error;
    left -= n;
  }
  if (left != 0 || hasher.finish() != digest)
    return llvm::createStringError(
        std::make_error_code(std::errc::io_error),
        "%s: the stored content is damaged; remove the file and build again",
        path.c_str());
  return llvm::Error::success();
}

llvm::Error putFile(TarWriter &tar, const std::string &name, uint32_t mode,
                    const std::string &content) {
  TarEntry entry;
  entry.name = name;
  entry.mode = mode;
  entry.size = static_cast<int64_t>(content.size());
  entry.pax = false;
  if (llvm::Error error = tar.header(entry))
    return error;
  return tar.content(content);
}

std::string blobName(const std::string &digest) {
  return "blobs/sha256/" + digest.substr(digest.find(':') + 1);
}

/// The list that `docker load` reads.
std::string dockerManifest(const std::string &config,
                           const std::vector<std::string> &layers,
                           const std::vector<std::string> &names) {
  auto list = [](const std::vector<std::string> &items) {
    std::string text;
    for (const std::string &item : items)
      text += (text.empty() ? "" : ",") + go::jsonString(item);
    return items.empty() ? std::string("null") : "[" + text + "]";
  };
  std::vector<std::string> tags, blobs;
  for (const std::string &name : names) {
    Reference ref;
    std::string error;
    if (Reference::parseNormalized(name, ref, error))
      tags.push_back(ref.familiar());
  }
  for (const std::string &layer : layers)
    blobs.push_back(blobName(layer));
  return "[{\"Config\":" + go::jsonString(blobName(config)) +
         ",\"RepoTags\":" + list(tags) + ",\"Layers\":" + list(blobs) + "}]";
}

/// index.json: the descriptor once a name, or once without.
std::string layoutIndex(const std::string &descriptor,
                        const std::string &platform, const std::string &created,
                        const std::vector<std::string> &names) {
  std::string list;
  auto add = [&](const std::string &first, const std::string &last) {
    list += (list.empty() ? "{" : ",{") + descriptor + ",\"annotations\":{" +
            first +
            "\"org.opencontainers.image.created\":" + go::jsonString(created) +
            last + "}" + platform + "}";
  };
  for (const std::string &name : names) {
    Reference ref;
    std::string error;
    Reference::parseNormalized(name, ref, error);
    add("\"io.containerd.image.name\":" + go::jsonString(name) + ",",
        ",\"org.opencontainers.image.ref.name\":" + go::jsonString(ref.tag));
  }
  if (names.empty())
    add("", "");
  return "{\"schemaVersion\":2,\"mediaType\":" + go::jsonString(indexType) +
         ",\"manifests\":[" + list + "]}";
}

} // namespace

llvm::Expected<Exported> Exporter::writeOci(const std::vector<Image> &images,
                                            llvm::raw_ostream &out) {
  return writeLayout(images, /*docker=*/false, out);
}

llvm::Expected<Exported> Exporter::writeDocker(const std::vector<Image> &images,
                                               llvm::raw_ostream &out) {
  if (options.multiPlatform)
    return llvm::createStringError(
        std::make_error_code(std::errc::not_supported),
        "docker exporter does not currently support exporting manifest lists");
  return writeLayout(images, /*docker=*/true, out);
}

llvm::Expected<Exported> Exporter::writeLayout(const std::vector<Image> &images,
                                               bool docker,
                                               llvm::raw_ostream &out) {
  std::set<std::string> blobs;
  std::vector<std::string> layers;
  std::string list, single;
  Exported result;
  for (const Image &image : images) {
    auto manifest = buildManifest(image);
    if (!manifest)
      return manifest.takeError();
    blobs.insert(manifest->blobs.begin(), manifest->blobs.end());
    single = descriptor(manifest->mediaType, manifest->digest, manifest->size);
    result.digest = manifest->digest;
    result.configDigest = manifest->configDigest;
    layers = std::move(manifest->layers);
    list += (list.empty() ? "{" : ",{") + single +
            platformJson(image.platform) + "}";
  }
  std::string platform =
      images.size() == 1 ? platformJson(images.front().platform) : "";
  if (options.multiPlatform) {
    std::string index = go::indentJson(
        "{\"schemaVersion\":2,\"mediaType\":" + go::jsonString(indexType) +
        ",\"manifests\":[" + list + "]}");
    Digest digest = Digest::of(index);
    if (llvm::Error error = store.putBlob(index, digest))
      return error;
    blobs.insert(digest.str());
    result.digest = digest.str();
    single = descriptor(indexType, result.digest,
                        static_cast<int64_t>(index.size()));
    platform.clear();
  }
  std::string created = go::formatUnixTime(
      options.sourceDateEpoch.value_or(static_cast<int64_t>(time(nullptr))));
  std::string index = layoutIndex(single, platform, created, options.names);
  result.descriptor = "{" + single + "}";

  TarWriter tar([&out](std::string_view data) {
    out.write(data.data(), data.size());
    return llvm::Error::success();
  });
  for (const char *name : {"blobs/", "blobs/sha256/"}) {
    TarEntry entry;
    entry.name = name;
    entry.type = '5';
    entry.mode = 0755;
    entry.pax = false;
    if (llvm::Error error = tar.header(entry))
      return error;
  }
  for (const std::string &text : blobs)
    if (std::optional<Digest> digest = Digest::parse(text))
      if (llvm::Error error = copyBlob(store, *digest, tar))
        return error;
  llvm::Error error = putFile(tar, "index.json", 0644, index);
  if (!error && docker)
    error = putFile(tar, "manifest.json", 0644,
                    dockerManifest(result.configDigest, layers, options.names));
  if (!error)
    error =
        putFile(tar, "oci-layout", 0444, "{\"imageLayoutVersion\":\"1.0.0\"}");
  if (!error)
    error = tar.finish();
  if (error)
    return error;
  return result;
}

} // namespace llb::backend
