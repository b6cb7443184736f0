// SPDX-License-Identifier: Apache-2.0
//
// The one place where an operation is let through: every container is made from
// an exec operation that has passed here (CVE-2024-23653).
#include "Entitlements.h"

#include "llb/Support/Errors.h"
#include "llb/Support/GoText.h"

namespace llb::engine {

llvm::Error checkExec(const ir::Exec &exec,
                      const std::set<std::string> &granted) {
  auto need = [&](bool asks, const std::string &name) {
    return asks && !granted.contains(name)
               ? textError(name +
                           " is not allowed; grant it with --allow=" + name)
               : llvm::Error::success();
  };
  if (llvm::Error error =
          need(exec.network == ir::NetMode::Host, "network.host"))
    return error;
  if (llvm::Error error = need(exec.security == ir::SecurityMode::Insecure,
                               "security.insecure"))
    return error;
  for (const ir::CdiDevice &device : exec.cdiDevices)
    if (!device.optional)
      return textError("required device " + go::quote(device.name) +
                       " is not registered: the embedded engine gives no "
                       "devices; build with --builder=buildkit");
  return llvm::Error::success();
}

} // namespace llb::engine
