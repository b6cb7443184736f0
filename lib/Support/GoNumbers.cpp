// SPDX-License-Identifier: Apache-2.0
//
// Numbers and sizes as Go reads them. What is accepted is wider than it looks:
// sizes go through strconv.ParseFloat, so `0x1p4`, `1_0` behind a base prefix
// and `inf` have a meaning, and conversions that overflow yield what amd64
// gives.
#include "llb/Support/GoText.h"

#include "llb/Support/Ascii.h"
#include "llb/Support/Unicode.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace llb::go {
namespace {

constexpr std::string_view syntaxError = "invalid syntax";
constexpr std::string_view rangeError = "value out of range";

bool isHexLetter(char c) { return ascii::hexValue(c) >= 10; }

/// The text of a strconv.NumError.
std::string numError(std::string_view function, std::string_view text,
                     std::string_view why) {
  std::string out = "strconv.";
  out += function;
  out += ": parsing ";
  out += quote(text);
  out += ": ";
  out += why;
  return out;
}

/// Underscores must stand between digits; a base prefix counts as a digit.
bool underscoresOk(std::string_view text) {
  enum { Start, Digit, Underscore, Other } last = Start;
  if (!text.empty() && (text.front() == '-' || text.front() == '+'))
    text.remove_prefix(1);
  bool hex = false;
  if (text.size() >= 2 && text[0] == '0' &&
      (ascii::toLower(text[1]) == 'b' || ascii::toLower(text[1]) == 'o' ||
       ascii::toLower(text[1]) == 'x')) {
    hex = ascii::toLower(text[1]) == 'x';
    text.remove_prefix(2);
    last = Digit;
  }
  for (char c : text) {
    if (ascii::isDigit(c) || (hex && isHexLetter(c))) {
      last = Digit;
    } else if (c == '_') {
      if (last != Digit)
        return false;
      last = Underscore;
    } else {
      if (last == Underscore)
        return false;
      last = Other;
    }
  }
  return last != Underscore;
}

struct Magnitude {
  uint64_t value = 0;
  /// Empty, `syntaxError`, `rangeError` or "invalid base".
  std::string error;
};

/// strconv.ParseUint without the wrapping of its error.
Magnitude parseMagnitude(std::string_view text, int base, int bits) {
  std::string_view whole = text;
  if (text.empty())
    return {0, std::string(syntaxError)};

  bool detect = base == 0;
  if (detect) {
    base = 10;
    if (text[0] == '0') {
      char letter = text.size() >= 3 ? ascii::toLower(text[1]) : '\0';
      base = letter == 'b' ? 2 : letter == 'x' ? 16 : 8;
      text.remove_prefix(letter == 'b' || letter == 'o' || letter == 'x' ? 2
                                                                         : 1);
    }
  } else if (base < 2 || base > 36) {
    return {0, "invalid base " + std::to_string(base)};
  }
  if (bits == 0)
    bits = 64;
  if (bits < 0 || bits > 64)
    return {0, "invalid bit size " + std::to_string(bits)};

  const uint64_t max = ~uint64_t(0) >> (64 - bits);
  const auto radix = static_cast<uint64_t>(base);
  uint64_t value = 0;
  bool underscores = false;
  for (char c : text) {
    uint64_t digit;
    if (c == '_' && detect) {
      underscores = true;
      continue;
    }
    if (ascii::isDigit(c))
      digit = static_cast<uint64_t>(c - '0');
    else if (ascii::toLower(c) >= 'a' && ascii::toLower(c) <= 'z')
      digit = 10 + static_cast<uint64_t>(ascii::toLower(c) - 'a');
    else
      return {0, std::string(syntaxError)};
    if (digit >= radix)
      return {0, std::string(syntaxError)};
    uint64_t next;
    if (__builtin_mul_overflow(value, radix, &next) ||
        __builtin_add_overflow(next, digit, &next) || next > max)
      return {max, std::string(rangeError)};
    value = next;
  }
  if (underscores && !underscoresOk(whole))
    return {0, std::string(syntaxError)};
  return {value, {}};
}

/// Length of the sign and the `inf`, `infinity` or `nan` at the front.
size_t specialLength(std::string_view text) {
  size_t sign = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  auto startsWith = [](std::string_view s, std::string_view word) {
    if (s.size() < word.size())
      return false;
    for (size_t i = 0; i < word.size(); ++i)
      if (ascii::toLower(s[i]) != word[i])
        return false;
    return true;
  };
  std::string_view rest = text.substr(sign);
  if (startsWith(rest, "infinity"))
    return sign + 8;
  if (startsWith(rest, "inf"))
    return sign + 3;
  if (sign == 0 && startsWith(rest, "nan"))
    return 3;
  return 0;
}

/// Whether `text` is a number of strconv.ParseFloat; fills `plain` with the
/// same number for from_chars: no plus sign, base prefix or underscores.
bool checkFloat(std::string_view text, std::string &plain, bool &hex) {
  std::string_view rest = text;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    if (rest[0] == '-')
      plain += '-';
    rest.remove_prefix(1);
  }
  hex = rest.size() > 2 && rest[0] == '0' && ascii::toLower(rest[1]) == 'x';
  if (hex)
    rest.remove_prefix(2);

