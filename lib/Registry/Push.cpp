// SPDX-License-Identifier: Apache-2.0
//
// Blobs go side by side, each connection with a session of its own; manifests
// follow when all blobs are there, so that a reference never names what is not.
#include "llb/Registry/Push.h"

#include "BlobPush.h"
#include "llb/Support/Hasher.h"

#include <algorithm>
#include <atomic>
#include <llvm/Support/MemoryBuffer.h>
#include <thread>

namespace llb::registry {
namespace {

constexpr size_t maxConnections = 4;

bool putManifest(Session &session, const PushItem &item,
                 const std::string &name, std::string &error) {
  auto file = llvm::MemoryBuffer::getFile(item.path);
  if (!file) {
    error = item.path + ": " + file.getError().message();
    return false;
  }
  Request request;
  request.url = session.base + "manifests/" + name;
  request.method = "PUT";
  request.headers.push_back("Content-Type: " + item.content.mediaType);
  request.body = (*file)->getBuffer().str();
  auto response = session.exchange(std::move(request), error);
  if (!response)
    return false;
  if (response->status != 201) {
    error = session.base + "manifests/" + name + ": HTTP status " +
            std::to_string(response->status) + ": " +
            response->body.substr(0, 500);
    return false;
  }
  auto digest = response->headers.find("docker-content-digest");
  if (digest == response->headers.end() ||
      digest->second == item.content.digest)
    return true;
  error = session.base + "manifests/" + name + ": became " + digest->second +
          ", not " + item.content.digest;
  return false;
}

/// Sends blobs until none is left or one failed.
class Workers {
public:
  /// What the sessions learn of authentication `like` knows afterwards.
  Workers(Session &like, const std::vector<PushItem> &blobs,
          const std::atomic<bool> *cancel)
      : like(like), blobs(blobs), cancel(cancel) {}

  bool run(std::string &error) {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < std::min(maxConnections, blobs.size()); ++i)
      threads.emplace_back([this] { work(); });
    for (std::thread &thread : threads)
      thread.join();
    error = failure;
    return !failed;
  }

private:
  void work() {
    Http connection(cancel);
    Session session{connection, like.credentials, like.endpoint,
                    like.credentialHost, like.base};
    std::string error;
    for (size_t i = next++; i < blobs.size() && !failed; i = next++)
      if (!BlobPush(session, blobs[i]).run(error))
        failed = true;
    std::lock_guard<std::mutex> lock(mutex);
    if (failure.empty())
      failure = error;
    if (!session.authorization.empty())
      like.authorization = session.authorization;
    if (!session.basicAuth.empty())
      like.basicAuth = session.basicAuth;
  }

  Session &like;
  const std::vector<PushItem> &blobs;
  const std::atomic<bool> *cancel;
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::string failure;
};

} // namespace

bool Client::push(const Reference &ref, const PushJob &job,
                  std::string &error) {
  // Mirrors are for reading; the registry itself is the last place.
  std::vector<Endpoint> places = conf.endpoints(ref, error);
  if (places.empty())
    return false;
  places.erase(places.begin(), places.end() - 1);
  places.front().insecure |= job.insecure;
  Http connection(cancel);
  return eachPlace(
      places, connection,
      [&](Session &session, std::string &failure) {
        if (!Workers(session, job.blobs, cancel).run(failure))
          return false;
        for (size_t i = 0; i < job.manifests.size(); ++i) {
          const PushItem &item = job.manifests[i];
          bool last = i + 1 == job.manifests.size();
          const std::string &name =
              last && !job.byDigest ? ref.tag : item.content.digest;
          if (!putManifest(session, item, name, failure))
            return false;
        }
        return true;
      },
      error);
}

} // namespace llb::registry
