// SPDX-License-Identifier: Apache-2.0
//
// Which image of an index serves a platform.
#include "llb/Registry/Client.h"

#include "llb/Support/Architecture.h"

namespace llb::registry {
namespace {

/// 7 for `v7`; 0 if there is none or it is not of that form.
int variantNumber(const std::string &variant) {
  if (variant.size() != 2 || variant[0] != 'v' || variant[1] < '0' ||
      variant[1] > '9')
    return 0;
  return variant[1] - '0';
}

constexpr int exactRank = 100;
/// A 64-bit arm machine runs 32-bit images, after all 64-bit ones.
constexpr int compatibleRank = 10;

} // namespace

int platformRank(const PlatformSpec &wantedSpec,
                 const PlatformSpec &offeredSpec) {
  PlatformSpec wanted = wantedSpec.normalized();
  PlatformSpec offered = offeredSpec.normalized();
  if (wanted.os != offered.os)
    return 0;
  int have = variantNumber(wanted.variant);
  int need = variantNumber(offered.variant);
  if (wanted.architecture == offered.architecture) {
    if (wanted.variant == offered.variant)
      return exactRank;
    if (wanted.architecture == "arm") {
      have = have ? have : 7;
      need = need ? need : 7;
      return need <= have && need >= 5 ? exactRank - (have - need) - 1 : 0;
    }
    if (wanted.architecture == "amd64" || wanted.architecture == "arm64")
      return need <= have ? exactRank - (have - need) - 1 : 0;
    return wanted.variant.empty() || offered.variant.empty() ? 1 : 0;
  }
  const Architecture *machine = findArchitecture(wanted.architecture);
  if (!machine || machine->runs != offered.architecture)
    return 0;
  if (offered.architecture != "arm")
    return 1;
  need = need ? need : 7;
  return need >= 5 && need <= 8 ? compatibleRank - (8 - need) : 0;
}

} // namespace llb::registry