  bool point = false, digits = false, underscores = false;
  size_t at = 0;
  for (; at < rest.size(); ++at) {
    char c = rest[at];
    if (c == '_') {
      underscores = true;
      continue;
    }
    if (c == '.') {
      if (point)
        break;
      point = true;
    } else if (ascii::isDigit(c) || (hex && isHexLetter(c))) {
      digits = true;
    } else {
      break;
    }
    plain += c;
  }
  if (!digits)
    return false;

  if (at < rest.size() && ascii::toLower(rest[at]) == (hex ? 'p' : 'e')) {
    plain += rest[at++];
    if (at < rest.size() && (rest[at] == '+' || rest[at] == '-'))
      plain += rest[at++];
    if (at == rest.size() || !ascii::isDigit(rest[at]))
      return false;
    for (; at < rest.size() && (ascii::isDigit(rest[at]) || rest[at] == '_');
         ++at) {
      if (rest[at] == '_')
        underscores = true;
      else
        plain += rest[at];
    }
  } else if (hex) {
    return false;
  }
  return at == rest.size() && (!underscores || underscoresOk(text));
}

/// Decides which way an out-of-range number went: from_chars does not say.
bool isTiny(std::string_view plain, bool hex) {
  size_t exponent = plain.find_first_of(hex ? "pP" : "eE");
  std::string_view digits = plain.substr(0, exponent);
  if (digits.starts_with('-'))
    digits.remove_prefix(1);
  size_t point = std::min(digits.find('.'), digits.size());
  size_t first = digits.find_first_not_of("0.");
  if (first == std::string_view::npos)
    return true;
  // Position of the leading digit before the exponent is applied.
  auto position = static_cast<int64_t>(point) - static_cast<int64_t>(first);
  if (hex)
    position *= 4;
  int64_t shift = 0;
  if (exponent != std::string_view::npos) {
    std::string_view text = plain.substr(exponent + 1);
    bool negative = text.starts_with('-');
    for (char c : text)
      if (ascii::isDigit(c) && shift < 10'000)
        shift = shift * 10 + (c - '0');
    if (negative)
      shift = -shift;
  }
  return position + shift < 0;
}

/// strconv.ParseFloat(text, 64).
Parsed<double> parseFloat(std::string_view text) {
  if (size_t length = specialLength(text)) {
    if (length != text.size())
      return {0, numError("ParseFloat", text, syntaxError)};
    if (ascii::toLower(text[0]) == 'n')
      return {std::numeric_limits<double>::quiet_NaN(), {}};
    double infinity = std::numeric_limits<double>::infinity();
    return {text[0] == '-' ? -infinity : infinity, {}};
  }
  std::string plain;
  bool hex = false;
  if (!checkFloat(text, plain, hex))
    return {0, numError("ParseFloat", text, syntaxError)};
  double value = 0;
  auto format = hex ? std::chars_format::hex : std::chars_format::general;
  auto result =
      std::from_chars(plain.data(), plain.data() + plain.size(), value, format);
  if (result.ec == std::errc::result_out_of_range) {
    if (!isTiny(plain, hex))
      return {0, numError("ParseFloat", text, rangeError)};
    value = plain.starts_with('-') ? -0.0 : 0.0;
  }
  return {value, {}};
}

/// The conversion of amd64: what does not fit becomes the smallest integer.
int64_t toInteger(double value) {
  constexpr double limit = 9223372036854775808.0;
  if (value >= -limit && value < limit)
    return static_cast<int64_t>(value);
  return std::numeric_limits<int64_t>::min();
}

/// The factor of `k`, `m`, `g`, `t` or `p`, else 0.
double sizeFactor(char suffix) {
  switch (suffix) {
  case 'k':
    return 0x1p10;
  case 'm':
    return 0x1p20;
  case 'g':
    return 0x1p30;
  case 't':
    return 0x1p40;
  case 'p':
    return 0x1p50;
  default:
    return 0;
  }
}

} // namespace

