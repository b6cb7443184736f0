// SPDX-License-Identifier: Apache-2.0
//
// A transfer that breaks is continued with a Range request as long as each
// attempt brings something; a server that answers 200 sends everything again.
#include "BlobFetch.h"

#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <unistd.h>

namespace llb::registry {
namespace {

constexpr int maxFruitless = 5;
/// What an attempt has to bring, or a server that says a byte at a time would
/// be listened to for ever.
constexpr int64_t leastProgress = 4096;

} // namespace

bool BlobFetch::restart() {
  hasher = Hasher();
  received = 0;
  return ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0;
}

bool BlobFetch::run(std::string &error) {
  std::optional<Digest> wanted = Digest::parse(blob.digest);
  if (!wanted) {
    error = "'" + blob.digest + "' is not a SHA-256 digest";
    return false;
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!restart()) {
      error = std::string("cannot write the blob: ") + std::strerror(errno);
      return false;
    }
    if (!transfer(error))
      return false;
    Digest digest = hasher.finish();
    if (digest == *wanted)
      return true;
    error = session.base + "blobs/" + blob.digest +
            ": the content has another digest, " + digest.str();
  }
  return false;
}

bool BlobFetch::transfer(std::string &error) {
  for (int fruitless = 0; received < blob.size;) {
    int64_t before = received;
    bool first = true, failedWrite = false;
    std::string range =
        received ? "Range: bytes=" + std::to_string(received) + "-" : "";
    std::optional<Response> response;
    auto sink = [&](std::string_view data) {
      // Without the header of a part this is the whole blob again.
      if (first && received && !session.http.isPartial() && !restart())
        failedWrite = true;
      first = false;
      auto room = static_cast<size_t>(blob.size - received);
      if (data.size() > room || failedWrite || writeAll(fd, data)) {
        failedWrite = true;
        return false;
      }
      hasher.update(data);
      received += static_cast<int64_t>(data.size());
      return true;
    };
    response = session.send("blobs/" + blob.digest, "", range,
                            static_cast<size_t>(blob.size) + 1, sink, error);
    if (failedWrite) {
      error = session.base + "blobs/" + blob.digest +
              ": cannot be stored, or is longer than " +
              std::to_string(blob.size) + " bytes";
      return false;
    }
    if (!response)
      return false;
    if (received == blob.size)
      break;
    fruitless = received - before >= leastProgress ? 0 : fruitless + 1;
    if (fruitless == maxFruitless) {
      std::string why = response->broken ? " (" + error + ")" : "";
      error = session.base + "blobs/" + blob.digest + ": ends after " +
              std::to_string(received) + " of " + std::to_string(blob.size) +
              " bytes" + why;
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

} // namespace llb::registry
