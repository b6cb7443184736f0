// SPDX-License-Identifier: Apache-2.0
//
// The handle is kept between requests, so connections are too.
#include "Http.h"

#include "Headers.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <curl/curl.h>
#include <llvm/ADT/StringRef.h>
#include <string_view>
#include <thread>
#include <unistd.h>

namespace llb::registry {
namespace {

constexpr int attempts = 3;
constexpr long connectSeconds = 15;
/// Slower than this for `Http::stallSeconds` is a dead connection.
constexpr long stallBytesPerSecond = 100;
constexpr long usualStallSeconds = 30;
/// A server may take its time to put away what it was sent.
constexpr long uploadPatience = 10;
constexpr int maxRetrySeconds = 60;
/// Of one request with all its redirects.
constexpr size_t maxHeaderBytes = size_t(256) << 10;

struct Receiver {
  Response *response;
  std::size_t maxBytes;
  const BodySink *sink;
  CURL *curl;
  std::size_t received = 0;
  std::size_t headerBytes = 0;
  bool tooLong = false;
};

size_t receiveBody(char *data, size_t size, size_t count, void *user) {
  auto *receiver = static_cast<Receiver *>(user);
  size_t bytes = size * count;
  if (receiver->received + bytes > receiver->maxBytes) {
    receiver->tooLong = true;
    return 0;
  }
  receiver->received += bytes;
  if (*receiver->sink) {
    long status = 0;
    curl_easy_getinfo(receiver->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) {
      receiver->response->status = status;
      return (*receiver->sink)(std::string_view(data, bytes)) ? bytes : 0;
    }
  }
  receiver->response->body.append(data, bytes);
  return bytes;
}

size_t receiveHeader(char *data, size_t size, size_t count, void *user) {
  auto *receiver = static_cast<Receiver *>(user);
  std::string_view line(data, size * count);
  // A redirect or 100-continue starts over.
  if (line.starts_with("HTTP/")) {
    receiver->response->headers.clear();
    return size * count;
  }
  receiver->headerBytes += line.size();
  if (receiver->headerBytes > maxHeaderBytes)
    return 0;
  if (auto header = parseHeader(line))
    receiver->response->headers.insert_or_assign(std::move(header->first),
                                                 std::move(header->second));
  return size * count;
}

/// Where the body of a request is read.
struct Sender {
  UploadBody part;
  int64_t sent = 0;
};

size_t sendBody(char *data, size_t size, size_t count, void *user) {
  auto *sender = static_cast<Sender *>(user);
  auto room = static_cast<int64_t>(size * count);
  room = std::min(room, sender->part.size - sender->sent);
  for (;;) {
    ssize_t n = ::pread(sender->part.fd, data, static_cast<size_t>(room),
                        sender->part.offset + sender->sent);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return CURL_READFUNC_ABORT;
    sender->sent += n;
    return static_cast<size_t>(n);
  }
}

/// After a redirect the body is sent once more.
int rewindBody(void *user, curl_off_t offset, int origin) {
  if (origin != SEEK_SET)
    return CURL_SEEKFUNC_CANTSEEK;
  static_cast<Sender *>(user)->sent = offset;
  return CURL_SEEKFUNC_OK;
}

void setMethodAndBody(CURL *curl, const Request &request, Sender &sender) {
  if (!request.method.empty())
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (request.upload) {
    sender.part = *request.upload;
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, sendBody);
    curl_easy_setopt(curl, CURLOPT_READDATA, &sender);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, rewindBody);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, &sender);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(sender.part.size));
  } else if (!request.form.empty()) {
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, request.form.c_str());
  } else if (!request.method.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  }
}

int isCanceled(void *user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto *cancel = static_cast<const std::atomic<bool> *>(user);
  return cancel && *cancel;
}

/// How long to wait before the next attempt.
std::chrono::milliseconds pauseAfter(const std::optional<Response> &response,
                                     int attempt) {
  if (response)
    if (auto wanted = response->headers.find("retry-after");
        wanted != response->headers.end())
      if (int seconds = retryAfter(wanted->second, maxRetrySeconds))
        return std::chrono::seconds(seconds);
  return std::chrono::milliseconds(250 * attempt);
}

} // namespace

