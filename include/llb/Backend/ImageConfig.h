// SPDX-License-Identifier: Apache-2.0
//
// The config that goes into an image: the frontend's, with layers and a history
// that fits them (BuildKit v0.32.2, exporter/containerimage writer.go).
#ifndef LLB_BACKEND_IMAGECONFIG_H
#define LLB_BACKEND_IMAGECONFIG_H

#include <cstdint>
#include <llvm/Support/Error.h>
#include <optional>
#include <string>
#include <vector>

namespace llb::backend {

/// A layer as the config and its history see it.
struct ConfigLayer {
  std::string diffId;
  /// Nanoseconds since 1970.
  int64_t created = 0;
  std::string description;
};

/// The final config as compact JSON. `base` is the base image's config; its
/// entries of the history keep their times. `epoch` is in seconds. `cache`, if
/// not empty, is JSON that tells which steps made the layers.
llvm::Expected<std::string>
finishImageConfig(const std::string &config,
                  const std::optional<std::string> &base,
                  const std::vector<ConfigLayer> &layers,
                  std::optional<int64_t> epoch, const std::string &cache);

} // namespace llb::backend

#endif
