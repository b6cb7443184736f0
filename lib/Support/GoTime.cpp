// SPDX-License-Identifier: Apache-2.0
//
// Durations and times as Go's time package reads and prints them. A duration
// has its own way of quoting in errors, in bytes and never in runes.
#include "llb/Support/GoText.h"

#include <algorithm>

namespace llb::go {
namespace {

constexpr uint64_t maxDuration = uint64_t(1) << 63;

bool isDecimal(char c) { return c >= '0' && c <= '9'; }

/// time's own quoting: whatever is not printable ASCII as `\xNN`.
std::string quoteUnit(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || byte < ' ') {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
      continue;
    }
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  out += '"';
  return out;
}

/// Nanoseconds, or 0 if there is no such unit.
uint64_t durationUnit(std::string_view unit) {
  if (unit == "ns")
    return 1;
  // The micro sign and the Greek letter both mean it.
  if (unit == "us" || unit == "\u00b5s" || unit == "\u03bcs")
    return 1000;
  if (unit == "ms")
    return 1000'000;
  if (unit == "s")
    return 1000'000'000;
  if (unit == "m")
    return 60'000'000'000;
  if (unit == "h")
    return 3600'000'000'000;
  return 0;
}

/// Takes the digits off the front of `text`; false on more than 2^63.
bool takeInteger(std::string_view &text, uint64_t &value) {
  value = 0;
  while (!text.empty() && isDecimal(text.front())) {
    if (value > maxDuration / 10)
      return false;
    value = value * 10 + static_cast<uint64_t>(text.front() - '0');
    if (value > maxDuration)
      return false;
    text.remove_prefix(1);
  }
  return true;
}

/// Takes the digits after a point; those that no longer fit are ignored.
void takeFraction(std::string_view &text, uint64_t &value, double &scale) {
  value = 0;
  scale = 1;
  bool full = false;
  for (; !text.empty() && isDecimal(text.front()); text.remove_prefix(1)) {
    if (full)
      continue;
    if (value > (maxDuration - 1) / 10) {
      full = true;
      continue;
    }
    uint64_t next = value * 10 + static_cast<uint64_t>(text.front() - '0');
    if (next > maxDuration) {
      full = true;
      continue;
    }
    value = next;
    scale *= 10;
  }
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

} // namespace

Parsed<int64_t> parseDuration(std::string_view text) {
  auto fail = [text](std::string_view why) -> Parsed<int64_t> {
    return {0, "time: " + std::string(why) + " " + quoteUnit(text)};
  };
  constexpr std::string_view invalid = "invalid duration";

  std::string_view rest = text;
  bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+'))
    rest.remove_prefix(1);
  if (rest == "0")
    return {0, {}};
  if (rest.empty())
    return fail(invalid);

  uint64_t total = 0;
  while (!rest.empty()) {
    size_t before = rest.size();
    uint64_t value, fraction = 0;
    double scale = 1;
    if (!takeInteger(rest, value))
      return fail(invalid);
    bool digits = rest.size() != before;
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      before = rest.size();
      takeFraction(rest, fraction, scale);
      digits |= rest.size() != before;
    }
    if (!digits)
      return fail(invalid);

    size_t length = std::min(rest.find_first_of(".0123456789"), rest.size());
    if (length == 0)
      return fail("missing unit in duration");
    std::string_view name = rest.substr(0, length);
    rest.remove_prefix(length);
    uint64_t unit = durationUnit(name);
    if (unit == 0)
      return fail("unknown unit " + quoteUnit(name) + " in duration");
    if (value > maxDuration / unit)
      return fail(invalid);
    value *= unit;
    if (fraction > 0)
      value += static_cast<uint64_t>(static_cast<double>(fraction) *
                                     (static_cast<double>(unit) / scale));
    if (value > maxDuration)
      return fail(invalid);
    total += value;
    if (total > maxDuration)
      return fail(invalid);
  }
  if (negative)
    return {static_cast<int64_t>(-total), {}};
  if (total == maxDuration)
    return fail(invalid);
  return {static_cast<int64_t>(total), {}};
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

} // namespace llb::go
