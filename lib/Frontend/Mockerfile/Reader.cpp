// SPDX-License-Identifier: Apache-2.0
//
// Kinds are checked as yaml.v2 does for the original: any scalar is a text as
// it is written (3.6 is "3.6"), null is as good as nothing, and a text is never
// taken for a list. Aliases and merges may repeat values without end, so what
// is read is counted.
#include "Reader.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/Suggest.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/ADT/StringSet.h>

namespace llb::frontend::mockerfile {

using Kind = YamlNode::Kind;

static constexpr unsigned maxMerges = 100;

static std::string_view kindName(const YamlNode &node) {
  switch (node.kind) {
  case Kind::Null:
    return "nothing";
  case Kind::Scalar:
    return "a text";
  case Kind::Sequence:
    return "a list";
  case Kind::Mapping:
    return "a mapping";
  }
  return "unknown";
}

bool Reader::spend(const YamlNode &node) {
  if (budget == 0)
    return false;
  if (--budget == 0)
    diags.report(diag::MockerAliasBomb, node.range);
  return budget != 0;
}

void Reader::wrongKind(const YamlNode &node, std::string_view what,
                       std::string_view expected, std::string_view remedy) {
  diags
      .report(diag::MockerWrongKind, node.range, what, expected, kindName(node),
              remedy)
      .place(node.lines);
}

bool Reader::checkTag(const YamlNode &node, std::string_view only) {
  if (node.tag.empty() || node.tag == only)
    return true;
  std::string shown = node.tag;
  constexpr std::string_view standard = "tag:yaml.org,2002:";
  if (shown.starts_with(standard))
    shown.replace(0, standard.size(), "!!");
  diags.report(diag::MockerTag, node.range, shown).place(node.lines);
  return false;
}

void Reader::text(const YamlNode &node, std::string_view what,
                  ast::MockerText &out) {
  if (!spend(node))
    return;
  out = {placeOf(node), node.text};
  if (node.kind == Kind::Scalar) {
    checkTag(node, "tag:yaml.org,2002:str");
    return;
  }
  out.text.clear();
  if (node.kind == Kind::Mapping)
    wrongKind(node, what, "a text", "; put a text that holds ': ' in quotes");
  else if (node.kind == Kind::Sequence)
    wrongKind(node, what, "a text",
              "; write one value, and put a text that starts with '[' in "
              "quotes");
}

void Reader::texts(const YamlNode &node, std::string_view what,
                   std::vector<ast::MockerText> &out) {
  out.clear();
  if (!spend(node))
    return;
  if (node.kind != Kind::Sequence)
    return wrongKind(node, what, "a list of texts",
                     "; write each item on a line of its own after '- '");
  checkTag(node, "tag:yaml.org,2002:seq");
  std::string item = "an item of " + std::string(what);
  for (uint32_t child : node.children) {
    if (budget == 0)
      return;
    text(tree.nodes[child], item, out.emplace_back());
  }
}

void Reader::flag(const YamlNode &node, std::string_view what,
                  std::optional<bool> &out) {
  if (!spend(node))
    return;
  if (node.kind == Kind::Scalar &&
      (node.text == "true" || node.text == "false"))
    out = node.text == "true";
  else
    wrongKind(node, what, "true or false", "");
}

void Reader::pairs(const YamlNode &node, std::string_view what,
                   std::vector<ast::MockerPair> &out) {
  out.clear();
  std::string value = "a value of " + std::string(what);
  for (const Entry &entry : entries(node, what)) {
    if (budget == 0)
      return;
    ast::MockerPair &pair = out.emplace_back();
    pair.name = {placeOf(*entry.key), entry.key->text};
    if (entry.value->kind != Kind::Null)
      text(*entry.value, value, pair.value.emplace());
  }
}

void Reader::list(const YamlNode &node, std::string_view what,
                  llvm::function_ref<void(const YamlNode &item)> read) {
  if (!spend(node))
    return;
  if (node.kind != Kind::Sequence)
    return wrongKind(node, what, "a list",
                     "; write '- ' before the first key of each item");
  checkTag(node, "tag:yaml.org,2002:seq");
  for (uint32_t child : node.children) {
    if (budget == 0)
      return;
    read(tree.nodes[child]);
  }
}

void Reader::addEntries(const YamlNode &node, std::string_view what,
                        unsigned depth, std::vector<Entry> &out) {
  if (!spend(node))
    return;
  if (node.kind != Kind::Mapping)
    return wrongKind(node, what, "a mapping",
                     "; write its keys below it, each as 'key: value'");
  checkTag(node, "tag:yaml.org,2002:map");
  if (depth == maxMerges) {
    diags.report(diag::MockerTooDeep, node.range, maxMerges);
    return;
  }
  std::vector<const YamlNode *> merges;
  for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
    const YamlNode &key = tree.nodes[node.children[i]];
    const YamlNode &value = tree.nodes[node.children[i + 1]];
    if (!spend(key))
      return;
    if (key.kind != Kind::Scalar)
      diags.report(diag::MockerKeyKind, key.range, kindName(key))
          .place(key.lines);
    else if (key.plain && key.text == "<<")
      merges.push_back(&value);
    else
      out.push_back({&key, &value});
  }
  // What is merged comes after the mapping's own keys, which hide it.
  for (const YamlNode *merge : merges) {
    if (merge->kind != Kind::Sequence) {
      addEntries(*merge, "'<<'", depth + 1, out);
      continue;
    }
    for (uint32_t child : merge->children)
      addEntries(tree.nodes[child], "an item of '<<'", depth + 1, out);
  }
}

std::vector<Reader::Entry> Reader::entries(const YamlNode &node,
                                           std::string_view what) {
  std::vector<Entry> all;
  addEntries(node, what, 0, all);
  if (lastWins && node.kind == Kind::Mapping)
    return all;
  size_t own = 0;
  for (size_t i = 0; i + 1 < node.children.size(); i += 2) {
    const YamlNode &key = tree.nodes[node.children[i]];
    own += key.kind == Kind::Scalar && !(key.plain && key.text == "<<");
  }
  std::vector<Entry> result;
  llvm::StringMap<const YamlNode *> seen;
  for (size_t i = 0; i < all.size(); ++i) {
    const YamlNode &key = *all[i].key;
    auto [known, isNew] = seen.try_emplace(key.text, &key);
    if (isNew)
      result.push_back(all[i]);
    else if (i < own)
      diags.report(diag::MockerDuplicateKey, key.range, key.text)
          .place(key.lines)
          .note(diag::MockerFirstKey, known->second->range, key.text);
  }
  return result;
}

void Reader::mapping(const YamlNode &node, std::string_view what,
                     const std::vector<Key> &keys) {
  std::vector<std::string> names;
  for (const Key &key : keys)
    names.emplace_back(key.name);
  for (const Entry &entry : entries(node, what)) {
    if (budget == 0)
      return;
    const std::string &name = entry.key->text;
    const Key *found = nullptr;
    for (const Key &key : keys)
      if (key.name == name)
        found = &key;
    if (!found) {
      std::string hint = didYouMean(name, names, /*caseSensitive=*/false);
      if (hint.empty()) {
        hint = "; there are ";
        for (const std::string &known : names)
          hint += (&known == &names.front() ? "" : ", ") + known;
      }
      diags.report(diag::MockerUnknownKey, entry.key->range, name, what, hint)
          .place(entry.key->lines);
      continue;
    }
    if (entry.value->kind != Kind::Null)
      found->read(*entry.value);
  }
}

} // namespace llb::frontend::mockerfile
