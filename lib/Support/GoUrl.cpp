// SPDX-License-Identifier: Apache-2.0
//
// What may stand unescaped differs by part of the URL, and a URL that is
// printed again keeps its escapes only where they are consistent with the
// decoded path.
#include "llb/Support/GoUrl.h"

#include "GoAddress.h"

#include "llb/Support/Ascii.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <cstring>

namespace llb::go {
namespace {

enum class Part {
  Path,
  PathSegment,
  Host,
  Zone,
  UserPassword,
  Query,
  Fragment
};

bool isOneOf(char c, const char *set) {
  return c != '\0' && std::strchr(set, c) != nullptr;
}

/// Whether `c` stands for itself in that part of a URL.
bool isPlain(char c, Part part) {
  if (ascii::isDigit(c) || ascii::isLetter(c) || isOneOf(c, "-._~"))
    return true;
  switch (part) {
  case Part::Path:
    return isOneOf(c, "$&+,/:;=@");
  case Part::PathSegment:
    return isOneOf(c, "$&+:=@");
  case Part::Host:
  case Part::Zone:
    return isOneOf(c, "!\"$&'()*+,:;<=>[]");
  case Part::UserPassword:
    return isOneOf(c, "$&+,;=");
  case Part::Query:
    return false;
  case Part::Fragment:
    return isOneOf(c, "!$&()*+,/:;=?@");
  }
  return false;
}

Parsed<std::string> badEscape(std::string_view escape) {
  return {{}, "invalid URL escape " + quote(escape)};
}

Parsed<std::string> unescape(std::string_view text, Part part) {
  bool inHost = part == Part::Host || part == Part::Zone;
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c != '%') {
      if (inHost && static_cast<unsigned char>(c) < 0x80 && !isPlain(c, part))
        return {{}, "invalid character " + quote({&c, 1}) + " in host name"};
      out += c == '+' && part == Part::Query ? ' ' : c;
      continue;
    }
    std::string_view escape = text.substr(i, 3);
    if (escape.size() < 3 || ascii::hexValue(escape[1]) < 0 ||
        ascii::hexValue(escape[2]) < 0)
      return badEscape(escape);
    char value = static_cast<char>(ascii::hexValue(escape[1]) << 4 |
                                   ascii::hexValue(escape[2]));
    // A host may only escape what is not ASCII, and the percent sign; a zone
    // also what could stand in a host, and the space.
    if (part == Part::Host && ascii::hexValue(escape[1]) < 8 && escape != "%25")
      return badEscape(escape);
    if (part == Part::Zone && escape != "%25" && value != ' ' &&
        !isPlain(value, Part::Host))
      return badEscape(escape);
    out += value;
    i += 2;
  }
  return {std::move(out), {}};
}

std::string escape(std::string_view text, Part part) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (isPlain(c, part)) {
      out += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

bool isOptionalPort(std::string_view text) {
  return text.empty() ||
         (text[0] == ':' &&
          std::all_of(text.begin() + 1, text.end(), ascii::isDigit));
}

/// `[address%25zone]:port`, which starts with the bracket.
bool parseLiteral(std::string_view text, std::string &host) {
  size_t close = text.rfind(']');
  if (close == std::string_view::npos)
    return false;
  std::string_view port = text.substr(close + 1);
  if (!isOptionalPort(port))
    return false;
  std::string_view name = text.substr(1, close - 1);
  size_t zoneAt = std::min(name.find("%25"), name.size());
  Parsed<std::string> address = unescape(name.substr(0, zoneAt), Part::Host);
  Parsed<std::string> zone = unescape(name.substr(zoneAt), Part::Zone);
  if (!address.ok() || !zone.ok())
    return false;
  std::string whole = address.value + zone.value;
  if (!isIPv6(whole))
    return false;
  host = "[" + whole + "]" + std::string(port);
  return true;
}

bool parseHost(std::string_view scheme, std::string_view text,
               std::string &host) {
  size_t open = text.rfind('[');
  if (open == 0)
    return parseLiteral(text, host);
  if (open != std::string_view::npos)
    return false;
  // Only http and https insist on a single colon.
  bool strict = scheme == "http" || scheme == "https";
  size_t colon = strict ? text.find(':') : text.rfind(':');
  if (colon != std::string_view::npos && !isOptionalPort(text.substr(colon)))
    return false;
  Parsed<std::string> decoded = unescape(text, Part::Host);
  host = std::move(decoded.value);
  return decoded.ok();
}

bool isUserinfo(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return ascii::isDigit(c) || ascii::isLetter(c) ||
           isOneOf(c, "-._:~!$&'()*+,;=%@");
  });
}

bool parseAuthority(std::string_view text, Url &url) {
  size_t at = text.rfind('@');
  if (at == std::string_view::npos)
    return parseHost(url.scheme, text, url.host);
  if (!parseHost(url.scheme, text.substr(at + 1), url.host))
    return false;
  std::string_view info = text.substr(0, at);
  if (!isUserinfo(info))
    return false;
  size_t colon = info.find(':');
  url.hasUser = true;
  url.hasPassword = colon != std::string_view::npos;
  Parsed<std::string> user =
      unescape(info.substr(0, colon), Part::UserPassword);
  Parsed<std::string> password;
  if (url.hasPassword)
    password = unescape(info.substr(colon + 1), Part::UserPassword);
  url.user = std::move(user.value);
  url.password = std::move(password.value);
  return user.ok() && password.ok();
}

