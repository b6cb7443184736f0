// SPDX-License-Identifier: Apache-2.0
//
// Go's net/url. BuildKit never shows the text of a URL error, so parsing only
// says whether there is a URL.
#ifndef LLB_SUPPORT_GOURL_H
#define LLB_SUPPORT_GOURL_H

#include "llb/Support/GoText.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llb::go {

/// url.Values with the keys in the order in which they first appear; every key
/// has at least one value.
using UrlValues = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// url.URL: the texts are decoded unless they are called raw.
struct Url {
  /// Lower case, without the colon.
  std::string scheme;
  /// What follows `scheme:` if that does not start with a slash.
  std::string opaque;
  bool hasUser = false, hasPassword = false;
  std::string user, password;
  /// `host`, `host:port` or `[::1]:port`.
  std::string host;
  std::string path;
  /// The path as written, if `path` does not encode back to it.
  std::string rawPath;
  /// `scheme:/path`: there is no authority.
  bool omitHost = false;
  /// The URL ends in a question mark.
  bool forceQuery = false;
  std::string rawQuery;
  std::string fragment;

  /// url.Parse.
  static std::optional<Url> parse(std::string_view text);
  /// URL.Hostname: the host without port and brackets.
  std::string hostname() const;
  /// URL.String of a URL without query and fragment.
  std::string strWithoutOptions() const;
};

/// url.ParseQuery: the pairs without errors. `error` gets the text of the first
/// error, if not null.
UrlValues parseUrlQuery(std::string_view text, std::string *error = nullptr);
/// url.PathUnescape.
Parsed<std::string> unescapeUrlPath(std::string_view text);

} // namespace llb::go

#endif
