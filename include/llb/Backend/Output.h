// SPDX-License-Identifier: Apache-2.0
//
// One output of a build as its user asks for it. No code belongs to this
// header: the compiler's driver reads options into it without linking backends.
#ifndef LLB_BACKEND_OUTPUT_H
#define LLB_BACKEND_OUTPUT_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llb::backend {

enum class Form {
#define LLB_BACKEND(Name, Emit, Type, Destination, Summary) Name,
#include "llb/Backend/Backends.def"
};

/// Where a form goes.
enum class Destination { Archive, Directory, Registry, Store };

/// A line of Backends.def.
struct BackendInfo {
  Form form;
  std::string_view emit;
  std::string_view type;
  Destination destination;
  std::string_view summary;
};

inline constexpr BackendInfo backendTable[] = {
#define LLB_BACKEND(Name, Emit, Type, To, Summary)                             \
  {Form::Name, Emit, Type, Destination::To, Summary},
#include "llb/Backend/Backends.def"
};

inline const BackendInfo &infoOf(Form form) {
  return backendTable[static_cast<std::size_t>(form)];
}

enum class Compression { Gzip, Zstd, None };

/// What an annotation is put on.
enum class AnnotationPlace {
  Manifest,
  ManifestDescriptor,
  Index,
  IndexDescriptor
};

struct Annotation {
  AnnotationPlace place = AnnotationPlace::Manifest;
  /// As PlatformSpec::formatAll writes it; empty: every platform.
  std::string platform;
  std::string key;
  std::string value;
};

struct Output {
  Form form = Form::Oci;
  /// File or directory; `-` is standard output.
  std::string dest = "-";
  /// An image layout as a directory instead of a tar.
  bool layoutDirectory = false;
  /// References, normalised, with tags: `docker.io/library/app:latest`.
  std::vector<std::string> names;
  std::optional<Compression> compression;
  std::optional<int> level;
  /// The gzip is to be eStargz, which a daemon alone makes.
  bool estargz = false;
  /// Recompress base layers that are in another form.
  bool forceCompression = false;
  std::optional<int64_t> sourceDateEpoch;
  /// Clamp times in layers to the epoch.
  bool rewriteTimestamp = false;
  bool ociMediaTypes = true;
  std::vector<Annotation> annotations;
  /// A directory for each platform; as default if there are several.
  std::optional<bool> platformSplit;
  /// The registry may speak plain HTTP, or have any certificate.
  bool insecureRegistry = false;
  /// Push without a tag.
  bool pushByDigest = false;
  /// A docker engine gets it, and `dest` does not matter.
  bool load = false;
  /// The config tells which steps made the layers, for later builds.
  bool inlineCache = false;

  /// Whether it is a root file system.
  bool isRootfs() const { return form == Form::Tar || form == Form::Dir; }
  /// Whether it is an image, with a digest.
  bool isImage() const { return !isRootfs() && form != Form::CacheOnly; }
  /// Whether it is one stream of bytes.
  bool isStream() const {
    return infoOf(form).destination == Destination::Archive && !layoutDirectory;
  }
  bool fillsDirectory() const {
    return infoOf(form).destination == Destination::Directory ||
           layoutDirectory;
  }
};

} // namespace llb::backend

#endif
