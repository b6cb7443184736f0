// SPDX-License-Identifier: Apache-2.0
//
// What is to be sent to a registry.
#ifndef LLB_REGISTRY_PUSH_H
#define LLB_REGISTRY_PUSH_H

#include "llb/Registry/Client.h"

#include <functional>

namespace llb::registry {

/// A blob or manifest in a file of this machine.
struct PushItem {
  Descriptor content;
  std::string path;
  /// Name of a repository that has it, such as that of a base image; the
  /// registry takes the blob from there if it is its own. May be empty.
  std::string source;
  /// Makes the file at `path` if the registry turns out to lack the blob and
  /// the file is not there or damaged. May be empty; called by any thread.
  std::function<bool(std::string &error)> provide = {};
};

struct PushJob {
  /// Each at most once.
  std::vector<PushItem> blobs;
  /// Before those that name them; the last one is what the reference names.
  std::vector<PushItem> manifests;
  /// The last manifest gets no tag.
  bool byDigest = false;
  /// Plain HTTP and any certificate will do.
  bool insecure = false;
};

} // namespace llb::registry

#endif
