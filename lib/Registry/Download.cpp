// SPDX-License-Identifier: Apache-2.0
//
// A download is not resumed: without a digest nobody could tell whether the
// second half belongs to the first.
#include "llb/Registry/Download.h"

#include "Http.h"

#include "llb/Support/WriteAll.h"

#include <cerrno>
#include <cstring>
#include <curl/curl.h>
#include <unistd.h>

namespace llb::registry {

constexpr int attempts = 3;

std::optional<Download> download(const std::string &url,
                                 const std::vector<std::string> &headers,
                                 int fd, const std::atomic<bool> *cancel,
                                 std::string &error) {
  Http http(cancel);
  Request request;
  request.url = url;
  request.headers = headers;
  request.maxBytes = SIZE_MAX;
  Hasher hasher;
  int writeError = 0;
  request.sink = [&](std::string_view data) {
    hasher.update(data);
    writeError = writeAll(fd, data);
    return writeError == 0;
  };
  std::optional<Response> response;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    hasher = Hasher();
    if (ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET))
      writeError = errno;
    else
      response = http.send(request, error);
    if (writeError || !response || !response->broken || (cancel && *cancel))
      break;
  }
  if (writeError) {
    error = url + ": cannot be stored: " + std::strerror(writeError);
    return std::nullopt;
  }
  if (!response || response->broken)
    return std::nullopt;
  if (response->status < 200 || response->status >= 300) {
    error = url + ": HTTP status " + std::to_string(response->status);
    return std::nullopt;
  }
  Download result{hasher.finish(), std::nullopt,
                  response->headers["content-disposition"]};
  time_t time =
      curl_getdate(response->headers["last-modified"].c_str(), nullptr);
  if (time >= 0)
    result.lastModified = time;
  return result;
}

} // namespace llb::registry
