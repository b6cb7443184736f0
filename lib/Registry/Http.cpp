// SPDX-License-Identifier: Apache-2.0
//
// The handle is kept between requests, so connections are too.
#include "Http.h"

#include "llb/Support/Ascii.h"

#include <chrono>
#include <curl/curl.h>
#include <string_view>
#include <thread>

namespace llb::registry {
namespace {

constexpr int attempts = 3;
constexpr long connectSeconds = 15;
/// Slower than this for `stallSeconds` is a dead connection.
constexpr long stallBytesPerSecond = 100;
constexpr long stallSeconds = 30;

struct Receiver {
  Response *response;
  std::size_t maxBytes;
  const BodySink *sink;
  CURL *curl;
  std::size_t received = 0;
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
  size_t colon = line.find(':');
  if (colon == std::string_view::npos)
    return size * count;
  std::string name(line.substr(0, colon));
  for (char &c : name)
    c = ascii::toLower(c);
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
    value.remove_prefix(1);
  while (!value.empty() &&
         (value.back() == '\r' || value.back() == '\n' || value.back() == ' '))
    value.remove_suffix(1);
  receiver->response->headers[name] = value;
  return size * count;
}

} // namespace

Http::Http() : handle(curl_easy_init()) {}

Http::~Http() {
  if (handle)
    curl_easy_cleanup(static_cast<CURL *>(handle));
}

std::optional<Response> Http::send(const Request &request, std::string &error) {
  for (int attempt = 1;; ++attempt) {
    bool transient = false;
    std::optional<Response> response = sendOnce(request, error, transient);
    if (!transient || attempt == attempts)
      return response;
    std::this_thread::sleep_for(std::chrono::milliseconds(250 * attempt));
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
  curl_slist *headers = nullptr;
  for (const std::string &header : request.headers)
    headers = curl_slist_append(headers, header.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, connectSeconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, stallBytesPerSecond);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, stallSeconds);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "llbc");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receiveBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiver);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, receiveHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiver);
  if (!request.basicAuth.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERPWD, request.basicAuth.c_str());
  }
  if (!request.form.empty())
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, request.form.c_str());
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
  if (code != CURLE_OK && request.sink && response.status) {
    error = request.url + ": " + curl_easy_strerror(code);
    response.broken = true;
    return response;
  }
  if (code != CURLE_OK) {
    transient = code == CURLE_COULDNT_CONNECT || code == CURLE_GOT_NOTHING ||
                code == CURLE_OPERATION_TIMEDOUT || code == CURLE_RECV_ERROR ||
                code == CURLE_PARTIAL_FILE;
    error = request.url + ": " + curl_easy_strerror(code);
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
