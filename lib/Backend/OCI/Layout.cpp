// SPDX-License-Identifier: Apache-2.0
//
// An OCI image layout (image-spec 1.1): what `buildctl build --output type=oci`
// gives. As a tar its entries are sorted by name, without owners and times. A
// directory that is a layout keeps the images that it has, those of the same
// names excepted. Blobs are copied from the store, where this process verified
// or made them.
#include "Manifest.h"

#include "../Common/Json.h"

#include "llb/Backend/TarWriter.h"
#include "llb/Support/Errors.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoText.h"
#include "llb/Support/LayoutIndex.h"
#include "llb/Support/Reference.h"
#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <llvm/Support/FileSystem.h>
#include <sys/stat.h>

namespace llb::backend {
namespace {

constexpr const char *imageNameKey = "io.containerd.image.name";
constexpr const char *refNameKey = "org.opencontainers.image.ref.name";
constexpr const char *createdKey = "org.opencontainers.image.created";
constexpr const char *layoutFile = "{\"imageLayoutVersion\":\"1.0.0\"}";

/// Takes the files of a layout.
class LayoutSink {
public:
  virtual ~LayoutSink() = default;
  virtual llvm::Error directory(const std::string &name) = 0;
  virtual llvm::Error begin(const std::string &name, uint32_t mode,
                            int64_t size) = 0;
  virtual llvm::Error content(std::string_view data) = 0;
  virtual llvm::Error finish() = 0;

  llvm::Error file(const std::string &name, uint32_t mode,
                   std::string_view text) {
    if (llvm::Error error =
            begin(name, mode, static_cast<int64_t>(text.size())))
      return error;
    return content(text);
  }
};

class TarSink : public LayoutSink {
public:
  explicit TarSink(llvm::raw_ostream &out)
      : tar([&out](std::string_view data) {
          out.write(data.data(), data.size());
          return llvm::Error::success();
        }) {}

  llvm::Error directory(const std::string &name) override {
    TarEntry entry;
    entry.name = name + "/";
    entry.type = '5';
    entry.mode = 0755;
    entry.pax = false;
    return tar.header(entry);
  }
  llvm::Error begin(const std::string &name, uint32_t mode,
                    int64_t size) override {
    TarEntry entry;
    entry.name = name;
    entry.mode = mode;
    entry.size = size;
    entry.pax = false;
    return tar.header(entry);
  }
  llvm::Error content(std::string_view data) override {
    return tar.content(data);
  }
  llvm::Error finish() override { return tar.finish(); }

private:
  TarWriter tar;
};

class DirectorySink : public LayoutSink {
public:
  explicit DirectorySink(std::string root) : root(std::move(root)) {}

