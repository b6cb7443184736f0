// SPDX-License-Identifier: Apache-2.0
//
// A docker engine, spoken to by its API (POST /images/load of Docker Engine API
// v1.24 and later): the engine alone has to be there, not docker's client.
#ifndef LLB_REGISTRY_DOCKERENGINE_H
#define LLB_REGISTRY_DOCKERENGINE_H

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

namespace llb::registry {

class DockerEngine {
public:
  /// The engine that `DOCKER_HOST` names, `unix://` or `tcp://`, else the one
  /// at /var/run/docker.sock. Nothing, with `error` set, if none answers.
  static std::optional<DockerEngine> find(const std::atomic<bool> *cancel,
                                          std::string &error);

  /// Gives it the archive of `size` bytes behind `fd`, as `docker load` does.
  /// False, with `error` set, if it does not take that.
  bool load(int fd, int64_t size, std::string &error) const;

private:
  DockerEngine() = default;

  /// Empty for TCP.
  std::string socket;
  std::string url;
  /// For messages.
  std::string name;
  const std::atomic<bool> *cancel = nullptr;
};

} // namespace llb::registry

#endif
