// SPDX-License-Identifier: Apache-2.0
//
// A layer as a tar: what containerd's differ writes for an overlayfs layer,
// entry for entry (buildkit v0.32.2, util/overlay; containerd v2, pkg/archive).
#ifndef LLB_BACKEND_LAYERTAR_H
#define LLB_BACKEND_LAYERTAR_H

#include "llb/Backend/TarWriter.h"
#include "llb/Engine/Snapshots.h"

#include <optional>

namespace llb::backend {

/// Writes what `layer` changes in `below` as a tar. With an epoch (seconds),
/// later times become it.
llvm::Error writeLayerTar(engine::Snapshots &snapshots,
                          const engine::Snapshot &below, engine::LayerId layer,
                          std::optional<int64_t> epoch, const ByteSink &sink);

} // namespace llb::backend

#endif
