// SPDX-License-Identifier: Apache-2.0
//
// BuildKit packs its own details as JSON.
#include "ErrorDetails.h"
#include "Control.pb.h"

#include "llb/Support/GoJson.h"

namespace llb::buildkit {

std::string failedStep(const std::string &details) {
  moby::buildkit::v1::ErrorStatus status;
  if (!status.ParseFromString(details))
    return "";
  for (const auto &detail : status.details()) {
    if (!std::string_view(detail.type_url()).ends_with("/errdefs.Vertex+json"))
      continue;
    auto json = go::parseJson(detail.value());
    if (const go::JsonValue *digest = json ? json->find("digest") : nullptr)
      return digest->text;
  }
  return "";
}

} // namespace llb::buildkit