std::optional<long> Http::stallSeconds() {
  constexpr long most = 3600;
  const char *wanted = std::getenv("LLBC_STALL_SECONDS");
  if (!wanted || !*wanted)
    return usualStallSeconds;
  long seconds = 0;
  if (llvm::StringRef(wanted).getAsInteger(10, seconds) || seconds < 1 ||
      seconds > most)
    return std::nullopt;
  return seconds;
}

Http::Http(const std::atomic<bool> *cancel)
    : handle(curl_easy_init()), cancel(cancel) {}

Http::~Http() {
  if (handle)
    curl_easy_cleanup(static_cast<CURL *>(handle));
}

std::optional<Response> Http::send(const Request &request, std::string &error) {
  for (int attempt = 1;; ++attempt) {
    bool transient = false;
    std::optional<Response> response = sendOnce(request, error, transient);
    if (!transient || attempt == attempts || !request.retry)
      return response;
    auto until =
        std::chrono::steady_clock::now() + pauseAfter(response, attempt);
    while (std::chrono::steady_clock::now() < until && !(cancel && *cancel))
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

std::optional<Response> Http::sendOnce(const Request &request,
                                       std::string &error, bool &transient) {
  auto *curl = static_cast<CURL *>(handle);
  if (!curl) {
    error = "libcurl cannot be initialised";
    return std::nullopt;
  }
  curl_easy_reset(curl);
  Response response;
  Receiver receiver{&response, request.maxBytes, &request.sink, curl};
  Sender sender;
  // An answer to `Expect` would be waited for, a second each time.
  curl_slist *headers = curl_slist_append(nullptr, "Expect:");
  for (const std::string &header : request.headers)
    headers = curl_slist_append(headers, header.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  long patience = stallSeconds().value_or(usualStallSeconds);
  if (!request.method.empty() && request.method != "HEAD")
    patience *= uploadPatience;
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                   std::min(connectSeconds, patience));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, stallBytesPerSecond);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, patience);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "llbc");
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, isCanceled);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, cancel);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receiveBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiver);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, receiveHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiver);
  if (!request.basicAuth.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERPWD, request.basicAuth.c_str());
  }
  setMethodAndBody(curl, request, sender);
  if (!request.socket.empty())
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, request.socket.c_str());
  if (request.insecure) {
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  if (receiver.tooLong) {
    error = request.url + ": the answer is longer than " +
            std::to_string(request.maxBytes) + " bytes";
    return std::nullopt;
  }
  if (code == CURLE_ABORTED_BY_CALLBACK) {
    error = request.url + ": interrupted";
    return std::nullopt;
  }
  if (receiver.headerBytes > maxHeaderBytes) {
    error = request.url + ": the headers of the answer are longer than " +
            std::to_string(maxHeaderBytes) + " bytes";
    return std::nullopt;
  }
  if (code == CURLE_OPERATION_TIMEDOUT)
    error = request.url + ": nothing came for " + std::to_string(patience) +
            " seconds; LLBC_STALL_SECONDS sets for how long to wait";
  else if (code != CURLE_OK)
    error = request.url + ": " + curl_easy_strerror(code);
  if (code != CURLE_OK && request.sink && response.status) {
    response.broken = true;
    return response;
  }
  if (code != CURLE_OK) {
    transient = code == CURLE_COULDNT_CONNECT || code == CURLE_GOT_NOTHING ||
                code == CURLE_OPERATION_TIMEDOUT || code == CURLE_RECV_ERROR ||
                code == CURLE_PARTIAL_FILE;
    return std::nullopt;
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response.status);
  transient = response.status == 429 || response.status >= 500;
  return response;
}

bool Http::isPartial() const {
  long status = 0;
  curl_easy_getinfo(static_cast<CURL *>(handle), CURLINFO_RESPONSE_CODE,
                    &status);
  return status == 206;
}

std::string Http::encode(const std::string &text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                 (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
                 c == '~';
    if (plain) {
      out += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
  return out;
}

} // namespace llb::registry
