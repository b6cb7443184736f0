// SPDX-License-Identifier: Apache-2.0
//
// From YAML values to the members of AST nodes: kinds, keys, aliases and what
// is said of wrong ones. Which keys there are is in Mockerfile.cpp.
#ifndef LLB_FRONTEND_MOCKERFILE_READER_H
#define LLB_FRONTEND_MOCKERFILE_READER_H

#include "Yaml.h"
#include "llb/AST/Mockerfile.h"

#include <llvm/ADT/STLFunctionalExtras.h>

namespace llb::frontend::mockerfile {

class Reader {
public:
  /// `lastWins`: a key that is given twice counts as it does in yaml.v2.
  Reader(const YamlTree &tree, bool lastWins, DiagEngine &diags)
      : tree(tree), lastWins(lastWins), diags(diags) {}

  /// A key of a mapping and what reads its value. Null values are not read.
  struct Key {
    std::string_view name;
    std::function<void(const YamlNode &value)> read;
  };

  // `what` names the value in messages: `'install'`, `an item of 'copy'`.

  void mapping(const YamlNode &node, std::string_view what,
               const std::vector<Key> &keys);
  void text(const YamlNode &node, std::string_view what, ast::MockerText &out);
  void texts(const YamlNode &node, std::string_view what,
             std::vector<ast::MockerText> &out);
  void flag(const YamlNode &node, std::string_view what,
            std::optional<bool> &out);
  /// A mapping of names to texts.
  void pairs(const YamlNode &node, std::string_view what,
             std::vector<ast::MockerPair> &out);
  /// Calls `read` for each item of a list of mappings.
  void list(const YamlNode &node, std::string_view what,
            llvm::function_ref<void(const YamlNode &item)> read);

  const YamlNode &root() const { return tree.nodes.front(); }
  DiagEngine &engine() { return diags; }

private:
  struct Entry {
    const YamlNode *key;
    const YamlNode *value;
  };
  /// Counts a value; false once aliases have made too many.
  bool spend(const YamlNode &node);
  void wrongKind(const YamlNode &node, std::string_view what,
                 std::string_view expected, std::string_view remedy);
  bool checkTag(const YamlNode &node, std::string_view only);
  /// The keys of a mapping, those that `<<` brings included.
  std::vector<Entry> entries(const YamlNode &node, std::string_view what);
  void addEntries(const YamlNode &node, std::string_view what, unsigned depth,
                  std::vector<Entry> &out);

  const YamlTree &tree;
  bool lastWins;
  DiagEngine &diags;
  /// Values that may still be read.
  size_t budget = 1'000'000;
};

/// The place of a node.
inline ast::MockerPlace placeOf(const YamlNode &node) {
  return {node.range, node.lines};
}

} // namespace llb::frontend::mockerfile

#endif
