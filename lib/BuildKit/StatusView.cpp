// SPDX-License-Identifier: Apache-2.0
//
// A vertex is told of several times, each time with all that is known of it.
#include "StatusView.h"

#include <string_view>

namespace llb::buildkit {

namespace wire = moby::buildkit::v1;

namespace {

/// As much as is kept of a step's output.
constexpr size_t maxLog = 64 << 10;

engine::StepOutcome outcomeOf(const wire::Vertex &vertex) {
  if (std::string_view(vertex.error()).ends_with("context canceled"))
    return engine::StepOutcome::Canceled;
  if (!vertex.error().empty())
    return engine::StepOutcome::Failed;
  return vertex.cached() ? engine::StepOutcome::Cached
                         : engine::StepOutcome::Done;
}

} // namespace

StatusView::Step &StatusView::step(const std::string &digest) {
  auto [found, isNew] = steps.try_emplace(digest);
  if (isNew)
    found->second.number = static_cast<unsigned>(steps.size() - 1);
  return found->second;
}

void StatusView::start(const wire::Vertex &vertex) {
  if (!vertex.has_started() && !vertex.has_completed())
    return;
  Step &known = step(vertex.digest());
  // What has a key only is told as done, then started again to be run.
  if (known.finished && !vertex.has_completed())
    known.started = known.finished = false;
  if (!std::exchange(known.started, true))
    progress.started(known.number, vertex.name());
}

void StatusView::finish(const wire::Vertex &vertex) {
  Step &known = step(vertex.digest());
  if (vertex.has_completed() && !std::exchange(known.finished, true))
    progress.finished(known.number, outcomeOf(vertex), vertex.error());
}

void StatusView::show(const wire::VertexStatus &status) {
  Step &known = step(status.vertex());
  if (!known.started || known.finished || !status.has_completed() ||
      !known.told.insert(status.id()).second)
    return;
  std::string line = status.id();
  if (status.current())
    line += " " + std::to_string(status.current()) + "B";
  progress.output(known.number, 1, line + " done\n");
}

void StatusView::show(const wire::StatusResponse &status) {
  // A step that is done says no more: what is told of it comes before its end.
  for (const wire::Vertex &vertex : status.vertexes())
    start(vertex);
  for (const wire::VertexStatus &transfer : status.statuses())
    show(transfer);
  for (const wire::VertexLog &log : status.logs()) {
    Step &known = step(log.vertex());
    known.log += log.msg();
    if (known.log.size() > 2 * maxLog)
      known.log.erase(0, known.log.size() - maxLog);
    if (known.started && !known.finished)
      progress.output(known.number, static_cast<int>(log.stream()), log.msg());
  }
  std::map<std::string_view, const wire::Vertex *> last;
  for (const wire::Vertex &vertex : status.vertexes())
    last[vertex.digest()] = &vertex;
  for (const wire::Vertex &vertex : status.vertexes())
    if (last[vertex.digest()] == &vertex)
      finish(vertex);
}

std::string StatusView::logOf(const std::string &digest) const {
  auto found = steps.find(digest);
  return found == steps.end() ? std::string() : found->second.log;
}

} // namespace llb::buildkit
