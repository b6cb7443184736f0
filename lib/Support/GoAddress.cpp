// SPDX-License-Identifier: Apache-2.0
//
// By hand, since inet_pton knows no zones and takes some texts that Go refuses.
#include "GoAddress.h"

#include "llb/Support/Ascii.h"

#include <algorithm>

namespace llb::go {
namespace {

/// An IPv4 address with four decimal fields, no leading zeros.
bool isIPv4(std::string_view text) {
  unsigned fields = 0;
  while (true) {
    size_t end = std::min(text.find('.'), text.size());
    std::string_view field = text.substr(0, end);
    if (field.empty() || field.size() > 3 ||
        !std::all_of(field.begin(), field.end(), ascii::isDigit) ||
        (field.size() > 1 && field[0] == '0'))
      return false;
    unsigned value = 0;
    for (char c : field)
      value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > 255)
      return false;
    ++fields;
    if (end == text.size())
      return fields == 4;
    text.remove_prefix(end + 1);
  }
}

} // namespace

bool isIPv6(std::string_view text) {
  size_t zone = text.find('%');
  if (zone != std::string_view::npos) {
    if (zone + 1 == text.size())
      return false;
    text = text.substr(0, zone);
  }
  if (text.find(':') == std::string_view::npos)
    return false;

  bool ellipsis = text.starts_with("::");
  if (ellipsis) {
    text.remove_prefix(2);
    if (text.empty())
      return true;
  }
  unsigned groups = 0;
  while (groups < 8) {
    size_t length = 0;
    while (length < text.size() && ascii::hexValue(text[length]) >= 0)
      if (++length > 4)
        return false;
    if (length == 0)
      return false;
    if (length < text.size() && text[length] == '.') {
      if ((!ellipsis && groups != 6) || groups > 6 || !isIPv4(text))
        return false;
      groups += 2;
      text = {};
      break;
    }
    ++groups;
    text.remove_prefix(length);
    if (text.empty())
      break;
    if (text[0] != ':' || text.size() == 1)
      return false;
    text.remove_prefix(1);
    if (text[0] == ':') {
      if (ellipsis)
        return false;
      ellipsis = true;
      text.remove_prefix(1);
      if (text.empty())
        break;
    }
  }
  return text.empty() && (groups < 8) == ellipsis;
}

} // namespace llb::go
