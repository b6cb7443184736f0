// SPDX-License-Identifier: Apache-2.0
//
// What a result carries besides its files, under BuildKit's keys.
#ifndef LLB_LOWER_RESULTMETADATA_H
#define LLB_LOWER_RESULTMETADATA_H

#include "llb/Lower/Lower.h"

namespace llb::lower {

/// One image a platform, sorted by its id: one that was asked for twice is
/// built twice, and the last stays.
std::vector<const LoweredImage *> distinctImages(const Lowered &lowered);

/// Keys and values, JSON or numbers all: configs and the epoch of each image,
/// with `/` and its platform behind the key if there may be several, then the
/// list of platforms. The answer to a request has its own values instead.
std::vector<std::pair<std::string, std::string>>
resultMetadata(const Lowered &lowered);

} // namespace llb::lower

#endif
