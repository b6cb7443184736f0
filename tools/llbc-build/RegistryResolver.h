// SPDX-License-Identifier: Apache-2.0
//
// Base images from registries, or from OCI layouts of this machine.
#ifndef LLBC_REGISTRYRESOLVER_H
#define LLBC_REGISTRYRESOLVER_H

#include "llb/Lower/ImageResolver.h"
#include "llb/Registry/Client.h"

#include <llvm/Support/Error.h>

namespace llbc {

class RegistryResolver : public llb::lower::ImageResolver {
public:
  /// `layouts` are directories by the name of their store. `listsDirs`: answers
  /// tell the directories of an image, for which its layers are fetched.
  /// `client` is made when it is wanted, to look for documents in the folder
  /// `documents` if there is one; it serves the build afterwards.
  RegistryResolver(std::shared_ptr<llb::registry::Client> &client,
                   std::string documents,
                   std::map<std::string, std::string> layouts, bool listsDirs)
      : client(client), documents(std::move(documents)),
        layouts(std::move(layouts)), listsDirs(listsDirs) {}

  Answer resolve(const std::string &ref, const llb::PlatformSpec &platform,
                 llb::lower::ResolveMode mode) override {
    return resolveFor({}, ref, platform, mode);
  }
  Answer resolveFor(const Purpose &purpose, const std::string &ref,
                    const llb::PlatformSpec &platform,
                    llb::lower::ResolveMode mode) override;

private:
  std::optional<llb::registry::ImageManifest>
  ask(const llb::Reference &reference, const llb::PlatformSpec &platform,
      std::string &error);
  llvm::Expected<std::string>
  listDirs(const llb::registry::ImageManifest &image, const std::string &store,
           const llb::Reference &reference);

  std::shared_ptr<llb::registry::Client> &client;
  std::string documents;
  std::map<std::string, std::string> layouts;
  bool listsDirs;
};

} // namespace llbc

#endif