/// Takes the scheme and its colon off `rest`; false if it is missing before the
/// colon.
bool takeScheme(std::string_view &rest, std::string &scheme) {
  for (size_t i = 0; i < rest.size(); ++i) {
    char c = rest[i];
    if (ascii::isLetter(c))
      continue;
    if (i != 0 && (ascii::isDigit(c) || isOneOf(c, "+-.")))
      continue;
    if (c != ':')
      return true;
    if (i == 0)
      return false;
    scheme = unicode::toLower(rest.substr(0, i));
    rest.remove_prefix(i + 1);
    return true;
  }
  return true;
}

/// The path as written, where that is a valid encoding of the decoded path.
std::string escapedPath(const Url &url) {
  auto isValid = [](char c) {
    return isOneOf(c, "!$&'()*+,;=:@[]%") || isPlain(c, Part::Path);
  };
  if (!url.rawPath.empty() &&
      std::all_of(url.rawPath.begin(), url.rawPath.end(), isValid))
    return url.rawPath;
  return url.path == "*" ? url.path : escape(url.path, Part::Path);
}

} // namespace

std::optional<Url> Url::parse(std::string_view text) {
  size_t hash = std::min(text.find('#'), text.size());
  std::string_view rest = text.substr(0, hash);
  for (char c : rest)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F)
      return std::nullopt;

  Url url;
  if (hash < text.size()) {
    Parsed<std::string> decoded =
        unescape(text.substr(hash + 1), Part::Fragment);
    if (!decoded.ok())
      return std::nullopt;
    url.fragment = std::move(decoded.value);
  }
  if (rest == "*") {
    url.path = "*";
    return url;
  }
  if (!takeScheme(rest, url.scheme))
    return std::nullopt;

  size_t question = rest.find('?');
  if (question != std::string_view::npos) {
    url.forceQuery = question + 1 == rest.size();
    url.rawQuery = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  if (!rest.starts_with('/')) {
    if (!url.scheme.empty()) {
      url.opaque = rest;
      return url;
    }
    if (rest.substr(0, rest.find('/')).find(':') != std::string_view::npos)
      return std::nullopt;
  }
  if (rest.starts_with("//") &&
      (!url.scheme.empty() || !rest.starts_with("///"))) {
    std::string_view authority = rest.substr(2);
    size_t slash = std::min(authority.find('/'), authority.size());
    rest = authority.substr(slash);
    if (!parseAuthority(authority.substr(0, slash), url))
      return std::nullopt;
  } else if (!url.scheme.empty() && rest.starts_with('/')) {
    url.omitHost = true;
  }

  Parsed<std::string> decoded = unescape(rest, Part::Path);
  if (!decoded.ok())
    return std::nullopt;
  url.path = std::move(decoded.value);
  if (escape(url.path, Part::Path) != rest)
    url.rawPath = rest;
  return url;
}

std::string Url::hostname() const {
  std::string_view name = host;
  size_t colon = name.rfind(':');
  if (colon != std::string_view::npos && isOptionalPort(name.substr(colon)))
    name = name.substr(0, colon);
  if (name.starts_with('[') && name.ends_with(']'))
    name = name.substr(1, name.size() - 2);
  return std::string(name);
}

std::string Url::strWithoutOptions() const {
  std::string out;
  if (!scheme.empty())
    out = scheme + ":";
  if (!opaque.empty()) {
    out += opaque;
  } else {
    bool authority = !host.empty() || hasUser;
    if ((!scheme.empty() && !omitHost) || authority) {
      if (authority || !path.empty())
        out += "//";
      if (hasUser) {
        out += escape(user, Part::UserPassword);
        if (hasPassword)
          out += ":" + escape(password, Part::UserPassword);
        out += '@';
      }
      out += escape(host, Part::Host);
    }
    std::string encoded = escapedPath(*this);
    if (!encoded.empty() && encoded[0] != '/' && !host.empty())
      out += '/';
    // A first segment with a colon would read as a scheme.
    if (out.empty() &&
        encoded.substr(0, encoded.find('/')).find(':') != std::string::npos)
      out += "./";
    out += encoded;
  }
  if (forceQuery)
    out += '?';
  return out;
}

UrlValues parseUrlQuery(std::string_view text, std::string *error) {
  constexpr ptrdiff_t maxParameters = 10'000;
  UrlValues values;
  std::string firstError;
  if (std::count(text.begin(), text.end(), '&') >= maxParameters) {
    if (error)
      *error = "number of URL query parameters exceeded limit";
    return values;
  }
  while (!text.empty()) {
    size_t end = std::min(text.find('&'), text.size());
    std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.find(';') != std::string_view::npos) {
      firstError = "invalid semicolon separator in query";
      continue;
    }
    if (pair.empty())
      continue;
    size_t equals = std::min(pair.find('='), pair.size());
    Parsed<std::string> key = unescape(pair.substr(0, equals), Part::Query);
    Parsed<std::string> value =
        unescape(pair.substr(std::min(equals + 1, pair.size())), Part::Query);
    if (!key.ok() || !value.ok()) {
      if (firstError.empty())
        firstError = key.ok() ? value.error : key.error;
      continue;
    }
    auto known =
        std::find_if(values.begin(), values.end(), [&](const auto &entry) {
          return entry.first == key.value;
        });
    if (known == values.end())
      known = values.emplace(values.end(), std::move(key.value),
                             std::vector<std::string>());
    known->second.push_back(std::move(value.value));
  }
  if (error)
    *error = std::move(firstError);
  return values;
}

Parsed<std::string> unescapeUrlPath(std::string_view text) {
  return unescape(text, Part::PathSegment);
}

} // namespace llb::go