  llvm::Error directory(const std::string &name) override {
    path = root + "/" + name;
    return ::mkdir(path.c_str(), 0755) ? errnoError(path)
                                       : llvm::Error::success();
  }
  llvm::Error begin(const std::string &name, uint32_t mode,
                    int64_t /*size*/) override {
    path = root + "/" + name;
    fd = UniqueFd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    return fd.valid() ? llvm::Error::success() : errnoError(path);
  }
  llvm::Error content(std::string_view data) override {
    return writeAll(fd.get(), data) ? errnoError(path) : llvm::Error::success();
  }
  llvm::Error finish() override { return llvm::Error::success(); }

private:
  std::string root, path;
  UniqueFd fd;
};

llvm::Error copyBlob(const engine::Store &store, const Digest &digest,
                     LayoutSink &sink) {
  std::string path = store.blobPath(digest);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info;
  if (!fd.valid() || fstat(fd.get(), &info))
    return errnoError(path);
  if (llvm::Error error =
          sink.begin("blobs/sha256/" + hexDigits(digest), 0444, info.st_size))
    return error;
  char buffer[65536];
  int64_t left = info.st_size;
  while (left > 0) {
    ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    std::string_view data(buffer, static_cast<size_t>(n));
    if (llvm::Error error = sink.content(data))
      return error;
    left -= n;
  }
  return left ? textError(path + ": became shorter; build again")
              : llvm::Error::success();
}

std::string blobName(const std::string &digest) {
  return "blobs/sha256/" + digest.substr(digest.find(':') + 1);
}

/// The list that `docker load` reads.
std::string dockerManifest(const Manifest &manifest,
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
  for (const Descriptor &layer : manifest.layers)
    blobs.push_back(blobName(layer.digest));
  return "[{\"Config\":" + go::jsonString(blobName(manifest.config.digest)) +
         ",\"RepoTags\":" + list(tags) + ",\"Layers\":" + list(blobs) + "}]";
}

/// The descriptor once a name, or once without. `unnamed` is the tag then.
std::vector<Descriptor> namedDescriptors(const Descriptor &top,
                                         const std::vector<std::string> &names,
                                         const std::string &unnamed) {
  std::vector<Descriptor> result;
  for (const std::string &name : names) {
    Reference ref;
    std::string error;
    Reference::parseNormalized(name, ref, error);
    Descriptor &named = result.emplace_back(top);
    named.annotations[imageNameKey] = name;
    named.annotations[refNameKey] = ref.tag;
  }
  if (names.empty()) {
    result.push_back(top);
    if (!unnamed.empty())
      result.back().annotations[refNameKey] = unnamed;
  }
  return result;
}

/// index.json of `descriptors` after those of the layout in the directory
/// `older`, if there is one.
llvm::Expected<std::string>
layoutIndex(const std::vector<Descriptor> &descriptors,
            const std::string &older) {
  std::string list;
  auto add = [&](const std::string &json) {
    list += (list.empty() ? "" : ",") + json;
  };
  if (!older.empty() && llvm::sys::fs::exists(older + "/index.json")) {
    go::JsonValue index;
    if (std::string error = readLayoutIndex(older, index); !error.empty())
      return textError(error);
    for (const go::JsonValue &entry : index.find("manifests")->items) {
      bool replaced = false;
      for (Descriptor descriptor : descriptors)
        replaced |= annotationOf(entry, imageNameKey) ==
                        descriptor.annotations[imageNameKey] &&
                    annotationOf(entry, refNameKey) ==
                        descriptor.annotations[refNameKey];
      if (!replaced)
        add(go::renderJson(entry));
    }
  }
  for (const Descriptor &descriptor : descriptors)
    add(descriptor.str());
  return "{\"schemaVersion\":2,\"mediaType\":" + go::jsonString(indexType) +
         ",\"manifests\":[" + list + "]}";
}

} // namespace

llvm::Expected<Exported> Exporter::writeOci(const BuildResult &result,
                                            const Place &place) {
  return writeLayout(result, /*docker=*/false, place);
}

llvm::Expected<Exported> Exporter::writeDocker(const BuildResult &result,
                                               const Place &place) {
  if (result.multiPlatform)
    return llvm::createStringError(
        std::make_error_code(std::errc::not_supported),
        "docker exporter does not currently support exporting manifest lists");
  return writeLayout(result, /*docker=*/true, place);
}

llvm::Expected<Exported> Exporter::writeLayout(const BuildResult &result,
                                               bool docker,
                                               const Place &place) {
  auto images = buildImages(result);
  if (!images)
    return images.takeError();
  Descriptor top = images->top;
  top.annotations.emplace(createdKey,
                          go::formatUnixTime(options.sourceDateEpoch.value_or(
                              static_cast<int64_t>(time(nullptr)))));
  // As a directory, BuildKit's client calls an image without a name latest.
  auto index =
      layoutIndex(namedDescriptors(top, options.names,
                                   options.layoutDirectory ? "latest" : ""),
                  place.directory ? place.directory->destination() : "");
  if (!index)
    return index.takeError();

  std::unique_ptr<LayoutSink> sink;
  if (place.directory)
    sink = std::make_unique<DirectorySink>(place.directory->staging());
  else
    sink = std::make_unique<TarSink>(*place.stream);
  for (const char *name : {"blobs", "blobs/sha256"})
    if (llvm::Error error = sink->directory(name))
      return error;
  for (const std::string &text : images->blobs())
    if (std::optional<Digest> digest = Digest::parse(text))
      if (llvm::Error error = copyBlob(store, *digest, *sink))
        return error;
  llvm::Error error = sink->file("index.json", 0644, *index);
  // `docker load` wants its list in the archive alone.
  if (!error && docker && !place.directory)
    error =
        sink->file("manifest.json", 0644,
                   dockerManifest(images->manifests.front(), options.names));
  if (!error)
    error = sink->file("oci-layout", place.directory ? 0644 : 0444, layoutFile);
  if (!error)
    error = sink->finish();
  if (error)
    return error;
  return images->exported(top, options.names);
}

} // namespace llb::backend
