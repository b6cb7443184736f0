// SPDX-License-Identifier: Apache-2.0
//
// Keys as BuildKit's exporters look for them (v0.32.2, exporter/containerimage
// exptypes).
#include "llb/Lower/ResultMetadata.h"
#include "llb/Support/GoJson.h"

namespace llb::lower {

std::vector<const LoweredImage *> distinctImages(const Lowered &lowered) {
  std::map<std::string_view, const LoweredImage *> byId;
  for (const LoweredImage &image : lowered.images)
    byId[image.platformId] = &image;
  std::vector<const LoweredImage *> result;
  for (const auto &[id, image] : byId)
    result.push_back(image);
  return result;
}

static void appendPlatform(std::string &out, const LoweredImage &image) {
  const PlatformSpec &platform = image.platform;
  auto member = [&](std::string_view name, std::string_view value) {
    out += name;
    go::appendJsonString(out, value);
  };
  member("{\"ID\":", image.platformId);
  member(",\"Platform\":{\"architecture\":", platform.architecture);
  member(",\"os\":", platform.os);
  if (!platform.osVersion.empty())
    member(",\"os.version\":", platform.osVersion);
  std::string_view before = ",\"os.features\":[";
  for (const std::string &feature : platform.osFeatures) {
    member(before, feature);
    before = ",";
  }
  if (!platform.osFeatures.empty())
    out += ']';
  if (!platform.variant.empty())
    member(",\"variant\":", platform.variant);
  out += "}}";
}

std::vector<std::pair<std::string, std::string>>
resultMetadata(const Lowered &lowered) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const LoweredImage *image : distinctImages(lowered)) {
    std::string suffix =
        lowered.multiPlatform ? "/" + image->platformId : std::string();
    result.emplace_back("containerimage.config" + suffix, image->config);
    if (image->baseConfig)
      result.emplace_back("containerimage.base.config" + suffix,
                          *image->baseConfig);
    if (lowered.sourceDateEpoch)
      result.emplace_back("source.date.epoch" + suffix,
                          std::to_string(*lowered.sourceDateEpoch));
  }
  std::string platforms = "{\"Platforms\":[";
  for (const LoweredImage &image : lowered.images) {
    if (&image != &lowered.images.front())
      platforms += ',';
    appendPlatform(platforms, image);
  }
  result.emplace_back("refs.platforms", platforms + "]}");
  return result;
}

} // namespace llb::lower
