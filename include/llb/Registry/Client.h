// SPDX-License-Identifier: Apache-2.0
//
// Reads images from registries, and sends them there (OCI distribution
// spec 1.1).
#ifndef LLB_REGISTRY_CLIENT_H
#define LLB_REGISTRY_CLIENT_H

#include "llb/Registry/Credentials.h"
#include "llb/Registry/RegistriesConf.h"
#include "llb/Support/Platform.h"

#include <atomic>
#include <cstdint>
#include <llvm/ADT/STLFunctionalExtras.h>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace llb::registry {

struct ImageConfig {
  /// Digest of what the reference names: an index, where there is one.
  std::string digest;
  /// The config of the platform's image, verified against its digest.
  std::string config;
};

struct Descriptor {
  std::string mediaType;
  std::string digest;
  int64_t size = 0;
};

/// An image as a registry describes it.
struct ImageManifest {
  /// Digest of what the reference names: an index, where there is one.
  std::string digest;
  /// The config, verified against its digest.
  std::string config;
  /// From bottom to top.
  std::vector<Descriptor> layers;
};

class Http;
struct PushJob;
struct Session;

/// `rootfs.diff_ids` of an image's config, from bottom to top.
std::vector<std::string> diffIdsOf(const std::string &config);

class Client {
public:
  /// With docker's credentials and the machine's registries.conf. Null, with
  /// `error`, if one of them cannot be read.
  static std::unique_ptr<Client> load(std::string &error);
  /// For how many seconds a server may keep silent: `LLBC_STALL_SECONDS`, whose
  /// value `load` checks.
  static long stallSeconds();
  Client(CredentialStore credentials, RegistriesConf conf);
  ~Client();

  /// From now on what is under way ends, as a failure, when `flag` is set.
  void cancelWhen(const std::atomic<bool> &flag);

  /// Manifests and configs whose digest is known are first looked for in this
  /// folder, where a file is called by the hexadecimal digits of its digest.
  void lookIn(std::string folder) { documentFolder = std::move(folder); }
  /// The manifests and configs that registries have sent so far, by digest.
  /// They are not asked for again. Not to be called beside requests.
  const std::map<std::string, std::string> &documents() const {
    return received;
  }

  /// Looks `ref` up in its mirrors and registry, in order, and fetches the
  /// config for `platform`. Everything read is verified and bounded in size;
  /// transient failures are retried. Nothing, with `error` set, on failure.
  std::optional<ImageConfig> resolve(const Reference &ref,
                                     const PlatformSpec &platform,
                                     std::string &error);

  /// The same with the layers.
  std::optional<ImageManifest> fetchManifest(const Reference &ref,
                                             const PlatformSpec &platform,
                                             std::string &error);
  /// The manifest or index that `ref` names, as it came; it has the digest of
  /// `ref`, if that has one.
  std::optional<std::string> fetchDocument(const Reference &ref,
                                           std::string &error);
  /// A blob of `ref`'s repository, verified and at most so long.
  std::optional<std::string> readBlob(const Reference &ref,
                                      const std::string &digest,
                                      size_t maxBytes, std::string &error);
  /// Writes a blob of `ref`'s repository to `fd`, verified; a broken transfer
  /// is taken up where it ended. May be called by several threads at once.
  bool fetchBlob(const Reference &ref, const Descriptor &blob, int fd,
                 std::string &error);

  /// Sends an image to the registry that `ref` names. What is there already is
  /// not sent again. False, with `error` set, on failure; blobs that have
  /// arrived stay.
  bool push(const Reference &ref, const PushJob &job, std::string &error);

private:
  using Attempt = bool(Session &session, std::string &failure);
  bool eachPlace(const std::vector<Endpoint> &endpoints, Http &http,
                 llvm::function_ref<Attempt> tryPlace, std::string &error);
  using ReadText = std::optional<std::string>(Session &session,
                                              std::string &failure);
  /// What `read` gets at the first place that answers well.
  std::optional<std::string> readText(const Reference &ref,
                                      llvm::function_ref<ReadText> read,
                                      std::string &error);
  /// What talking to a place has told, for the next time.
  struct Known {
    std::string scheme, authorization, basicAuth;
  };
  Known knownOf(const Endpoint &endpoint);
  void learn(const Endpoint &endpoint, Known known);
  /// A document that is at hand.
  std::optional<std::string> findDocument(const std::string &digest,
                                          size_t maxBytes) const;
  bool resolveAt(Session &session, const Reference &ref,
                 const PlatformSpec &platform, ImageManifest &result,
                 std::string &error);

  CredentialStore credentials;
  RegistriesConf conf;
  const std::atomic<bool> *cancel = nullptr;
  std::string documentFolder;
  /// Guards `http` and `received`.
  std::mutex mutex;
  std::unique_ptr<Http> http;
  std::map<std::string, std::string> received;
  /// Guards `places`.
  std::mutex placesMutex;
  /// By host and repository.
  std::map<std::string, Known> places;
};

/// How well an image for `offered` serves `wanted`: 0 not at all, larger is
/// better (containerd/platforms, the `Only` matcher: an arm/v7 machine runs v6
/// and v5, amd64/v2 runs amd64, but an exact variant comes first).
int platformRank(const PlatformSpec &wanted, const PlatformSpec &offered);

} // namespace llb::registry

#endif
