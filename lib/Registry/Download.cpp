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

std::optional<Download> download(const std::string &url,
                                 const std::vector<std::string> &headers,
                                 int fd, std::string &error) {
  Http http;
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
  std::optional<Response> response = http.send(request, error);
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
