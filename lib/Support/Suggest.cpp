// SPDX-License-Identifier: Apache-2.0
//
// Only distances below three count, so a band of five diagonals is enough and a
// long word costs no more than its length.
#include "llb/Support/Suggest.h"

#include "llb/Support/Unicode.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace llb {
namespace {

constexpr int limit = 3;

std::u32string runes(std::string_view text) {
  std::u32string out;
  while (!text.empty()) {
    unicode::Decoded next = unicode::decode(text);
    out += next.rune;
    text.remove_prefix(next.length);
  }
  return out;
}

/// The Levenshtein distance with unit costs, or `limit` if it is no less.
int distance(const std::u32string &a, const std::u32string &b) {
  auto rows = static_cast<ptrdiff_t>(a.size());
  auto columns = static_cast<ptrdiff_t>(b.size());
  if (std::abs(rows - columns) >= limit)
    return limit;

  // Cell `k` of a row is the distance of column `row + k - band`.
  constexpr ptrdiff_t band = limit - 1;
  constexpr ptrdiff_t width = 2 * band + 1;
  std::array<int, width> above{}, row{};
  for (ptrdiff_t k = 0; k < width; ++k)
    above[k] = k < band ? limit : static_cast<int>(k - band);
  for (ptrdiff_t i = 1; i <= rows; ++i) {
    for (ptrdiff_t k = 0; k < width; ++k) {
      ptrdiff_t j = i + k - band;
      row[k] = limit;
      if (j < 0 || j > columns)
        continue;
      if (j > 0)
        row[k] = above[k] + (a[i - 1] != b[j - 1] ? 1 : 0);
      if (k + 1 < width)
        row[k] = std::min(row[k], above[k + 1] + 1);
      if (k > 0)
        row[k] = std::min(row[k], row[k - 1] + 1);
    }
    if (*std::min_element(row.begin(), row.end()) >= limit)
      return limit;
    above = row;
  }
  return std::min(above[columns - rows + band], limit);
}

std::string matchCase(const std::string &option, std::string_view original) {
  if (original == unicode::toLower(original))
    return unicode::toLower(option);
  if (original == unicode::toUpper(original))
    return unicode::toUpper(option);
  return option;
}

} // namespace

std::optional<std::string> suggest(std::string_view value,
                                   const std::vector<std::string> &options,
                                   bool caseSensitive) {
  std::string wanted =
      caseSensitive ? std::string(value) : unicode::toLower(value);
  std::u32string wantedRunes = runes(wanted);
  // Two edits change the length by two runes, each of at most four bytes.
  constexpr size_t widest = size_t(limit - 1) * 4;
  std::string match;
  int nearest = limit;
  for (const std::string &original : options) {
    std::string option = caseSensitive ? original : unicode::toLower(original);
    // The value itself is fine: the error has another cause.
    if (option == wanted)
      return std::nullopt;
    if (std::max(option.size(), wanted.size()) -
            std::min(option.size(), wanted.size()) >
        widest)
      continue;
    int found = distance(wantedRunes, runes(option));
    if (found >= nearest)
      continue;
    nearest = found;
    match = caseSensitive ? option : matchCase(option, value);
  }
  if (match.empty())
    return std::nullopt;
  return match;
}

std::string didYouMean(std::string_view value,
                       const std::vector<std::string> &options,
                       bool caseSensitive) {
  std::optional<std::string> match = suggest(value, options, caseSensitive);
  return match ? " (did you mean " + *match + "?)" : std::string();
}

} // namespace llb
