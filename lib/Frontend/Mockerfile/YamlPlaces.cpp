// SPDX-License-Identifier: Apache-2.0
//
// Where scalars end. yaml-cpp gives the start of an event only; the end is
// found by walking source and value side by side, which differ in folded white
// space, quotes and escapes alone.
#include "Yaml.h"

#include <algorithm>

namespace llb::frontend::mockerfile {

static bool isBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

YamlPlaces::YamlPlaces(std::string_view text) : text(text) {
  lineStarts.push_back(text.data());
  for (const char &c : text)
    if (c == '\n')
      lineStarts.push_back(&c + 1);
}

const char *YamlPlaces::find(int line, int column) const {
  const char *end = text.data() + text.size();
  if (line < 0 || column < 0)
    return text.data();
  if (static_cast<size_t>(line) >= lineStarts.size())
    return end;
  const char *start = lineStarts[line];
  const char *next = static_cast<size_t>(line) + 1 < lineStarts.size()
                         ? lineStarts[line + 1] - 1
                         : end;
  return start + std::min<ptrdiff_t>(column, next - start);
}

unsigned YamlPlaces::lineOf(const char *place) const {
  auto after = std::upper_bound(lineStarts.begin(), lineStarts.end(), place);
  return static_cast<unsigned>(after - lineStarts.begin());
}

llvm::SMRange YamlPlaces::word(const char *place) const {
  const char *end = text.data() + text.size();
  const char *stop = place;
  auto isFlow = [](char c) {
    return c == '[' || c == ']' || c == '{' || c == '}' || c == ',';
  };
  while (stop != end && !isBlank(*stop) && !isFlow(*stop))
    ++stop;
  if (stop == place && stop != end && isFlow(*stop))
    ++stop;
  return {llvm::SMLoc::getFromPointer(place),
          llvm::SMLoc::getFromPointer(stop)};
}

llvm::SMRange YamlPlaces::before(const char *place) const {
  const char *begin = text.data();
  while (place != begin && isBlank(place[-1]))
    --place;
  const char *start = place == begin ? place : place - 1;
  return {llvm::SMLoc::getFromPointer(start),
          llvm::SMLoc::getFromPointer(place)};
}

/// The end of `|` and `>`: the last line that is indented as the first one is.
static const char *endOfBlock(const char *at, const char *end) {
  auto lineEnd = [&](const char *p) { return std::find(p, end, '\n'); };
  const char *last = lineEnd(at);
  size_t indent = 0;
  for (const char *line = last; line != end;) {
    const char *start = line + 1;
    const char *stop = lineEnd(start);
    const char *first = start;
    while (first != stop && *first == ' ')
      ++first;
    line = stop;
    // Blank lines belong to the text only if more of it follows.
    if (first == stop || *first == '\r')
      continue;
    size_t width = first - start;
    if (width == 0 || width < indent)
      break;
    if (indent == 0)
      indent = width;
    last = stop;
  }
  return last;
}

static const char *endOfQuoted(const char *at, const char *end) {
  char quote = *at++;
  for (; at != end; ++at) {
    if (quote == '"' && *at == '\\' && at + 1 != end) {
      ++at;
    } else if (*at == quote) {
      if (quote == '\'' && at + 1 != end && at[1] == quote) {
        ++at;
        continue;
      }
      return at + 1;
    }
  }
  return end;
}

static const char *endOfPlain(const char *at, const char *end,
                              std::string_view value) {
  size_t i = 0;
  while (at != end && i < value.size()) {
    if (*at == value[i]) {
      ++at;
      ++i;
    } else if (isBlank(*at) && isBlank(value[i])) {
      while (at != end && isBlank(*at))
        ++at;
      while (i < value.size() && isBlank(value[i]))
        ++i;
    } else {
      break;
    }
  }
  return at;
}

llvm::SMRange YamlPlaces::scalar(const char *place,
                                 std::string_view value) const {
  const char *end = text.data() + text.size();
  // The event stands at the anchor or tag, if there is one.
  while (place != end && (*place == '&' || *place == '!')) {
    while (place != end && !isBlank(*place))
      ++place;
    while (place != end && isBlank(*place))
      ++place;
  }
  const char *stop = place;
  if (place != end) {
    if (*place == '|' || *place == '>')
      stop = endOfBlock(place, end);
    else if (*place == '"' || *place == '\'')
      stop = endOfQuoted(place, end);
    else
      stop = endOfPlain(place, end, value);
  }
  return {llvm::SMLoc::getFromPointer(place),
          llvm::SMLoc::getFromPointer(stop)};
}

} // namespace llb::frontend::mockerfile
