// SPDX-License-Identifier: Apache-2.0
//
// Media types of layers.
#ifndef LLB_BACKEND_MEDIATYPES_H
#define LLB_BACKEND_MEDIATYPES_H

#include "llb/Backend/Output.h"

namespace llb::backend {

/// The type of image-spec, or the one that docker had before.
std::string layerMediaType(Compression compression, bool oci);
Compression compressionOf(const std::string &mediaType);

} // namespace llb::backend

#endif
