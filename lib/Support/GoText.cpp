// SPDX-License-Identifier: Apache-2.0
//
// Quoting, times and comma-separated values as Go prints and reads them. Quoted
// text is bytes, not characters: a byte that is no UTF-8 comes out as `\xNN`,
// while a U+FFFD that was there stays as it is.
#include "llb/Support/GoText.h"

#include "llb/Support/Unicode.h"

namespace llb::go {
namespace {

constexpr char hexDigits[] = "0123456789abcdef";

void appendHex(std::string &out, char32_t value, unsigned digits) {
  for (unsigned shift = 4 * digits; shift != 0; shift -= 4)
    out += hexDigits[value >> (shift - 4) & 15];
}

/// The letter after the backslash of a short escape, or 0.
char shortEscape(char32_t rune) {
  switch (rune) {
  case '"':
  case '\\':
    return static_cast<char>(rune);
  case '\a':
    return 'a';
  case '\b':
    return 'b';
  case '\f':
    return 'f';
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  case '\v':
    return 'v';
  default:
    return 0;
  }
}

void appendQuoted(std::string &out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    unicode::Decoded next = unicode::decode(text);
    if (!next.valid) {
      out += "\\x";
      appendHex(out, static_cast<unsigned char>(text.front()), 2);
    } else if (char letter = shortEscape(next.rune)) {
      out += '\\';
      out += letter;
    } else if (unicode::isPrint(next.rune)) {
      out += text.substr(0, next.length);
    } else if (next.rune < 0x80) {
      out += "\\x";
      appendHex(out, next.rune, 2);
    } else if (next.rune < 0x10000) {
      out += "\\u";
      appendHex(out, next.rune, 4);
    } else {
      out += "\\U";
      appendHex(out, next.rune, 8);
    }
    text.remove_prefix(next.length);
  }
  out += '"';
}

/// `value` in decimal, with zeros in front up to `width` digits.
void appendPadded(std::string &out, uint64_t value, unsigned width) {
  std::string digits = std::to_string(value);
  if (digits.size() < width)
    out.append(width - digits.size(), '0');
  out += digits;
}

/// `value` divided by 10^digits; zeros at the end of the fraction are dropped.
void appendFraction(std::string &out, uint64_t value, unsigned digits) {
  uint64_t scale = 1;
  for (unsigned i = 0; i < digits; ++i)
    scale *= 10;
  out += std::to_string(value / scale);
  if (value % scale == 0)
    return;
  out += '.';
  appendPadded(out, value % scale, digits);
  out.resize(out.find_last_not_of('0') + 1);
}

Parsed<std::vector<std::string>> csvError(size_t position,
                                          std::string_view what) {
  std::string error = "parse error on line 1, column ";
  error += std::to_string(position + 1);
  error += ": ";
  error += what;
  return {{}, std::move(error)};
}

} // namespace

std::string quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  appendQuoted(out, text);
  return out;
}

std::string quoteList(const std::vector<std::string> &items) {
  std::string out = "[";
  for (size_t i = 0; i < items.size(); ++i) {
    if (i != 0)
      out += ' ';
    appendQuoted(out, items[i]);
  }
  out += ']';
  return out;
}

std::string plainList(const std::vector<std::string> &items) {
  std::string out = "[";
  for (size_t i = 0; i < items.size(); ++i) {
    if (i != 0)
      out += ' ';
    out += items[i];
  }
  out += ']';
  return out;
}

std::string formatDuration(int64_t nanoseconds) {
  if (nanoseconds == 0)
    return "0s";
  uint64_t rest = static_cast<uint64_t>(nanoseconds);
  std::string out;
  if (nanoseconds < 0) {
    out += '-';
    rest = -rest;
  }
  if (rest < 1000) {
    out += std::to_string(rest);
    out += "ns";
  } else if (rest < 1000'000) {
    appendFraction(out, rest, 3);
    out += "\u00b5s";
  } else if (rest < 1000'000'000) {
    appendFraction(out, rest, 6);
    out += "ms";
  } else {
    uint64_t minutes = rest / 60'000'000'000;
    if (minutes >= 60) {
      out += std::to_string(minutes / 60);
      out += 'h';
    }
    if (minutes > 0) {
      out += std::to_string(minutes % 60);
      out += 'm';
    }
    appendFraction(out, rest % 60'000'000'000, 9);
    out += 's';
  }
  return out;
}

std::string formatUnixTime(int64_t seconds) {
  constexpr int64_t daySeconds = 86'400;
  int64_t days = seconds / daySeconds;
  int64_t clock = seconds % daySeconds;
  if (clock < 0) {
    clock += daySeconds;
    --days;
  }

  // The proleptic Gregorian calendar in eras of 400 years that start on the
  // 1st of March, so that the leap day comes last.
  constexpr int64_t eraDays = 146'097;
  days += 719'468;
  int64_t era = (days >= 0 ? days : days - (eraDays - 1)) / eraDays;
  int64_t dayOfEra = days - era * eraDays;
  int64_t yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36'524 - dayOfEra / 146'096) /
      365;
  int64_t dayOfYear =
      dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  int64_t marchMonth = (5 * dayOfYear + 2) / 153;
  int64_t day = dayOfYear - (153 * marchMonth + 2) / 5 + 1;
  int64_t month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  int64_t year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);

  std::string out;
  if (year < 0) {
    out += '-';
    year = -year;
  }
  appendPadded(out, static_cast<uint64_t>(year), 4);
  out += '-';
  appendPadded(out, static_cast<uint64_t>(month), 2);
  out += '-';
  appendPadded(out, static_cast<uint64_t>(day), 2);
  out += 'T';
  appendPadded(out, static_cast<uint64_t>(clock / 3600), 2);
  out += ':';
  appendPadded(out, static_cast<uint64_t>(clock / 60 % 60), 2);
  out += ':';
  appendPadded(out, static_cast<uint64_t>(clock % 60), 2);
  out += 'Z';
  return out;
}

Parsed<std::vector<std::string>> parseCsv(std::string_view text) {
  constexpr std::string_view strayQuote =
      "extraneous or missing \" in quoted-field";
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
    if (text.ends_with('\r'))
      text.remove_suffix(1);
  }
  if (text.empty())
    return {{}, "EOF"};

  std::vector<std::string> fields;
  size_t at = 0;
  while (true) {
    if (at == text.size() || text[at] != '"') {
      size_t end = text.find(',', at);
      std::string_view field = text.substr(at, end - at);
      size_t bare = field.find('"');
      if (bare != std::string_view::npos)
        return csvError(at + bare, "bare \" in non-quoted-field");
      fields.emplace_back(field);
      if (end == std::string_view::npos)
        return {std::move(fields), {}};
      at = end + 1;
      continue;
    }

    std::string &field = fields.emplace_back();
    for (++at;; ++at) {
      size_t end = text.find('"', at);
      if (end == std::string_view::npos)
        return csvError(at, strayQuote);
      field += text.substr(at, end - at);
      at = end + 1;
      if (at == text.size())
        return {std::move(fields), {}};
      if (text[at] == ',')
        break;
      if (text[at] != '"')
        return csvError(end, strayQuote);
      field += '"';
    }
    // Past the comma: another field follows, though it may be empty.
    ++at;
  }
}

} // namespace llb::go
