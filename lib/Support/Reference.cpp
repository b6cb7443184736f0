// SPDX-License-Identifier: Apache-2.0
//
// The grammar of distribution/reference without its regular expressions. A name
// whose first part cannot be a host is all path: then there is no domain, even
// though parsing always puts one in front.
#include "llb/Support/Reference.h"

#include "llb/Support/Ascii.h"
#include "llb/Support/Unicode.h"

#include <algorithm>

namespace llb {
namespace {

constexpr std::string_view defaultDomain = "docker.io";
constexpr std::string_view legacyDomain = "index.docker.io";
constexpr std::string_view officialPrefix = "library/";
constexpr std::string_view invalidFormat = "invalid reference format";
constexpr size_t maxPathLength = 255;
constexpr size_t maxTagLength = 128;
constexpr size_t minDigestLength = 32;

bool isPathChar(char c) { return ascii::isLower(c) || ascii::isDigit(c); }
bool isTagStart(char c) { return ascii::isAlnum(c) || c == '_'; }
bool isTagChar(char c) { return isTagStart(c) || c == '.' || c == '-'; }
bool isLowerHex(char c) { return ascii::isDigit(c) || (c >= 'a' && c <= 'f'); }
bool isHex(char c) { return ascii::hexValue(c) >= 0; }

template <class Predicate> bool all(std::string_view text, Predicate holds) {
  return std::all_of(text.begin(), text.end(), holds);
}

/// Calls `isPart` with the texts between separators until one is no part.
template <class Predicate>
bool allParts(std::string_view text, std::string_view separators,
              Predicate isPart) {
  while (true) {
    size_t end = text.find_first_of(separators);
    if (!isPart(text.substr(0, end)))
      return false;
    if (end == std::string_view::npos)
      return true;
    text.remove_prefix(end + 1);
  }
}

/// `[a-zA-Z0-9]` with dashes inside.
bool isDomainComponent(std::string_view text) {
  return !text.empty() && ascii::isAlnum(text.front()) &&
         ascii::isAlnum(text.back()) &&
         all(text, [](char c) { return ascii::isAlnum(c) || c == '-'; });
}

/// A host name or an address in brackets, with an optional port.
bool isDomain(std::string_view text) {
  size_t hostEnd = text.find(':');
  if (text.starts_with('[')) {
    hostEnd = text.find(']');
    if (hostEnd == std::string_view::npos || hostEnd == 1 ||
        !all(text.substr(1, hostEnd - 1),
             [](char c) { return isHex(c) || c == ':'; }))
      return false;
    ++hostEnd;
  } else if (!allParts(text.substr(0, hostEnd), ".", isDomainComponent)) {
    return false;
  }
  if (hostEnd >= text.size())
    return true;
  std::string_view port = text.substr(hostEnd);
  return port.size() > 1 && port[0] == ':' &&
         all(port.substr(1), ascii::isDigit);
}

/// Lower-case words joined by `.`, `_`, `__` or any number of dashes.
bool isPathComponent(std::string_view text) {
  size_t at = 0;
  while (true) {
    size_t start = at;
    while (at < text.size() && isPathChar(text[at]))
      ++at;
    if (at == start)
      return false;
    if (at == text.size())
      return true;
    if (text[at] == '-') {
      while (at < text.size() && text[at] == '-')
        ++at;
    } else if (text.substr(at, 2) == "__") {
      at += 2;
    } else if (text[at] == '.' || text[at] == '_') {
      ++at;
    } else {
      return false;
    }
  }
}

bool isPath(std::string_view text) {
  return allParts(text, "/", isPathComponent);
}

/// The digest of the reference grammar, which is wider than checkDigest.
bool isDigest(std::string_view text) {
  size_t colon = text.find(':');
  if (colon == std::string_view::npos)
    return false;
  std::string_view hex = text.substr(colon + 1);
  return hex.size() >= minDigestLength && all(hex, isHex) &&
         allParts(text.substr(0, colon), "-_+.", [](std::string_view part) {
           return !part.empty() && ascii::isLetter(part.front()) &&
                  all(part, ascii::isAlnum);
         });
}

/// Matches `[domain/]path[:tag][@digest]`.
bool match(std::string_view text, Reference &result) {
  result = {};
  size_t at = text.find('@');
  if (at != std::string_view::npos) {
    if (!isDigest(text.substr(at + 1)))
      return false;
    result.digest = text.substr(at + 1);
    text = text.substr(0, at);
  }
  // A colon before the last slash belongs to a port.
  size_t slash = text.rfind('/');
  size_t colon = text.find(':', slash == std::string_view::npos ? 0 : slash);
  if (colon != std::string_view::npos) {
    std::string_view tag = text.substr(colon + 1);
    if (tag.empty() || tag.size() > maxTagLength || !isTagStart(tag.front()) ||
        !all(tag, isTagChar))
      return false;
    result.tag = tag;
    text = text.substr(0, colon);
  }
  size_t first = text.find('/');
  if (first != std::string_view::npos && isDomain(text.substr(0, first)) &&
      isPath(text.substr(first + 1))) {
    result.domain = text.substr(0, first);
    result.path = text.substr(first + 1);
    return true;
  }
  result.path = text;
  return isPath(text);
}

/// Splits off the domain or supplies Docker Hub's, with `library/` if it must.
void splitDomain(std::string_view text, std::string &domain,
                 std::string &remainder) {
  size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    domain = defaultDomain;
    remainder = std::string(officialPrefix) + std::string(text);
    return;
  }
  std::string_view first = text.substr(0, slash);
  bool isHost = first == "localhost" || first == legacyDomain ||
                first.find_first_of(".:") != std::string_view::npos ||
                unicode::toLower(first) != first;
  domain = isHost && first != legacyDomain ? first : defaultDomain;
  remainder = isHost ? text.substr(slash + 1) : text;
  if (domain == defaultDomain && remainder.find('/') == std::string::npos)
    remainder.insert(0, officialPrefix);
}

} // namespace