Parsed<bool> parseBool(std::string_view text) {
  for (std::string_view word : {"1", "t", "T", "true", "TRUE", "True"})
    if (text == word)
      return {true, {}};
  for (std::string_view word : {"0", "f", "F", "false", "FALSE", "False"})
    if (text == word)
      return {false, {}};
  return {false, numError("ParseBool", text, syntaxError)};
}

Parsed<uint64_t> parseUint(std::string_view text, int base, int bits,
                           std::string_view function) {
  Magnitude result = parseMagnitude(text, base, bits);
  if (result.error.empty())
    return {result.value, {}};
  return {result.value, numError(function, text, result.error)};
}

Parsed<int64_t> parseInt(std::string_view text, int base, int bits,
                         std::string_view function) {
  std::string_view digits = text;
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+'))
    digits.remove_prefix(1);
  Magnitude result = parseMagnitude(digits, base, bits);
  if (!result.error.empty() && result.error != rangeError)
    return {0, numError(function, text, result.error)};

  uint64_t limit = uint64_t(1) << ((bits == 0 ? 64 : bits) - 1);
  if (result.value >= limit + (negative ? 1 : 0)) {
    uint64_t nearest = negative ? -limit : limit - 1;
    return {static_cast<int64_t>(nearest),
            numError(function, text, rangeError)};
  }
  uint64_t value = negative ? -result.value : result.value;
  return {static_cast<int64_t>(value), {}};
}

Parsed<int64_t> parseAtoi(std::string_view text) {
  return parseInt(text, 10, 64, "Atoi");
}

Parsed<int64_t> parseRamSize(std::string_view text) {
  auto badSize = [text]() -> Parsed<int64_t> {
    return {-1, "invalid size: '" + std::string(text) + "'"};
  };
  auto badSuffix = [](std::string_view suffix) -> Parsed<int64_t> {
    return {-1, "invalid suffix: '" + std::string(suffix) + "'"};
  };

  size_t last = text.find_last_of("0123456789. ");
  if (last == std::string_view::npos)
    return badSize();
  std::string_view number = text.substr(0, text[last] == ' ' ? last : last + 1);
  std::string_view rest = text.substr(last + 1);

  Parsed<double> size = parseFloat(number);
  if (!size.ok())
    return {-1, std::move(size.error)};
  if (size.value < 0)
    return badSize();
  if (rest.empty())
    return {toInteger(size.value), {}};
  if (rest.size() > 3)
    return badSuffix(rest);
  std::string suffix = unicode::toLower(rest);
  if (suffix == "b")
    return {toInteger(size.value), {}};
  double factor = sizeFactor(suffix[0]);
  bool known = factor != 0 && (suffix.size() != 2 || suffix[1] == 'b') &&
               (suffix.size() != 3 || suffix.ends_with("ib"));
  if (!known)
    return badSuffix(suffix);
  return {toInteger(size.value * factor), {}};
}

} // namespace llb::go
