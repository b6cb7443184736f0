// SPDX-License-Identifier: Apache-2.0
//
// Image histories that follow the layers when a pass joins some.
#ifndef LLB_DRIVER_HISTORYEDIT_H
#define LLB_DRIVER_HISTORYEDIT_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llb::driver {

/// The image config with its history changed: of the last entries that stand
/// for a layer, as many as `widths` adds up to, each group of `widths[i]`
/// becomes one layer, which its last entry stands for; those before it are
/// marked `empty_layer`. A config with fewer entries, which is none that was
/// made with these layers, is returned as it is.
std::string joinHistory(std::string_view config,
                        const std::vector<uint32_t> &widths);

} // namespace llb::driver

#endif