std::string checkDigest(std::string_view text) {
  constexpr std::string_view badFormat = "invalid checksum digest format";
  size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())
    return std::string(badFormat);
  std::string_view algorithm = text.substr(0, colon);
  std::string_view encoded = text.substr(colon + 1);

  size_t length = algorithm == "sha256"   ? 64
                  : algorithm == "sha384" ? 96
                  : algorithm == "sha512" ? 128
                                          : 0;
  if (length == 0) {
    bool wellFormed =
        allParts(algorithm, ".+_-",
                 [](std::string_view part) {
                   return !part.empty() && all(part, isPathChar);
                 }) &&
        all(encoded, [](char c) {
          return ascii::isAlnum(c) || c == '=' || c == '_' || c == '-';
        });
    return wellFormed ? "unsupported digest algorithm" : std::string(badFormat);
  }
  if (encoded.size() != length)
    return "invalid checksum digest length";
  return all(encoded, isLowerHex) ? "" : std::string(badFormat);
}

bool Reference::parseNormalized(std::string_view text, Reference &result,
                                std::string &error) {
  result = {};
  if (text.size() == 64 && all(text, isLowerHex)) {
    error = "invalid repository name (" + std::string(text) +
            "), cannot specify 64-byte hexadecimal strings";
    return false;
  }
  std::string domain, remainder;
  splitDomain(text, domain, remainder);
  std::string remote = remainder.substr(0, remainder.find(':'));
  if (unicode::toLower(remote) != remote) {
    error = std::string(invalidFormat) + ": repository name (" + remote +
            ") must be lowercase";
    return false;
  }

  std::string whole = domain + "/" + remainder;
  Reference parsed;
  if (!match(whole, parsed)) {
    error = match(unicode::toLower(whole), parsed)
                ? "repository name must be lowercase"
                : std::string(invalidFormat);
    return false;
  }
  if (parsed.path.size() > maxPathLength) {
    error = "repository name must not be more than 255 characters";
    return false;
  }
  if (!parsed.digest.empty()) {
    error = checkDigest(parsed.digest);
    if (!error.empty())
      return false;
  }
  result = std::move(parsed);
  return true;
}

void Reference::addDefaultTag() {
  if (tag.empty() && digest.empty())
    tag = "latest";
}

std::string Reference::name() const {
  return domain.empty() ? path : domain + "/" + path;
}

std::string Reference::str() const {
  std::string out = name();
  if (!tag.empty())
    out += ":" + tag;
  if (!digest.empty())
    out += "@" + digest;
  return out;
}

std::string Reference::familiarName() const {
  if (domain != defaultDomain)
    return name();
  std::string_view rest = path;
  if (rest.starts_with(officialPrefix)) {
    rest.remove_prefix(officialPrefix.size());
    if (rest.find('/') == std::string_view::npos)
      return std::string(rest);
  }
  return path;
}

std::string Reference::familiar() const {
  std::string out = familiarName();
  if (!tag.empty())
    out += ":" + tag;
  if (!digest.empty())
    out += "@" + digest;
  return out;
}

} // namespace llb
