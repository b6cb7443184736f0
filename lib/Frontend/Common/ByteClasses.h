// SPDX-License-Identifier: Apache-2.0
//
// The alphabet of the grammars: each byte of a logical line becomes one
// character below 128, as grammars/DockerfileLexer.g4 lists them. The runtime
// caches no transition on a character above 127, so a file in any other
// language than English would otherwise be lexed ten times slower, and a byte
// that is no UTF-8 not at all. Texts of tokens are taken from the line itself.
#ifndef LLB_FRONTEND_COMMON_BYTECLASSES_H
#define LLB_FRONTEND_COMMON_BYTECLASSES_H

#include <string>
#include <string_view>

namespace llb::frontend {

/// Appends one character for each byte of `text`, where `escape` is the file's
/// escape character, `\` or `` ` ``.
void appendByteClasses(std::string &out, std::string_view text, char escape);

/// Makes one word of each of PLEASE DO and COME FROM at the start of a line or
/// behind ABSTAIN. `classes` ends in the classes of `text`.
void joinTwoWords(std::string &classes, std::string_view text);

/// 0x09 to 0x0D, space, 0x85 and 0xA0: white space to a scanner that takes
/// bytes for characters.
inline bool isByteSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '\x85' || c == '\xA0';
}

} // namespace llb::frontend

#endif
