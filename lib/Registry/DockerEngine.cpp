// SPDX-License-Identifier: Apache-2.0
//
// An engine answers 200 before it has looked at an archive; whether it took it
// is in the lines of JSON that follow.
#include "llb/Registry/DockerEngine.h"

#include "Http.h"

#include "llb/Support/GoJson.h"

#include <cstdlib>

namespace llb::registry {
namespace {

constexpr const char *usualHost = "unix:///var/run/docker.sock";
/// Of a line in an answer, and of an answer without them.
constexpr size_t maxLine = size_t(1) << 20;

/// Takes the lines of an answer apart and keeps what went wrong.
class Answer {
public:
  void add(std::string_view text) {
    for (char c : text) {
      if (c == '\n')
        endLine();
      else if (line.size() < maxLine)
        line += c;
    }
  }
  /// Empty if nothing went wrong.
  std::string finish() {
    endLine();
    return error;
  }

private:
  void endLine() {
    if (auto json = go::parseJson(line))
      if (std::string text = json->textOf("error"); !text.empty())
        error = text;
    line.clear();
  }

  std::string line, error;
};

/// What an answer that is no success says.
std::string reasonOf(const Response &response) {
  auto json = go::parseJson(response.body);
  std::string text = json ? json->textOf("message") : "";
  return text.empty() ? "HTTP status " + std::to_string(response.status) : text;
}

} // namespace

std::optional<DockerEngine> DockerEngine::find(const std::atomic<bool> *cancel,
                                               std::string &error) {
  const char *wanted = std::getenv("DOCKER_HOST");
  DockerEngine engine;
  engine.name = wanted && *wanted ? wanted : usualHost;
  engine.cancel = cancel;
  std::string_view host = engine.name;
  constexpr std::string_view file = "unix://", network = "tcp://";
  const char *tls = std::getenv("DOCKER_TLS_VERIFY");
  if (host.starts_with(file)) {
    engine.socket = host.substr(file.size());
    engine.url = "http://localhost";
  } else if (host.starts_with(network) && !(tls && *tls)) {
    engine.url = "http://" + std::string(host.substr(network.size()));
    while (engine.url.ends_with('/'))
      engine.url.pop_back();
  } else {
    error = "DOCKER_HOST is " + engine.name +
            ", and llbc reaches engines by unix:// and tcp:// without TLS; "
            "write --emit=docker and give that to docker load";
    return std::nullopt;
  }
  Http http(cancel);
  Request request;
  request.url = engine.url + "/_ping";
  request.socket = engine.socket;
  request.retry = false;
  request.maxBytes = maxLine;
  auto response = http.send(request, error);
  if (response && response->status == 200)
    return engine;
  error = "no docker engine answers at " + engine.name + " (" +
          (response ? reasonOf(*response) : error) +
          "); start one, set DOCKER_HOST, or write --emit=docker";
  return std::nullopt;
}

bool DockerEngine::load(int fd, int64_t size, std::string &error) const {
  Http http(cancel);
  Request request;
  request.method = "POST";
  // It tells how far it is, so that it is never silent for long.
  request.url = url + "/images/load?quiet=0";
  request.socket = socket;
  request.headers = {"Content-Type: application/x-tar"};
  request.upload = UploadBody{fd, 0, size};
  request.retry = false;
  request.maxBytes = SIZE_MAX;
  Answer answer;
  request.sink = [&](std::string_view text) {
    answer.add(text);
    return true;
  };
  auto response = http.send(request, error);
  if (!response || response->broken) {
    error = name + ": " + error;
    return false;
  }
  std::string wrong =
      response->status == 200 ? answer.finish() : reasonOf(*response);
  if (!wrong.empty())
    error = name + ": " + wrong;
  return wrong.empty();
}

} // namespace llb::registry
