// SPDX-License-Identifier: Apache-2.0
//
// Listing directories needs no store: each layer passes through a file without
// a name.
#include "RegistryResolver.h"

#include "llb/Engine/ImageDirs.h"
#include "llb/Registry/OciLayout.h"
#include "llb/Support/Errors.h"
#include "llb/Support/UniqueFd.h"

#include <fcntl.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>

namespace llbc {

using llb::textError;

static llvm::Expected<llb::UniqueFd> openScratchFile() {
  llvm::SmallString<128> dir;
  llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, dir);
  llb::UniqueFd fd(::open(dir.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!fd.valid())
    return llb::errnoError(dir.str().str());
  return fd;
}

llb::lower::ImageResolver::Answer
RegistryResolver::resolveFor(const Purpose &purpose, const std::string &ref,
                             const llb::PlatformSpec &platform,
                             llb::lower::ResolveMode) {
  std::string error;
  llb::Reference reference;
  if (!llb::Reference::parseNormalized(ref, reference, error))
    return {std::nullopt, error};
  reference.addDefaultTag();
  auto image = purpose.store.empty()
                   ? ask(reference, platform, error)
                   : llb::registry::fetchFromStore(layouts, purpose.store,
                                                   reference, platform, error);
  if (!image)
    return {std::nullopt, error};
  llb::lower::LockedImage locked{ref, platform.format(), image->digest,
                                 image->config, ""};
  if (listsDirs) {
    auto dirs = listDirs(*image, purpose.store, reference);
    if (!dirs)
      return {std::nullopt, llvm::toString(dirs.takeError())};
    locked.dirs = std::move(*dirs);
  }
  return {std::move(locked), ""};
}

std::optional<llb::registry::ImageManifest>
RegistryResolver::ask(const llb::Reference &reference,
                      const llb::PlatformSpec &platform, std::string &error) {
  if (!client) {
    client = llb::registry::Client::load(error);
    if (!client)
      return std::nullopt;
    if (!documents.empty())
      client->lookIn(documents);
  }
  return client->fetchManifest(reference, platform, error);
}

llvm::Expected<std::string>
RegistryResolver::listDirs(const llb::registry::ImageManifest &image,
                           const std::string &store,
                           const llb::Reference &reference) {
  std::vector<std::string> ids = llb::registry::diffIdsOf(image.config);
  if (ids.size() != image.layers.size())
    return textError(reference.str() +
                     ": manifest and config differ in the number of layers");
  llb::engine::ImageDirs dirs(llb::engine::UnpackLimits{});
  for (size_t i = 0; i < ids.size(); ++i) {
    auto file = openScratchFile();
    if (!file)
      return file.takeError();
    std::string error;
    bool fetched =
        store.empty()
            ? client->fetchBlob(reference, image.layers[i], file->get(), error)
            : llb::registry::OciLayout(layouts.at(store))
                  .fetchBlob(image.layers[i], file->get(), error);
    if (!fetched)
      return textError(error);
    auto id = dirs.addLayer(file->get());
    if (!id)
      return textError(reference.str() + ": layer " + image.layers[i].digest +
                       ": " + llvm::toString(id.takeError()));
    if (id->str() != ids[i])
      return textError(reference.str() + ": layer " + image.layers[i].digest +
                       " unpacks to " + id->str() + ", not to " + ids[i]);
  }
  return dirs.json();
}

} // namespace llbc
