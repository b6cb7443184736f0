// SPDX-License-Identifier: Apache-2.0
//
// llbc with everything that needs a network or builds. llbc runs it in its own
// place when an image must be looked up or built; it takes the same options.
#include "Build.h"
#include "Remote.h"
#include "Report.h"
#include "StoreCommand.h"

#include "llb/Engine/Store.h"
#include "llb/Registry/OciLayout.h"

#include <signal.h>

namespace {

/// Asks registries for base images, or OCI layouts of this machine.
class RegistryResolver : public llb::lower::ImageResolver {
public:
  explicit RegistryResolver(std::map<std::string, std::string> layouts)
      : layouts(std::move(layouts)) {}

  Answer resolve(const std::string &ref, const llb::PlatformSpec &platform,
                 llb::lower::ResolveMode mode) override {
    return resolveFor({}, ref, platform, mode);
  }

  Answer resolveFor(const Purpose &purpose, const std::string &ref,
                    const llb::PlatformSpec &platform,
                    llb::lower::ResolveMode mode) override {
    std::string error;
    llb::Reference reference;
    if (!llb::Reference::parseNormalized(ref, reference, error))
      return {std::nullopt, error};
    reference.addDefaultTag();
    auto image = purpose.store.empty()
                     ? ask(reference, platform, error)
                     : llb::registry::fetchFromStore(
                           layouts, purpose.store, reference, platform, error);
    if (!image)
      return {std::nullopt, error};
    return {llb::lower::LockedImage{ref, platform.format(), image->digest,
                                    image->config},
            ""};
  }

private:
  std::optional<llb::registry::ImageManifest>
  ask(const llb::Reference &reference, const llb::PlatformSpec &platform,
      std::string &error) {
    if (!client)
      client = llb::registry::Client::load(error);
    if (!client)
      return std::nullopt;
    return client->fetchManifest(reference, platform, error);
  }

  std::unique_ptr<llb::registry::Client> client;
  std::map<std::string, std::string> layouts;
};

/// What the engine's store at `root` has, for as long as nobody changes it.
llvm::Expected<llb::driver::CacheQuery> openCache(const std::string &root) {
  auto opened = llb::engine::Index::openExisting(root + "/index.db");
  if (!opened)
    return opened.takeError();
  return [index = std::shared_ptr<llb::engine::Index>(std::move(*opened)),
          root](const llb::Digest &key, int64_t output) {
    return findWholeResult(*index, root, llb::engine::resultName(key, output))
        .has_value();
  };
}

} // namespace

int main(int argc, char **argv) {
  if (argc > 1 && llb::driver::isStoreCommand(argv[1]))
    return llbc::storeMain(argc - 1, argv + 1);
  llb::driver::Capabilities capabilities;
  int status;
  {
    llbc::RemoteBuilder remote;
    capabilities.registry = [&](const llb::driver::Options &options)
        -> std::unique_ptr<llb::lower::ImageResolver> {
      if (options.builds() && !options.daemon.empty())
        return remote.resolver(options);
      return std::make_unique<RegistryResolver>(options.ociLayouts);
    };
    capabilities.build = [&](const llb::driver::BuildJob &job) {
      return job.options.daemon.empty() ? llbc::build(job) : remote.build(job);
    };
    capabilities.cache = openCache;
    status = llb::driver::compilerMain(argc, argv, std::move(capabilities));
  }
  if (int number = llbc::receivedSignal()) {
    signal(number, SIG_DFL);
    raise(number);
  }
  return status;
}
