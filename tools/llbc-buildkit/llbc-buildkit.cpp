// SPDX-License-Identifier: Apache-2.0
//
// llbc with a BuildKit daemon behind it. It is a program of its own because
// gRPC would take a third of the time in which llbc-build starts.
#include "Remote.h"
#include "Report.h"

int main(int argc, char **argv) {
  int status;
  {
    llbc::RemoteBuilder remote;
    llb::driver::Capabilities capabilities;
    capabilities.daemon = true;
    capabilities.registry = [&](const llb::driver::Options &options) {
      return remote.resolver(options);
    };
    capabilities.trouble = [&] { return remote.trouble(); };
    capabilities.supports = [&](const llb::driver::Options &options,
                                const std::string &capability) {
      return remote.supports(options, capability);
    };
    capabilities.build = [&](const llb::driver::BuildJob &job) {
      return remote.build(job);
    };
    status = llb::driver::compilerMain(argc, argv, std::move(capabilities));
  }
  llbc::dieOfSignal();
  return status;
}
