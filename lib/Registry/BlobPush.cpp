// SPDX-License-Identifier: Apache-2.0
//
// A small blob goes in one request. A large one goes in chunks: one that breaks
// is sent again from where the registry says it stands, as long as each attempt
// brings something. The file is hashed before anything is sent, and the
// registry refuses what arrives with another digest.
#include "BlobPush.h"
#include "Headers.h"

#include "llb/Support/Hasher.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace llb::registry {
namespace {

constexpr int64_t chunkBytes = int64_t(16) << 20;
constexpr int maxFruitless = 5;

/// Hashes the file and goes back to its beginning.
bool verifyFile(int fd, const PushItem &item, std::string &error) {
  Hasher hasher;
  char buffer[65536];
  int64_t size = 0;
  for (;;) {
    ssize_t n = ::pread(fd, buffer, sizeof buffer, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      error = item.path + ": " + std::strerror(errno);
      return false;
    }
    if (n == 0)
      break;
    hasher.update(buffer, static_cast<size_t>(n));
    size += n;
  }
  if (hasher.finish().str() == item.content.digest && size == item.content.size)
    return true;
  error = item.path + ": the stored content is damaged; remove the file and "
                      "build again";
  return false;
}

} // namespace

bool BlobPush::fail(const Response &response, const char *what,
                    std::string &error) {
  error = session.base + "blobs/" + item.content.digest + ": " + what +
          " is answered with HTTP status " + std::to_string(response.status) +
          session.loginHint(response);
  return false;
}

bool BlobPush::isThere(bool &there, std::string &error) {
  Request request;
  request.url = session.base + "blobs/" + item.content.digest;
  request.method = "HEAD";
  auto response = session.exchange(std::move(request), error);
  if (!response)
    return false;
  there = response->status == 200;
  return there || response->status == 404 ||
         fail(*response, "the question for it", error);
}

/// The `Location` of an answer, which may lack the host.
bool BlobPush::follow(const Response &response, std::string &error) {
  auto header = response.headers.find("location");
  if (header == response.headers.end() || header->second.empty())
    return fail(response, "the upload without a place to go on", error);
  location = header->second;
  if (location.starts_with('/'))
    location = session.origin() + location;
  return true;
}

BlobPush::Start BlobPush::begin(std::string &error) {
  Request request;
  request.url = session.base + "blobs/uploads/";
  request.method = "POST";
  // Names of other registries are of no use to this one.
  std::string host = session.credentialHost + "/";
  if (item.source.starts_with(host)) {
    std::string repository = item.source.substr(host.size());
    request.url += "?mount=" + Http::encode(item.content.digest) +
                   "&from=" + Http::encode(repository);
    std::string scope = "repository:" + repository + ":pull";
    // The token so far does not let us read there.
    if (session.extraScope != scope)
      session.authorization.clear();
    session.extraScope = scope;
  }
  auto response = session.exchange(std::move(request), error);
  if (!response)
    return Start::Failed;
  if (response->status == 201)
    return Start::Done;
  if (response->status != 202) {
    fail(*response, "the begin of an upload", error);
    return Start::Failed;
  }
  return follow(*response, error) ? Start::Upload : Start::Failed;
}

bool BlobPush::finish(std::optional<UploadBody> body, std::string &error) {
  Request request;
  request.url = location;
  request.url += location.find('?') == std::string::npos ? '?' : '&';
  request.url += "digest=" + Http::encode(item.content.digest);
  request.method = "PUT";
  request.headers.push_back("Content-Type: application/octet-stream");
  request.upload = body;
  auto response = session.exchange(std::move(request), error);
  if (!response)
    return false;
  return response->status == 201 || fail(*response, "the upload", error);
}

bool BlobPush::askOffset(int64_t &offset, std::string &error) {
  Request request;
  request.url = location;
  auto response = session.exchange(std::move(request), error);
  if (!response)
    return false;
  if (response->status != 204 && response->status != 202)
    return fail(*response, "the question how far it came", error);
  if (response->headers.count("location") && !follow(*response, error))
    return false;
  std::optional<int64_t> there = uploadedBytes(response->headers["range"]);
  offset = there.value_or(INT64_MAX);
  return offset <= item.content.size ||
         fail(*response, "the upload, which became longer than the blob,",
              error);
}

bool BlobPush::sendChunks(int fd, std::string &error) {
  int fruitless = 0;
  int64_t furthest = 0;
  for (int64_t offset = 0; offset < item.content.size;) {
    int64_t size = std::min(chunkBytes, item.content.size - offset);
    Request request;
    request.url = location;
    request.method = "PATCH";
    request.headers = {"Content-Type: application/octet-stream",
                       "Content-Range: " + std::to_string(offset) + "-" +
                           std::to_string(offset + size - 1)};
    request.upload = UploadBody{fd, offset, size};
    request.retry = false;
    auto response = session.exchange(std::move(request), error);
    if (response && response->status == 202) {
      if (!follow(*response, error))
        return false;
      offset += size;
      continue;
    }
    bool transient = !response || response->status == 416 ||
                     response->status == 429 || response->status >= 500;
    if (!transient)
      return fail(*response, "a part of the upload", error);
    if (++fruitless == maxFruitless)
      return response ? fail(*response, "a part of the upload", error) : false;
    std::this_thread::sleep_for(std::chrono::milliseconds(200 * fruitless));
    if (!askOffset(offset, error))
      return false;
    if (offset > furthest)
      fruitless = 0;
    furthest = std::max(furthest, offset);
  }
  return true;
}

bool BlobPush::openFile(UniqueFd &fd, std::string &error) {
  auto open = [&] {
    fd = UniqueFd(::open(item.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.valid())
      return verifyFile(fd.get(), item, error);
    error = item.path + ": " + std::strerror(errno);
    return false;
  };
  return open() || (item.provide && item.provide(error) && open());
}

bool BlobPush::run(std::string &error) {
  bool there = false;
  if (!isThere(there, error) || there)
    return there;
  UniqueFd fd;
  if (!openFile(fd, error))
    return false;
  switch (begin(error)) {
  case Start::Done:
    return true;
  case Start::Failed:
    return false;
  case Start::Upload:
    break;
  }
  if (item.content.size > chunkBytes)
    return sendChunks(fd.get(), error) && finish(std::nullopt, error);
  return finish(UploadBody{fd.get(), 0, item.content.size}, error);
}

} // namespace llb::registry
