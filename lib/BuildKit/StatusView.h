// SPDX-License-Identifier: Apache-2.0
//
// The daemon's stream of what it does, as the calls that the embedded engine's
// views of progress take.
#ifndef LLB_BUILDKIT_STATUSVIEW_H
#define LLB_BUILDKIT_STATUSVIEW_H

#include "Control.pb.h"
#include "llb/Engine/Progress.h"

#include <map>
#include <set>

namespace llb::buildkit {

class StatusView {
public:
  explicit StatusView(engine::Progress &progress) : progress(progress) {}

  void show(const moby::buildkit::v1::StatusResponse &status);
  /// The end of what a step wrote.
  std::string logOf(const std::string &digest) const;

private:
  struct Step {
    unsigned number = 0;
    bool started = false;
    bool finished = false;
    std::string log;
    /// Transfers that were told as done.
    std::set<std::string> told;
  };

  Step &step(const std::string &digest);
  void start(const moby::buildkit::v1::Vertex &vertex);
  void finish(const moby::buildkit::v1::Vertex &vertex);
  void show(const moby::buildkit::v1::VertexStatus &status);

  engine::Progress &progress;
  std::map<std::string, Step> steps;
};

} // namespace llb::buildkit

#endif
