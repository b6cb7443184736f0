// SPDX-License-Identifier: Apache-2.0
//
// A result is called as its platform; a lone one without a name is for this
// machine, and so is one whose name is no platform.
#include "ModuleFile.h"

#include "llb/Driver/ToolSupport.h"
#include "llb/Support/GoJson.h"
#include "llb/Support/GoText.h"
#include "llb/Support/Platform.h"

namespace llb::driver {
namespace {

std::string defaultConfig(const PlatformSpec &platform) {
  std::string variant;
  if (!platform.variant.empty())
    variant = ",\"variant\":" + go::jsonString(platform.variant);
  return "{\"architecture\":" + go::jsonString(platform.architecture) +
         ",\"os\":" + go::jsonString(platform.os) + variant +
         ",\"config\":{\"Env\":[" +
         go::jsonString("PATH=" + std::string(defaultPath)) +
         "],\"WorkingDir\":\"/\"},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":"
         "null}}";
}

} // namespace

bool isModuleName(llvm::StringRef name) {
  return name.ends_with(".llb") || name.ends_with(".llb.txt") ||
         name.ends_with(".llb.json");
}

llvm::FailureOr<lower::Lowered> readModuleImages(std::string_view text,
                                                 const Options &options,
                                                 DiagEngine &diags) {
  auto read = readAnyModule(text, diags);
  if (failed(read))
    return llvm::failure();
  lower::Lowered lowered;
  lowered.multiPlatform = read->module.results.size() > 1;
  auto epoch = options.opts.find("build-arg:SOURCE_DATE_EPOCH");
  if (epoch != options.opts.end())
    if (auto seconds = go::parseInt(epoch->second, 10, 64); seconds.ok())
      lowered.sourceDateEpoch = seconds.value;
  for (const ir::Result &result : read->module.results) {
    lower::LoweredImage &image = lowered.images.emplace_back();
    std::string error;
    if (!PlatformSpec::parse(result.name, image.platform, error))
      image.platform = PlatformSpec::host();
    image.platformId = lowered.multiPlatform ? image.platform.formatAll() : "";
    image.config = defaultConfig(image.platform);
    image.module = read->module;
    image.module.results = {result};
  }
  return lowered;
}

} // namespace llb::driver
