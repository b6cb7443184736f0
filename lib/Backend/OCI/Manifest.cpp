// SPDX-License-Identifier: Apache-2.0
//
// Manifests and indexes, in the very bytes in which BuildKit writes them
// (v0.32.2, exporter/containerimage writer.go): Go's indented JSON, members in
// the order of image-spec's structures.
#include "Manifest.h"

#include "../Cache/InlineCache.h"
#include "../Common/MediaTypes.h"

#include "llb/Backend/ImageConfig.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/Hasher.h"

namespace llb::backend {
namespace {

using Annotations = std::map<std::string, std::string>;

/// Those of one place. Of the index are all; a platform has those that name it
/// above those that name none.
Annotations select(const std::vector<Annotation> &all, AnnotationPlace place,
                   const std::string &platform) {
  bool ofIndex = place == AnnotationPlace::Index ||
                 place == AnnotationPlace::IndexDescriptor;
  Annotations result;
  for (bool named : {false, true})
    for (const Annotation &annotation : all)
      if (annotation.place == place && annotation.platform.empty() != named &&
          (!named || ofIndex || annotation.platform == platform))
        result[annotation.key] = annotation.value;
  return result;
}

/// `,"annotations":{…}`, or nothing.
std::string annotationsMember(const Annotations &annotations) {
  if (annotations.empty())
    return "";
  std::string list;
  for (const auto &[key, value] : annotations)
    list += (list.empty() ? "" : ",") + go::jsonString(key) + ":" +
            go::jsonString(value);
  return ",\"annotations\":{" + list + "}";
}

std::string platformMember(const PlatformSpec &platform) {
  std::string text = ",\"platform\":{\"architecture\":" +
                     go::jsonString(platform.architecture) +
                     ",\"os\":" + go::jsonString(platform.os);
  if (!platform.variant.empty())
    text += ",\"variant\":" + go::jsonString(platform.variant);
  return text + "}";
}

std::string listOf(const std::vector<Descriptor> &descriptors) {
  std::string list;
  for (const Descriptor &descriptor : descriptors)
    list += (list.empty() ? "" : ",") + descriptor.str();
  return descriptors.empty() ? "null" : "[" + list + "]";
}

/// Stores a document and describes it.
llvm::Error put(engine::Store &store, const std::string &text,
                Descriptor &result) {
  Digest digest = Digest::of(text);
  result.digest = digest.str();
  result.size = static_cast<int64_t>(text.size());
  return store.putBlob(text, digest);
}

} // namespace

std::string Descriptor::str() const {
  return "{\"mediaType\":" + go::jsonString(mediaType) +
         ",\"digest\":" + go::jsonString(digest) +
         ",\"size\":" + std::to_string(size) + annotationsMember(annotations) +
         (platform ? platformMember(*platform) : "") + "}";
}

std::set<std::string> ImageSet::blobs() const {
  std::set<std::string> result{top.digest};
  for (const Manifest &manifest : manifests) {
    result.insert(manifest.self.digest);
    result.insert(manifest.config.digest);
    for (const Descriptor &layer : manifest.layers)
      result.insert(layer.digest);
  }
  return result;
}

Exported ImageSet::exported(const Descriptor &described,
                            const std::vector<std::string> &names) const {
  return {top.digest, manifests.front().config.digest, described.str(), names};
}

llvm::Expected<Manifest> Exporter::buildManifest(const BuildResult &built,
                                                 const Image &image,
                                                 const std::string &platform) {
  Manifest result;
  std::vector<std::string> baseIds;
  if (image.baseConfig)
    baseIds = registry::diffIdsOf(*image.baseConfig);
  std::vector<ConfigLayer> configLayers;
  std::vector<engine::LayerBlob> blobs;
  bool diverged = false;
  // What a registry has already is not read.
  auto layerFor = [&](engine::LayerId layer, bool isBase) {
    return options.form == Form::Image ? exportLayer(layer, isBase)
                                       : soundLayer(layer, isBase);
  };
  for (size_t i = 0; i < image.snapshot.layers.size(); ++i) {
    bool isBase = !diverged && i < baseIds.size();
    auto blob = layerFor(image.snapshot.layers[i], isBase);
    if (!blob)
      return blob.takeError();
    if (isBase && blob->diffId != baseIds[i]) {
      diverged = true;
      isBase = false;
      blob = layerFor(image.snapshot.layers[i], isBase);
      if (!blob)
        return blob.takeError();
    }
    diverged |= !isBase;
    auto record = store.index().findLayer(image.snapshot.layers[i]);
    configLayers.push_back({blob->diffId, record ? record->created : 0,
                            record ? record->description : ""});
    Descriptor &layer = result.layers.emplace_back();
    layer.mediaType =
        layerMediaType(compressionOf(blob->mediaType), options.ociMediaTypes);
    layer.digest = blob->digest;
    layer.size = blob->size;
    result.madeOf.push_back({image.snapshot.layers[i], isBase});
    if (options.rewriteTimestamp && options.sourceDateEpoch && diverged)
      layer.annotations["buildkit/rewritten-timestamp"] =
          std::to_string(*options.sourceDateEpoch);
    blobs.push_back(std::move(*blob));
  }
  auto config = finishImageConfig(
      image.config, image.baseConfig, configLayers, options.sourceDateEpoch,
      options.inlineCache ? inlineCacheOf(store, image.snapshot, blobs, built)
                          : "");
  if (!config)
    return config.takeError();
  result.config.mediaType =
      options.ociMediaTypes ? "application/vnd.oci.image.config.v1+json"
                            : "application/vnd.docker.container.image.v1+json";
  if (llvm::Error error = put(store, *config, result.config))
    return error;
  result.self.mediaType =
      options.ociMediaTypes
          ? "application/vnd.oci.image.manifest.v1+json"
          : "application/vnd.docker.distribution.manifest.v2+json";
  std::string text = go::indentJson(
      "{\"schemaVersion\":2,\"mediaType\":" +
      go::jsonString(result.self.mediaType) + ",\"config\":" +
      result.config.str() + ",\"layers\":" + listOf(result.layers) +
      annotationsMember(
          select(options.annotations, AnnotationPlace::Manifest, platform)) +
      "}");
  if (llvm::Error error = put(store, text, result.self))
    return error;
  result.self.annotations = select(
      options.annotations, AnnotationPlace::ManifestDescriptor, platform);
  return result;
}

llvm::Expected<ImageSet> Exporter::buildImages(const BuildResult &built) {
  ImageSet result;
  std::vector<Descriptor> list;
  // As in BuildKit, an image alone has no annotations of its platform.
  std::set<std::string> platforms{""};
  for (const Image &image : built.images)
    platforms.insert(image.platform.formatAll());
  for (const Annotation &annotation : options.annotations)
    if (!platforms.count(annotation.platform))
      return llvm::createStringError(
          std::make_error_code(std::errc::invalid_argument),
          "invalid annotation: no platform %s found in source",
          annotation.platform.c_str());
  for (const Image &image : built.images) {
    auto manifest = buildManifest(
        built, image, built.multiPlatform ? image.platform.formatAll() : "");
    if (!manifest)
      return manifest.takeError();
    Descriptor &descriptor = list.emplace_back(manifest->self);
    descriptor.platform = image.platform;
    result.manifests.push_back(std::move(*manifest));
  }
  Annotations ofIndex = select(options.annotations, AnnotationPlace::Index, "");
  result.top.annotations =
      select(options.annotations, AnnotationPlace::IndexDescriptor, "");
  if (!built.multiPlatform) {
    if (!ofIndex.empty() || !result.top.annotations.empty())
      return llvm::createStringError(
          std::make_error_code(std::errc::not_supported),
          "index annotations not supported for single platform export");
    result.top = std::move(list.front());
    return result;
  }
  result.top.mediaType =
      options.ociMediaTypes
          ? indexType
          : "application/vnd.docker.distribution.manifest.list.v2+json";
  std::string index = go::indentJson("{\"schemaVersion\":2,\"mediaType\":" +
                                     go::jsonString(result.top.mediaType) +
                                     ",\"manifests\":" + listOf(list) +
                                     annotationsMember(ofIndex) + "}");
  if (llvm::Error error = put(store, index, result.top))
    return error;
  return result;
}

llvm::Expected<Exported> Exporter::write(const BuildResult &result,
                                         llvm::raw_ostream *stream,
                                         const OutputDirectory *directory) {
  Place place{stream, directory};
  switch (options.form) {
#define LLB_BACKEND(Name, Emit, Type, Destination, Summary)                    \
  case Form::Name:                                                             \
    return write##Name(result, place);
#include "llb/Backend/Backends.def"
  }
  llvm_unreachable("a form is a line of Backends.def");
}

} // namespace llb::backend
