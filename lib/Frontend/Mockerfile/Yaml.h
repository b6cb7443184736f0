// SPDX-License-Identifier: Apache-2.0
//
// YAML as a tree with places. The tree is yaml-cpp's events put together here
// and not yaml-cpp's own nodes: those lose the places of keys, expand aliases
// without limit and throw on use. Aliases share their node, so the tree is as
// large as the file; whoever walks it must count what an alias repeats.
#ifndef LLB_FRONTEND_MOCKERFILE_YAML_H
#define LLB_FRONTEND_MOCKERFILE_YAML_H

#include "llb/Support/DiagEngine.h"

#include <functional>
#include <llvm/Support/LogicalResult.h>

namespace llb::frontend::mockerfile {

struct YamlNode {
  enum class Kind : uint8_t { Null, Scalar, Sequence, Mapping };

  Kind kind = Kind::Null;
  /// Written without quotes; `~` and `null` are null then.
  bool plain = false;
  /// The text of a scalar.
  std::string text;
  /// As resolved, empty if none was written.
  std::string tag;
  llvm::SMRange range;
  LineRange lines;
  /// Indices of items, or of keys and values in turn.
  std::vector<uint32_t> children;
};

struct YamlTree {
  /// The first is the root; empty for an empty document.
  std::vector<YamlNode> nodes;
};

/// Turns yaml-cpp's line and column into places. Columns count bytes, as the
/// text was checked to be UTF-8.
class YamlPlaces {
public:
  explicit YamlPlaces(std::string_view text);

  /// The place of a line and column that count from 0, inside the text.
  const char *find(int line, int column) const;
  /// The line of a place, counting from 1.
  unsigned lineOf(const char *place) const;
  /// What a scalar that starts at `place` takes up.
  llvm::SMRange scalar(const char *place, std::string_view value) const;
  /// The word, or the bracket, that starts at `place`.
  llvm::SMRange word(const char *place) const;
  /// The last character before `place` that is not white space: what a missing
  /// value is missing after.
  llvm::SMRange before(const char *place) const;

private:
  std::string_view text;
  std::vector<const char *> lineStarts;
};

/// An event, for the token dump; `text` is a scalar's or an alias's.
using YamlEvent = std::function<void(const char *place, std::string_view kind,
                                     std::string_view text)>;

/// Reads the first document of `text`, one of the engine's buffers. Reports
/// what is no YAML, and a second document. `event` may be null.
llvm::LogicalResult readYaml(std::string_view text, YamlTree &tree,
                             DiagEngine &diags, const YamlEvent &event);

} // namespace llb::frontend::mockerfile

#endif
