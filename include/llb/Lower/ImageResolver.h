// SPDX-License-Identifier: Apache-2.0
//
// How lowering learns of base images: from a lock file, from a registry, or
// not at all.
#ifndef LLB_LOWER_IMAGERESOLVER_H
#define LLB_LOWER_IMAGERESOLVER_H

#include "llb/Support/Platform.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llb::lower {

/// One line of an image lock.
struct LockedImage {
  /// Normalised, with tag or digest: `docker.io/library/alpine:3`.
  std::string ref;
  /// `os/arch[/variant]`.
  std::string platform;
  /// Manifest or index digest; empty if it is to stay unpinned.
  std::string digest;
  /// The image config as JSON, as it was served.
  std::string config;
  /// The directories it holds, as JSON (docs/Passes.md, parallel-copy); empty
  /// if nobody listed them.
  std::string dirs;
};

enum class ResolveMode { Default, Pull, Local };

class ImageResolver {
public:
  virtual ~ImageResolver() = default;

  struct Answer {
    std::optional<LockedImage> image;
    /// Why there is none; shown as the error's text.
    std::string error;
  };
  /// Resolves a normalised reference for a normalised platform.
  virtual Answer resolve(const std::string &ref, const PlatformSpec &platform,
                         ResolveMode mode) = 0;

  /// Why an image is resolved, for a resolver that acts for a builder.
  struct Purpose {
    /// What progress shows meanwhile.
    std::string logName;
    /// The client's OCI layout to look in instead of a registry, if not empty.
    std::string store;
  };
  virtual Answer resolveFor(const Purpose &purpose, const std::string &ref,
                            const PlatformSpec &platform, ResolveMode mode) {
    return resolve(ref, platform, mode);
  }
};

/// `{"version":1,"images":[{"ref","platform","digest","config","dirs"}]}`;
/// `dirs` only if they were listed.
class ImageLock {
public:
  /// On failure returns false and sets `error`.
  static bool parse(std::string_view json, ImageLock &result,
                    std::string &error);
  std::string str() const;

  const LockedImage *find(const std::string &ref,
                          const std::string &platform) const;
  /// Adds or replaces; keeps entries sorted by (ref, platform).
  void add(LockedImage image);
  const std::map<std::pair<std::string, std::string>, LockedImage> &
  images() const {
    return entries;
  }

private:
  std::map<std::pair<std::string, std::string>, LockedImage> entries;
};

} // namespace llb::lower

#endif
