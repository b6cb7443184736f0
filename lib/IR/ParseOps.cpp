// SPDX-License-Identifier: Apache-2.0
//
// Operations. The notations here mirror those of Printer.cpp; whatever is not
// a notation is read generically.
#include "TextParser.h"

#include "llb/Support/IRDiags.h"

namespace llb::ir::text {

bool Parser::startsRef() const {
  return isOperand() || token.is(TokenKind::At) || token.is(TokenKind::Caret) ||
         token.isWord("scratch");
}

int64_t Parser::indexOf(const ValueId &value) {
  std::vector<ValueId> &inputs = node().op.inputs;
  auto [entry, isNew] = inputIndex.try_emplace(value, inputs.size());
  if (isNew)
    inputs.push_back(value);
  return entry->second;
}

/// `%value`, `%value#1`, `scratch`, `@7` (a bare index), `^2` (the result of
/// action 2).
bool Parser::parseRef(int64_t &index) {
  if (consumeWord("scratch")) {
    index = noIndex;
    return true;
  }
  if (consume(TokenKind::At))
    return parseInt(index);
  if (token.is(TokenKind::Caret)) {
    Token caret = token;
    advance();
    if (!parseInt(index))
      return false;
    if (relative)
      relative->push_back(&index);
    else
      diags.report(diag::TextNoAction, caret.range(), index);
    return true;
  }
  if (!token.is(TokenKind::Value))
    return unexpected("value or 'scratch'");
  ValueId value;
  if (!parseValue(value))
    return false;
  // An undefined value is an error by itself.
  index = value.valid() ? indexOf(value) : noIndex;
  return true;
}

/// `inputs(%a, %b)`: the operation's inputs, where the order of first use is
/// not theirs.
bool Parser::parseInputs() {
  if (!consumeWord("inputs"))
    return true;
  return parseSequence(TokenKind::LeftParen, TokenKind::RightParen, [&] {
    ValueId value;
    if (!parseValue(value))
      return false;
    std::vector<ValueId> &inputs = node().op.inputs;
    inputIndex.try_emplace(value, inputs.size());
    inputs.push_back(value);
    return true;
  });
}

/// `(linux/arm64/v8)` or the generic form.
bool Parser::parsePlatform(Platform &out) {
  if (token.is(TokenKind::LeftBrace))
    return parseMessage(out);
  auto part = [&](std::string &text) {
    if (!token.is(TokenKind::Word) && !token.is(TokenKind::Number))
      return unexpected("part of a platform");
    text = token.text;
    advance();
    return true;
  };
  return expect(TokenKind::LeftParen) && part(out.os) &&
         expect(TokenKind::Slash) && part(out.architecture) &&
         (!consume(TokenKind::Slash) || part(out.variant)) &&
         expect(TokenKind::RightParen);
}

bool Parser::parseClauses() {
  Op &op = node().op;
  for (;;) {
    if (consumeWord("platform")) {
      Platform platform;
      if (!parsePlatform(platform))
        return false;
      op.platform = std::move(platform);
    } else if (consumeWord("constraints")) {
      if (!parseMessage(op.constraints.emplace()))
        return false;
    } else if (consumeWord("unconstrained")) {
      op.constraints.reset();
    } else if (consumeWord("unknown")) {
      if (!parseBase64(op.unknown.bytes.edit()))
        return false;
    } else if (consumeWord("encoded")) {
      encoded.push_back({module.nodes.size() - 1, token.range()});
      if (!parseBase64(node().original))
        return false;
      node().digest = Digest::of(node().original);
    } else {
      return true;
    }
  }
}

/// `=> #1`, or `=> none` where that is not what leaving it out means.
bool Parser::parseOutput(int64_t &out) {
  if (consumeWord("none")) {
    out = noIndex;
    return true;
  }
  return expect(TokenKind::Hash) && parseInt(out);
}

/// `bind %base "…" -> "/dest" { fields } => #0`.
bool Parser::parseMount(Mount &mount) {
  mount.input = noIndex;
  addPlace(token);
  if (consumeWord("mount")) {
    int32_t kind = 0;
    if (!expect(TokenKind::LeftParen) || !parseInt(kind) ||
        !expect(TokenKind::RightParen))
      return false;
    mount.mountType = static_cast<MountType>(kind);
  } else {
    const auto &kinds = EnumNames<MountType>::names;
    for (size_t i = 0; i < kinds.size(); ++i)
      if (token.text == kinds[i])
        mount.mountType = static_cast<MountType>(i);
    advance();
  }
  mount.output = usualOutput(mount.mountType);
  if (startsRef() && !parseRef(mount.input))
    return false;
  if (!expect(TokenKind::Arrow) || !parseString(mount.dest))
    return false;
  if (token.is(TokenKind::LeftBrace) && !parseMessage(mount))
    return false;
  return !consume(TokenKind::FatArrow) || parseOutput(mount.output);
}

bool Parser::parseBody(Exec &exec) {
  if (token.is(TokenKind::LeftBracket) && !parseList(exec.meta.emplace().args))
    return false;
  if (!parseClauses())
    return false;
  if (!consume(TokenKind::LeftBrace))
    return true;
  std::vector<std::string> names(std::begin(EnumNames<MountType>::names),
                                 std::end(EnumNames<MountType>::names));
  auto isMount = [&] {
    for (std::string_view name : EnumNames<MountType>::names)
      if (token.isWord(name))
        return true;
    return token.isWord("mount");
  };
  fieldNames<Meta>(names);
  fieldNames<Exec>(names);
  uint64_t seenMeta = 0;
  uint64_t seenExec = 0;
  bool hasMeta = exec.meta.has_value();
  Meta meta = exec.meta.value_or(Meta());
  while (!consume(TokenKind::RightBrace)) {
    if (isMount()) {
      if (!parseMount(exec.mounts.emplace_back()))
        return false;
    } else {
      bool known = false;
      if (!parseEntry(meta, seenMeta, known, "meta_unknown"))
        return false;
      hasMeta |= known;
      if (!known && !parseEntry(exec, seenExec, known))
        return false;
      if (!known && !unknownField(names))
        return false;
    }
    consume(TokenKind::Comma);
  }
  if (hasMeta)
    exec.meta = std::move(meta);
  return true;
}

bool Parser::parseBody(Source &source) {
  if (!token.is(TokenKind::String))
    return parseClauses() && parseMessage(source);
  return parseString(source.identifier) && parseClauses() &&
         (!token.is(TokenKind::LeftBrace) || parseMap(source.attrs));
}

/// `copy %from "/a" -> "/b" on %to { fields } => #0`, with the clauses of the
/// other actions alike.
bool Parser::parseAction(FileAction &action, ActionDefaults &absent) {
  addPlace(token);
  action.secondaryInput = noIndex;
  auto pair = [&](std::string &from, std::string &to) {
    return parseString(from) && expect(TokenKind::Arrow) && parseString(to);
  };
  bool ok = true;
  Token name = token;
  if (consumeWord("nothing")) {
  } else if (consumeWord(Copy::mnemonic)) {
    auto &copy = action.action.emplace<Copy>();
    ok = parseRef(action.secondaryInput) && pair(copy.src, copy.dest);
  } else if (consumeWord(Symlink::mnemonic)) {
    auto &link = action.action.emplace<Symlink>();
    ok = pair(link.oldPath, link.newPath);
  } else if (consumeWord(MkFile::mnemonic)) {
    ok = parseString(action.action.emplace<MkFile>().path);
  } else if (consumeWord(MkDir::mnemonic)) {
    ok = parseString(action.action.emplace<MkDir>().path);
  } else if (consumeWord(Rm::mnemonic)) {
    ok = parseString(action.action.emplace<Rm>().path);
  } else {
    diags.report(diag::TextUnknownOp, name.range(), name.text,
                 didYouMean(name.text,
                            {"copy", "mkfile", "mkdir", "rm", "symlink"},
                            /*caseSensitive=*/true));
    return false;
  }
  if (!ok)
    return false;
  auto parseFields = [&](auto &body) {
    if constexpr (std::is_same_v<std::decay_t<decltype(body)>,
                                 std::monostate>) {
      return unexpected("clause of an action");
    } else {
      return parseMessage(body);
    }
  };
  // Paths were read first; only numbers are set here.
  std::visit([](auto &body) { setAbsent(body); }, action.action);
  for (;;) {
    if (consumeWord("with"))
      ok = parseRef(action.secondaryInput);
    else if (consumeWord("on"))
      ok = parseRef(action.input), absent.input = false;
    else if (token.is(TokenKind::LeftBrace))
      ok = std::visit(parseFields, action.action);
    else if (consume(TokenKind::FatArrow))
      ok = parseOutput(action.output), absent.output = false;
    else if (consumeWord("unknown"))
      ok = parseBase64(action.unknown.bytes.edit());
    else
      return true;
    if (!ok)
      return false;
  }
}

bool Parser::parseBody(File &file) {
  // Addresses into a deque stay, so `^k` can be moved past the inputs later.
  std::deque<FileAction> actions;
  std::vector<int64_t *> relativeIndices;
  relative = &relativeIndices;
  bool ok = parseActions(file, actions);
  relative = nullptr;
  auto inputs = static_cast<uint64_t>(node().op.inputs.size());
  for (int64_t *index : relativeIndices)
    *index = static_cast<int64_t>(static_cast<uint64_t>(*index) + inputs);
  file.actions.assign(std::make_move_iterator(actions.begin()),
                      std::make_move_iterator(actions.end()));
  return ok;
}

bool Parser::parseActions(File &file, std::deque<FileAction> &actions) {
  int64_t base = noIndex;
  if (startsRef() && !parseRef(base))
    return false;
  bool baseIsRelative = !relative->empty();
  relative->clear();
  if (!parseClauses())
    return false;
  if (!consume(TokenKind::LeftBrace))
    return true;
  while (!consume(TokenKind::RightBrace)) {
    if (consumeWord(unknownName)) {
      if (!expect(TokenKind::Equal) || !parseBase64(file.unknown.bytes.edit()))
        return false;
      continue;
    }
    if (!token.is(TokenKind::Word))
      return unexpected("action");
    FileAction &action = actions.emplace_back();
    ActionDefaults absent;
    if (!parseAction(action, absent))
      return false;
    // The first action works on the base, all others on what came before.
    bool first = actions.size() == 1;
    if (absent.input) {
      action.input = first ? base : static_cast<int64_t>(actions.size()) - 2;
      if (!first || baseIsRelative)
        relative->push_back(&action.input);
    }
    consume(TokenKind::Comma);
    if (absent.output)
      action.output = token.is(TokenKind::RightBrace) ? 0 : noIndex;
  }
  return true;
}

bool Parser::parseBody(Merge &merge) {
  if (!startsRef())
    return parseClauses() && parseMessage(merge);
  do {
    if (!parseRef(merge.inputs.emplace_back().input))
      return false;
  } while (consume(TokenKind::Comma));
  return parseClauses();
}

bool Parser::parseBody(Diff &diff) {
  if (!startsRef())
    return parseClauses() && parseMessage(diff);
  return parseRef(diff.lower.emplace().input) && expect(TokenKind::Arrow) &&
         parseRef(diff.upper.emplace().input) && parseClauses();
}

bool Parser::parseBody(Passthrough &pass) {
  if (!token.is(TokenKind::String))
    return parseClauses() && parseMessage(pass);
  if (!parseString(pass.id))
    return false;
  if (startsRef()) {
    do {
      if (!parseRef(pass.outputs.emplace_back()))
        return false;
    } while (consume(TokenKind::Comma));
  }
  return parseClauses();
}

/// The operands are the inputs, each of them as often as it is named.
bool Parser::parseTerminal() {
  std::vector<ValueId> &inputs = node().op.inputs;
  if (isOperand()) {
    do {
      if (!parseValue(inputs.emplace_back()))
        return false;
    } while (consume(TokenKind::Comma));
  }
  return parseClauses();
}

bool Parser::parseOp(Token mnemonic) {
  Op &op = node().op;
  if (mnemonic.text == terminalMnemonic)
    return parseTerminal();
  op.constraints.emplace();
  if (!parseInputs())
    return false;
#define LLB_OP(Struct, Mnemonic, Number)                                       \
  if (mnemonic.text == Mnemonic)                                               \
    return parseBody(op.body.emplace<Struct>());
#include "llb/IR/Ops.def"
  std::vector<std::string> names = {
#define LLB_OP(Struct, Mnemonic, Number) Mnemonic,
#include "llb/IR/Ops.def"
  };
  diags.report(diag::TextUnknownOp, mnemonic.range(), mnemonic.text,
               didYouMean(mnemonic.text, names, /*caseSensitive=*/true));
  return false;
}

} // namespace llb::ir::text
