// SPDX-License-Identifier: Apache-2.0
//
// Go's printf, for the case that there is nothing to print: only the walk over
// flags, widths and indices is left, and its error texts.
#include "MockerGoText.h"
#include "llb/Support/Unicode.h"

namespace llb::lower {
namespace {

class Printf {
public:
  explicit Printf(std::string_view format) : format(format) {}

  std::string run() {
    while (true) {
      size_t percent = format.find('%', at);
      out += format.substr(at, percent - at);
      if (percent == std::string_view::npos)
        return std::move(out);
      at = percent + 1;
      verb();
    }
  }

private:
  bool is(char c) const { return at < format.size() && format[at] == c; }

  void verb() {
    goodIndex = true;
    while (at < format.size() &&
           std::string_view("#0+- ").find(format[at]) != std::string_view::npos)
      ++at;
    bool afterIndex = index();
    if (is('*')) {
      ++at;
      out += "%!(BADWIDTH)";
      afterIndex = false;
    } else if (number() && afterIndex) {
      goodIndex = false;
    }
    if (is('.')) {
      ++at;
      if (afterIndex)
        goodIndex = false;
      afterIndex = index();
      if (is('*')) {
        ++at;
        out += "%!(BADPREC)";
        afterIndex = false;
      } else {
        number();
      }
    }
    if (!afterIndex)
      index();
    if (at >= format.size()) {
      out += "%!(NOVERB)";
      return;
    }
    std::string_view rest = format.substr(at);
    unicode::Decoded next = unicode::decode(rest);
    at += next.length;
    if (next.rune == '%') {
      out += '%';
      return;
    }
    out += "%!";
    unicode::append(out, next.rune);
    out += goodIndex ? "(MISSING)" : "(BADINDEX)";
  }

  /// Digits; true if there are any. One that is too large ends the text.
  bool number() { return number(format.size()); }
  bool number(size_t end) {
    size_t start = at;
    int64_t value = 0;
    for (; at < end && format[at] >= '0' && format[at] <= '9'; ++at) {
      if (value > 1'000'000) {
        at = end;
        return false;
      }
      value = value * 10 + (format[at] - '0');
    }
    return at != start;
  }

  /// `[n]`, which is out of range in any case. True if it is well formed.
  bool index() {
    if (!is('['))
      return false;
    goodIndex = false;
    size_t start = at;
    size_t close = format.find(']', at + 1);
    if (format.size() - at < 3 || close == std::string_view::npos) {
      ++at;
      return false;
    }
    at = start + 1;
    bool good = number(close) && at == close;
    at = close + 1;
    return good;
  }

  std::string_view format;
  size_t at = 0;
  std::string out;
  bool goodIndex = true;
};

} // namespace

std::string sprintfNothing(std::string_view format) {
  return Printf(format).run();
}

std::optional<std::vector<std::string>> splitShellWords(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool inWord = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (quote == '\'') {
      if (c == '\'')
        quote = 0;
      else
        word += c;
    } else if (quote == '"') {
      if (c == '"')
        quote = 0;
      else if (c != '\\')
        word += c;
      else if (++i == text.size())
        return std::nullopt;
      else
        word += text[i];
    } else if (!inWord && c == '#') {
      while (i < text.size() && text[i] != '\n')
        ++i;
    } else if (blank) {
      if (inWord)
        words.push_back(std::move(word));
      word.clear();
      inWord = false;
    } else {
      inWord = true;
      if (c == '\'' || c == '"')
        quote = c;
      else if (c != '\\')
        word += c;
      else if (++i == text.size())
        return std::nullopt;
      else
        word += text[i];
    }
  }
  if (quote)
    return std::nullopt;
  if (inWord)
    words.push_back(std::move(word));
  return words;
}

} // namespace llb::lower
