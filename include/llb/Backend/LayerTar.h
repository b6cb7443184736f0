// SPDX-License-Identifier: Apache-2.0
//
// A layer as a tar: what containerd's differ writes for an overlayfs layer,
// entry for entry (buildkit v0.32.2, util/overlay; containerd v2, pkg/archive).
#ifndef LLB_BACKEND_LAYERTAR_H
#define LLB_BACKEND_LAYERTAR_H

#include "llb/Backend/TarWriter.h"
#include "llb/Engine/Tree.h"

#include <optional>

namespace llb::backend {

/// Writes as a tar what `layer`, a layer in its form (llb/Engine/LayerForm.h),
/// changes in `below`; null is scratch. With an epoch (seconds), later times
/// become it.
llvm::Error writeLayerTar(const engine::Tree &layer, const engine::Tree *below,
                          std::optional<int64_t> epoch, const ByteSink &sink);

} // namespace llb::backend

#endif
