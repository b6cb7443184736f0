// SPDX-License-Identifier: Apache-2.0
//
// The expander is one pass over the code points of a word, without an AST: the
// word after `${name:-` is expanded by the same code that expands a whole word,
// told to stop at `}`. Because it is one pass, a default is expanded even where
// it is not used, and errors in it count.
#include "llb/Support/WordExpand.h"

#include "ShellPattern.h"
#include "llb/Support/GoText.h"
#include "llb/Support/Unicode.h"

#include <fmt/format.h>

using namespace llb;

namespace {

/// Stands for the end of input; prints as U+FFFD, as Go's -1 does.
constexpr char32_t endOfInput = 0xFFFFFFFF;

/// Nesting of `${...}`; every level is a few frames of the C++ stack.
constexpr unsigned maxDepth = 1000;

/// Expanding may copy this many times what its result may hold: a value that
/// is used as a default of a default is copied once per level.
constexpr unsigned maxCopies = 16;

void appendRune(std::string &out, char32_t rune) {
  unicode::append(out, rune == endOfInput ? unicode::replacement : rune);
}

/// Reads code points with one of look-ahead.
class RuneScanner {
public:
  explicit RuneScanner(std::string_view text) : rest(text) {
    if (rest.starts_with("\xEF\xBB\xBF"))
      rest.remove_prefix(3);
    fetch();
  }

  char32_t peek() const { return current; }
  bool atEnd() const { return current == endOfInput; }
  char32_t next() {
    char32_t rune = current;
    if (rune != endOfInput)
      fetch();
    return rune;
  }

private:
  void fetch() {
    if (rest.empty()) {
      current = endOfInput;
      return;
    }
    unicode::Decoded decoded = unicode::decode(rest);
    current = decoded.rune;
    rest.remove_prefix(decoded.length);
  }

  std::string_view rest;
  char32_t current = endOfInput;
};

/// `@`, `*` and their like, which are names of their own.
bool isSpecialParam(char32_t rune) {
  switch (rune) {
  case '@':
  case '*':
  case '#':
  case '?':
  case '-':
  case '$':
  case '!':
  case '0':
    return true;
  default:
    return false;
  }
}

class Expander {
public:
  Expander(std::string_view word, const EnvGetter &env,
           const ExpandOptions &options, size_t maxBytes, bool capture)
      : source(word), scanner(word), env(env), options(options),
        rawEscapes(options.rawEscapes), capture(capture), maxBytes(maxBytes),
        budget(maxBytes * maxCopies) {}

  /// Expands the whole word.
  bool run(std::string &text, std::vector<std::string> &words) {
    if (processUntil(endOfInput, options.rawEscapes, text, words))
      return true;
    text.clear();
    words.clear();
    error = "failed to process " + go::quote(source) + ": " + error;
    return false;
  }

  std::string error;
  std::set<std::string> matched;
  std::set<std::string> unmatched;

private:
  /// Splits what it is given into words. All nesting levels share one buffer,
  /// and a level that begins or ends empties it: that is how BuildKit loses
  /// the text before a substitution with a modifier.
  struct Words {
    std::string &buffer;
    std::vector<std::string> &list;
    bool inWord = false;

    void addRune(char32_t rune) {
      if (!unicode::isSpace(rune)) {
        addRawRune(rune);
        return;
      }
      if (inWord && !buffer.empty()) {
        finish();
        inWord = false;
      }
    }
    void addRawRune(char32_t rune) {
      appendRune(buffer, rune);
      inWord = true;
    }
    void add(std::string_view text) {
      while (!text.empty()) {
        unicode::Decoded next = unicode::decode(text);
        text.remove_prefix(next.length);
        addRune(next.rune);
      }
    }
    void addRaw(std::string_view text) {
      buffer += text;
      inWord = true;
    }
    void finish() {
      if (!buffer.empty())
        list.push_back(std::move(buffer));
      buffer.clear();
    }
  };

  bool fail(std::string message) {
    error = std::move(message);
    return false;
  }
  bool tooLarge() {
    return fail(
        fmt::format("the expanded value is larger than {} bytes", maxBytes));
  }
  bool badModifier(std::string_view modifier) {
    return fail(
        fmt::format("unsupported modifier ({}) in substitution", modifier));
  }
  /// A nested word failed: at the end of input the missing character is to
  /// blame, whatever was found wrong before it.
  bool failNested(const char *atEnd) {
    return scanner.atEnd() ? fail(atEnd) : false;
  }

  /// Adds a piece to a result, within the limits.
  bool append(std::string &out, std::string piece) {
    if (piece.size() > budget || out.size() + piece.size() > maxBytes)
      return tooLarge();
    budget -= piece.size();
    if (out.empty())
      out = std::move(piece);
    else
      out += piece;
    return true;
  }

  const std::string *lookUp(const std::string &name) {
    const std::string *value = env.get(name);
    if (capture)
      (value ? matched : unmatched).insert(name);
    return value;
  }

