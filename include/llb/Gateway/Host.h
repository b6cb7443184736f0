// SPDX-License-Identifier: Apache-2.0
//
// The daemon behind the interfaces through which lowering asks.
#ifndef LLB_GATEWAY_HOST_H
#define LLB_GATEWAY_HOST_H

#include "llb/Gateway/Bridge.h"
#include "llb/Lower/Lower.h"

namespace llb::gateway {

class Host : public lower::BuildHost, public lower::ImageResolver {
public:
  /// `options` are those of the lowering that asks, filled in by then.
  Host(Bridge &bridge, const lower::LowerOptions &options)
      : bridge(bridge), options(options) {}

  /// Asks the client for definitions, if the daemon knows of such.
  llvm::Error takeInputs(const Peer &peer);

  // BuildHost
  std::optional<std::vector<std::string>>
  ignorePatterns(const std::string &name, const std::string &key,
                 std::string &error) override;
  const std::string *input(const std::string &name) override;
  std::optional<int64_t> sourceTime(const ir::Source &source,
                                    const std::string &logName,
                                    std::string &error) override;

  // ImageResolver
  Answer resolve(const std::string &ref, const PlatformSpec &platform,
                 lower::ResolveMode mode) override;
  Answer resolveFor(const Purpose &purpose, const std::string &ref,
                    const PlatformSpec &platform,
                    lower::ResolveMode mode) override;

private:
  Bridge &bridge;
  const lower::LowerOptions &options;
  std::map<std::string, std::string> inputs;
  /// What was asked before.
  std::map<std::string, Answer> answers;
};

/// The serialised Definition of a module's only result.
std::string definitionOf(const ir::Module &module);

} // namespace llb::gateway

#endif
