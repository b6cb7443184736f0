// SPDX-License-Identifier: Apache-2.0
//
// What a daemon asked for that it must not have. The daemon gets an error, and
// whoever builds is told as well: an honest daemon does not do it.
#ifndef LLB_BUILDKIT_REFUSALS_H
#define LLB_BUILDKIT_REFUSALS_H

#include <grpcpp/support/status.h>
#include <mutex>
#include <string>

namespace llb::buildkit {

class Refusals {
public:
  /// Remembers the first; returns the daemon's answer.
  grpc::Status add(std::string message) {
    std::lock_guard<std::mutex> lock(mutex);
    if (text.empty())
      text = message;
    return {grpc::StatusCode::PERMISSION_DENIED, std::move(message)};
  }
  /// Empty if there was none.
  std::string first() {
    std::lock_guard<std::mutex> lock(mutex);
    return text;
  }

private:
  std::mutex mutex;
  std::string text;
};

} // namespace llb::buildkit

#endif