  bool processUntil(char32_t stop, bool raw, std::string &out,
                    std::vector<std::string> &wordList);
  bool processSpecial(char32_t rune, std::string &out);
  bool processSingleQuote(std::string &out);
  bool processDoubleQuote(std::string &out);
  void processLess(std::string &out);
  bool processDollar(std::string &out);
  bool processBraces(std::string &out);
  bool processModifier(const std::string &name, char32_t modifier,
                       std::string spelling, bool emptyIsUnset,
                       std::string &out);
  bool processReplace(const std::string &name, std::string &out);
  bool nested(char32_t stop, bool raw, std::string &out) {
    std::vector<std::string> ignored;
    return processUntil(stop, raw, out, ignored);
  }
  std::string processName();

  std::string_view source;
  RuneScanner scanner;
  const EnvGetter &env;
  const ExpandOptions &options;
  bool rawEscapes;
  bool capture;
  size_t maxBytes;
  size_t budget;
  unsigned depth = 0;
  std::string wordBuffer;
};

/// Expands up to the code point `stop`, which is consumed, or to the end.
bool Expander::processUntil(char32_t stop, bool raw, std::string &out,
                            std::vector<std::string> &wordList) {
  if (++depth > maxDepth)
    return fail(fmt::format("substitutions nest deeper than {}", maxDepth));
  wordBuffer.clear();
  Words words{wordBuffer, wordList};
  bool outerRaw = rawEscapes;
  rawEscapes = raw;
  auto leave = [&] {
    rawEscapes = outerRaw;
    --depth;
    words.finish();
    return true;
  };

  while (!scanner.atEnd()) {
    char32_t rune = scanner.peek();
    if (stop != endOfInput && rune == stop) {
      scanner.next();
      return leave();
    }
    bool quote = rune == '\'' || rune == '"';
    if (rune == '$' || rune == '<' || (quote && !options.skipProcessQuotes)) {
      std::string piece;
      if (!processSpecial(rune, piece)) {
        rawEscapes = outerRaw;
        --depth;
        return false;
      }
      if (rune == '$')
        words.add(piece);
      else
        words.addRaw(piece);
      if (!append(out, std::move(piece)))
        return false;
      continue;
    }
    scanner.next();
    if (rune != static_cast<unsigned char>(options.escape)) {
      words.addRune(rune);
      appendRune(out, rune);
      continue;
    }
    if (rawEscapes) {
      words.addRawRune(rune);
      appendRune(out, rune);
    }
    if (scanner.atEnd())
      break;
    rune = scanner.next();
    words.addRawRune(rune);
    appendRune(out, rune);
  }
  leave();
  if (stop == endOfInput)
    return true;
  std::string message =
      "unexpected end of statement while looking for matching ";
  appendRune(message, stop);
  return fail(std::move(message));
}

bool Expander::processSpecial(char32_t rune, std::string &out) {
  switch (rune) {
  case '$':
    return processDollar(out);
  case '\'':
    return processSingleQuote(out);
  case '"':
    return processDoubleQuote(out);
  default:
    processLess(out);
    return true;
  }
}

bool Expander::processSingleQuote(std::string &out) {
  char32_t rune = scanner.next();
  if (options.rawQuotes)
    appendRune(out, rune);
  for (;;) {
    rune = scanner.next();
    if (rune == endOfInput)
      return fail("unexpected end of statement while looking for matching "
                  "single-quote");
    if (rune == '\'') {
      if (options.rawQuotes)
        appendRune(out, rune);
      return true;
    }
    appendRune(out, rune);
  }
}

bool Expander::processDoubleQuote(std::string &out) {
  char32_t rune = scanner.next();
  if (options.rawQuotes)
    appendRune(out, rune);
  const char32_t escape = static_cast<unsigned char>(options.escape);
  for (;;) {
    switch (scanner.peek()) {
    case endOfInput:
      return fail("unexpected end of statement while looking for matching "
                  "double-quote");
    case '"':
      rune = scanner.next();
      if (options.rawQuotes)
        appendRune(out, rune);
      return true;
    case '$': {
      std::string piece;
      if (!processDollar(piece) || !append(out, std::move(piece)))
        return false;
      continue;
    }
    default:
      break;
    }
    rune = scanner.next();
    if (rune == escape) {
      if (rawEscapes)
        appendRune(out, rune);
      char32_t after = scanner.peek();
      if (after == endOfInput)
        continue;
      if (after == '"' || after == '$' || after == escape)
        rune = scanner.next();
    }
    appendRune(out, rune);
  }
}

/// `<<` keeps the white space after it in the same word, so that `<< EOF` is
/// one heredoc word.
void Expander::processLess(std::string &out) {
  scanner.next();
  out += '<';
  if (scanner.peek() != '<')
    return;
  scanner.next();
  out += '<';
  while (scanner.peek() == '\t' || scanner.peek() == '\r' ||
         scanner.peek() == ' ')
    appendRune(out, scanner.next());
}

bool Expander::processDollar(std::string &out) {
  scanner.next();
  if (scanner.peek() == '{')
    return processBraces(out);
  std::string name = processName();
  if (name.empty()) {
    out = "$";
    return true;
  }
  const std::string *value = lookUp(name);
  if (value)
    out = *value;
  else if (options.skipUnsetEnv)
    out = "$" + name;
  return true;
}

bool Expander::processBraces(std::string &out) {
  scanner.next();
  switch (scanner.peek()) {
  case endOfInput:
    return fail("syntax error: missing '}'");
  case '{':
  case '}':
  case ':':
    return fail("syntax error: bad substitution");
  default:
    break;
  }
  std::string name = processName();
  char32_t modifier = scanner.next();
  std::string spelling;
  appendRune(spelling, modifier);
  switch (modifier) {
  case '}': {
    const std::string *value = lookUp(name);
    if (value)
      out = *value;
    else if (options.skipUnsetEnv)
      out = "${" + name + "}";
    return true;
  }
  case '/':
    return processReplace(name, out);
  case ':':
    modifier = scanner.next();
    appendRune(spelling, modifier);
    return processModifier(name, modifier, std::move(spelling), true, out);
  case '+':
  case '-':
  case '?':
  case '#':
  case '%':
    return processModifier(name, modifier, std::move(spelling), false, out);
  default:
    return badModifier(spelling);
  }
}

/// `${name<spelling>word}`; `emptyIsUnset` if the modifier had a colon.
bool Expander::processModifier(const std::string &name, char32_t modifier,
                               std::string spelling, bool emptyIsUnset,
                               std::string &out) {
  bool trims = modifier == '#' || modifier == '%';
  if (emptyIsUnset && trims)
    return badModifier(spelling);
  std::string word;
  if (!nested('}', trims, word))
    return failNested("syntax error: missing '}'");
  const std::string *value = lookUp(name);
  if (!value && options.skipUnsetEnv) {
    out = "${" + name + spelling + word + "}";
    return true;
  }
  bool absent = !value || (emptyIsUnset && value->empty());
  switch (modifier) {
  case '-':
    out = absent ? std::move(word) : *value;
    return true;
  case '+':
    if (!absent)
      out = std::move(word);
    return true;
  case '?':
    if (absent) {
      const char *usual =
          value ? "is not allowed to be empty" : "is not allowed to be unset";
      return fail(name + ": " + (word.empty() ? usual : word));
    }
    out = *value;
    return true;
  case '#':
  case '%': {
    std::string_view pattern = word;
    bool greedy = pattern.starts_with(static_cast<char>(modifier));
    if (greedy)
      pattern.remove_prefix(1);
    std::string_view text = value ? std::string_view(*value) : "";
    auto trimmed = modifier == '#'
                       ? trimShellPrefix(pattern, text, greedy, error)
                       : trimShellSuffix(pattern, text, greedy, error);
    if (!trimmed)
      return false;
    out = std::move(*trimmed);
    return true;
  }
  default:
    return badModifier(spelling);
  }
}

bool Expander::processReplace(const std::string &name, std::string &out) {
  bool all = scanner.peek() == '/';
  if (all)
    scanner.next();
  std::string pattern;
  if (!nested('/', true, pattern))
    return failNested("syntax error: missing '/' in ${}");
  std::string replacement;
  if (!nested('}', true, replacement))
    return failNested("syntax error: missing '}'");
  const std::string *value = lookUp(name);
  if (!value && options.skipUnsetEnv) {
    out = "${" + name + "/" + pattern + "/" + replacement + "}";
    return true;
  }
  std::string_view text = value ? std::string_view(*value) : "";
  auto replaced =
      replaceShellPattern(pattern, replacement, text, all, maxBytes, error);
  if (!replaced)
    return false;
  out = std::move(*replaced);
  return true;
}

/// Letters, digits and `_`; digits only, if it starts with one; or one special
/// parameter.
std::string Expander::processName() {
  std::string name;
  char32_t first = scanner.peek();
  if (first == endOfInput)
    return name;
  if (unicode::isDigit(first)) {
    while (!scanner.atEnd() && unicode::isDigit(scanner.peek()))
      appendRune(name, scanner.next());
    return name;
  }
  if (isSpecialParam(first)) {
    appendRune(name, scanner.next());
    return name;
  }
  while (!scanner.atEnd()) {
    char32_t rune = scanner.peek();
    if (!unicode::isLetter(rune) && !unicode::isDigit(rune) && rune != '_')
      break;
    appendRune(name, scanner.next());
  }
  return name;
}

} // namespace

Expanded llb::expandWord(std::string_view word, const EnvGetter &env,
                         const ExpandOptions &options, size_t maxBytes) {
  Expanded result;
  std::vector<std::string> words;
  Expander expander(word, env, options, maxBytes, /*capture=*/true);
  expander.run(result.text, words);
  result.error = std::move(expander.error);
  result.matched = std::move(expander.matched);
  result.unmatched = std::move(expander.unmatched);
  return result;
}

ExpandedWords llb::expandWords(std::string_view word, const EnvGetter &env,
                               const ExpandOptions &options, size_t maxBytes) {
  ExpandedWords result;
  std::string text;
  Expander expander(word, env, options, maxBytes, /*capture=*/false);
  expander.run(text, result.words);
  result.error = std::move(expander.error);
  return result;
}
