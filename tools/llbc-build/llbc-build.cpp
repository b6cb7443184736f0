// SPDX-License-Identifier: Apache-2.0
//
// llbc with registries and the embedded engine. llbc runs it in its own place
// when an image must be looked up or built; it takes the same options.
#include "Build.h"
#include "Caches.h"
#include "RegistryResolver.h"
#include "Report.h"
#include "StoreCommand.h"

#include "llb/Engine/Store.h"

/// Where the store keeps manifests and configs that it was sent before.
static std::string documentsOf(const llb::driver::Options &options) {
  return llb::engine::blobsPath(
      options.root.empty() ? llb::engine::Store::defaultRoot() : options.root);
}

int main(int argc, char **argv) {
  if (argc > 1 && llb::driver::isStoreCommand(argv[1]))
    return llbc::storeMain(argc - 1, argv + 1);
  llb::driver::Capabilities capabilities;
  std::shared_ptr<llb::registry::Client> registry;
  capabilities.registry = [&](const llb::driver::Options &options)
      -> std::unique_ptr<llb::lower::ImageResolver> {
    return std::make_unique<llbc::RegistryResolver>(
        registry, options.builds() ? documentsOf(options) : "",
        options.ociLayouts, options.lockDirs);
  };
  capabilities.build = [&](const llb::driver::BuildJob &job) {
    return llbc::build(job, registry);
  };
  capabilities.cache = llbc::openCaches;
  int status = llb::driver::compilerMain(argc, argv, std::move(capabilities));
  llbc::dieOfSignal();
  return status;
}
