// SPDX-License-Identifier: Apache-2.0
//
// The state of one expansion. Quotes, escapes and words are in WordExpand.cpp,
// the forms of `$` in WordExpandDollar.cpp.
#ifndef LLB_LIB_SUPPORT_WORDEXPANDER_H
#define LLB_LIB_SUPPORT_WORDEXPANDER_H

#include "RuneScanner.h"
#include "llb/Support/GoText.h"
#include "llb/Support/WordExpand.h"

#include <cassert>

namespace llb {

/// Expanding may copy this many times what its result may hold: a value that
/// is used as a default of a default is copied once per level.
inline constexpr unsigned maxCopies = 16;

class Expander {
public:
  Expander(std::string_view word, const EnvGetter &env,
           const ExpandOptions &options, size_t maxBytes, bool capture)
      : source(word), scanner(word), env(env), options(options),
        rawEscapes(options.rawEscapes), capture(capture), maxBytes(maxBytes),
        budget(maxBytes * maxCopies) {
    assert(options.maxNesting <= ExpandOptions::largestNesting &&
           "the stack would not hold it");
  }

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
  NameList unmatched;

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
  // Out of line: their buffers would be part of every level's frame.
  [[gnu::noinline]] bool tooDeep();
  [[gnu::noinline]] bool tooLarge();
  [[gnu::noinline]] bool badModifier(std::string_view modifier);
  [[gnu::noinline]] bool unclosed(char32_t stop);
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
    if (capture && value)
      matched.insert(name);
    else if (capture)
      unmatched.insert(name);
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
                       const std::string &spelling, bool emptyIsUnset,
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

} // namespace llb

#endif
