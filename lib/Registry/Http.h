// SPDX-License-Identifier: Apache-2.0
//
// One HTTP request at a time over libcurl, bounded in size and time.
#ifndef LLB_REGISTRY_HTTP_H
#define LLB_REGISTRY_HTTP_H

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llb::registry {

/// Takes part of a body; false ends the transfer.
using BodySink = std::function<bool(std::string_view)>;

/// Part of a file that is the body of a request.
struct UploadBody {
  int fd = -1;
  int64_t offset = 0;
  int64_t size = 0;
};

struct Request {
  std::string url;
  /// `HEAD`, `POST`, `PUT`, `PATCH`; empty for GET, or POST with a form.
  std::string method;
  std::vector<std::string> headers;
  /// `user:password` for basic authentication, empty for none.
  std::string basicAuth;
  /// Form fields, already encoded: makes the request a POST.
  std::string form;
  /// Any other body: text, or part of a file.
  std::string body;
  std::optional<UploadBody> upload;
  /// Whether the same request may be sent twice.
  bool retry = true;
  /// Path of the Unix socket that is spoken to, whatever host `url` has; empty:
  /// the host.
  std::string socket;
  /// Certificates are not verified.
  bool insecure = false;
  /// A longer answer is an error.
  std::size_t maxBytes = 0;
  /// Gets the body of a successful answer instead of `Response::body`; then a
  /// transfer that breaks is not retried here.
  BodySink sink;
};

struct Response {
  long status = 0;
  /// By lower-case name; of repeated headers the last one.
  std::map<std::string, std::string> headers;
  std::string body;
  /// The sink had enough, or the transfer broke after `sink` got something.
  bool broken = false;
};

class Http {
public:
  /// Requests end as soon as `cancel`, if there is one, is set.
  explicit Http(const std::atomic<bool> *cancel = nullptr);
  void cancelWhen(const std::atomic<bool> &flag) { cancel = &flag; }
  ~Http();
  Http(const Http &) = delete;
  Http &operator=(const Http &) = delete;

  /// Follows redirects (credentials stay with the first host) and retries
  /// refused and silent connections, 429 and 5xx twice, after the time that the
  /// server asks for, a minute at most. Nothing, with `error` set, if no answer
  /// came; a status of 4xx is an answer.
  std::optional<Response> send(const Request &request, std::string &error);

  /// For how long a connection may keep silent: `LLBC_STALL_SECONDS`, 30 if
  /// that is not set; nothing if it is no number from 1 to 3600.
  static std::optional<long> stallSeconds();

  /// Inside a sink: whether the answer is the part that was asked for (206).
  bool isPartial() const;

  /// Percent-encodes a query value.
  static std::string encode(const std::string &text);

private:
  std::optional<Response> sendOnce(const Request &request, std::string &error,
                                   bool &transient);
  void *handle;
  const std::atomic<bool> *cancel;
};

} // namespace llb::registry

#endif
