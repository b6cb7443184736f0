// SPDX-License-Identifier: Apache-2.0
//
// Statements, trailers and the entries of the module.
#include "TextParser.h"

#include "Codec.h"
#include "llb/IR/Binary.h"
#include "llb/Support/IRDiags.h"

namespace llb::ir {
namespace text {
namespace {

/// The statements that start with `!`; they also tell recovery where one
/// starts, which the trailers of an operation (`!meta`, `!loc`) do not.
constexpr std::string_view moduleEntries[] = {"source",       "metadata_of",
                                              "locations_of", "source_unknown",
                                              "source_map",   "unknown"};

bool isModuleEntry(std::string_view word) {
  for (std::string_view entry : moduleEntries)
    if (word == entry)
      return true;
  return false;
}

} // namespace

void Parser::addNode(const Token &place) {
  module.nodes.emplace_back();
  nodePlaces.push_back({place.range(), {}});
  inputIndex.clear();
}

bool Parser::parseValue(ValueId &out) {
  out = ValueId();
  if (!token.is(TokenKind::Value))
    return unexpected("value");
  auto found = values.find(token.text);
  if (found == values.end() || found->second.index == UINT32_MAX)
    undefined.push_back({token.text, token.range()});
  else
    out.node.index = found->second.index;
  advance();
  return !consume(TokenKind::Hash) || parseInt(out.output);
}

bool Parser::parsePosition(Position &out) {
  return parseInt(out.line) &&
         (!consume(TokenKind::Colon) || parseInt(out.character));
}

/// `!loc()`, `!loc(Dockerfile)`, `!loc(Dockerfile:2..4, 7:1..7:9)`.
bool Parser::parseLoc() {
  node().hasLocations = true;
  if (!expect(TokenKind::LeftParen))
    return false;
  if (consume(TokenKind::RightParen))
    return true;
  Location &location = node().locations.locations.emplace_back();
  if (consume(TokenKind::At)) {
    if (!parseInt(location.sourceIndex))
      return false;
  } else {
    PendingSource pending{static_cast<uint32_t>(module.nodes.size() - 1),
                          node().locations.locations.size() - 1,
                          {},
                          token.range()};
    if (token.is(TokenKind::Word)) {
      pending.filename = token.text;
      advance();
    } else if (!parseString(pending.filename)) {
      return false;
    }
    pendingSources.push_back(std::move(pending));
  }
  if (consume(TokenKind::Colon)) {
    do {
      Range &range = location.ranges.emplace_back();
      range.start.emplace();
      if (!parsePosition(*range.start))
        return false;
      range.end = range.start;
      if (consume(TokenKind::Dots)) {
        range.end.emplace();
        if (!parsePosition(*range.end))
          return false;
      }
    } while (consume(TokenKind::Comma));
  }
  return expect(TokenKind::RightParen);
}

bool Parser::parseTrailer() {
  while (token.is(TokenKind::Bang) && !isModuleEntry(token.text)) {
    Token name = token;
    advance();
    if (name.text == "loc") {
      if (!parseLoc())
        return false;
    } else if (name.text == "meta") {
      node().hasMetadata = true;
      if (!parseMessage(node().metadata))
        return false;
    } else if (name.text == "locations") {
      node().hasLocations = true;
      if (!parseMessage(node().locations))
        return false;
    } else {
      diags.report(diag::TextUnknownStatement, name.range(), name.spelling,
                   didYouMean(name.text, {"loc", "meta", "locations"},
                              /*caseSensitive=*/true));
      return false;
    }
  }
  return true;
}

bool Parser::parseDefinition() {
  Token name = token;
  advance();
  auto [entry, isNew] =
      values.try_emplace(name.text, Definition{UINT32_MAX, name.range()});
  if (!isNew)
    diags.report(diag::TextRedefinedValue, name.range(), name.text)
        .note(diag::TextPreviousValue, entry->second.range, name.text);
  if (!expect(TokenKind::Equal))
    return false;
  Token mnemonic = token;
  if (!token.is(TokenKind::Word))
    return unexpected("operation");
  addNode(mnemonic);
  advance();
  bool ok = parseOp(mnemonic) && parseTrailer();
  // Only now: an operation can't be its own input.
  if (isNew)
    entry->second.index = module.nodes.size() - 1;
  return ok;
}

/// `return "name" %value …` is a terminal operation and the result it makes.
bool Parser::parseReturn() {
  Token place = token;
  advance();
  Result &result = module.results.emplace_back();
  if (token.is(TokenKind::String) && !parseString(result.name))
    return false;
  if (consumeWord("scratch"))
    return true;
  result.terminal.index = module.nodes.size();
  addNode(place);
  return parseTerminal() && parseTrailer();
}

bool Parser::parseResult() {
  advance();
  Result &result = module.results.emplace_back();
  if (token.is(TokenKind::String) && !parseString(result.name))
    return false;
  if (consumeWord("scratch"))
    return true;
  ValueId value;
  if (!parseValue(value))
    return false;
  result.terminal = value.node;
  return true;
}

bool Parser::parseModuleEntry() {
  Token name = token;
  advance();
  if (name.text == "source") {
    module.hasSource = true;
    return parseMessage(module.sourceInfos.emplace_back());
  }
  if (name.text == "metadata_of") {
    std::string digest;
    return parseString(digest) && parseMessage(module.strayMetadata[digest]);
  }
  if (name.text == "locations_of") {
    std::string digest;
    module.hasSource = true;
    return parseString(digest) && parseMessage(module.strayLocations[digest]);
  }
  if (name.text == "source_map") {
    module.hasSource = true;
    return true;
  }
  if (name.text == "source_unknown") {
    module.hasSource = true;
    return parseBase64(module.sourceUnknown.bytes.edit());
  }
  if (name.text == "unknown")
    return parseBase64(module.unknown.bytes.edit());
  std::vector<std::string> entries(std::begin(moduleEntries),
                                   std::end(moduleEntries));
  diags.report(diag::TextUnknownStatement, name.range(), name.spelling,
               didYouMean(name.text, entries, /*caseSensitive=*/true));
  return false;
}

bool Parser::parseStatement() {
  if (token.is(TokenKind::Value))
    return parseDefinition();
  if (token.isWord("return"))
    return parseReturn();
  if (token.isWord("result"))
    return parseResult();
  if (token.is(TokenKind::Bang))
    return parseModuleEntry();
  if (!token.is(TokenKind::Word))
    return unexpected("statement");
  diags.report(diag::TextUnknownStatement, token.range(), token.text,
               didYouMean(token.text, {"return", "result"},
                          /*caseSensitive=*/true));
  return false;
}

/// Skips to what looks like the start of a statement.
void Parser::recover() {
  while (!token.is(TokenKind::End)) {
    if (token.startsLine &&
        (token.is(TokenKind::Value) || token.isWord("return") ||
         token.isWord("result") ||
         (token.is(TokenKind::Bang) && isModuleEntry(token.text))))
      return;
    advance();
  }
}

void Parser::resolveSources() {
  llvm::StringMap<int32_t> indices;
  for (size_t i = 0; i < module.sourceInfos.size(); ++i)
    indices.try_emplace(module.sourceInfos[i].filename, i);
  for (const PendingSource &pending : pendingSources) {
    auto found = indices.find(pending.filename);
    if (found == indices.end())
      diags.report(diag::TextUnknownSource, pending.range, pending.filename);
    else
      module.nodes[pending.node]
          .locations.locations[pending.location]
          .sourceIndex = found->second;
  }
}

void Parser::reportUndefined() {
  for (const UndefinedUse &use : undefined) {
    auto reporter = diags.report(diag::TextUndefinedValue, use.range, use.name);
    if (auto late = values.find(use.name); late != values.end())
      reporter.note(diag::TextLateDefinition, late->second.range, use.name);
  }
}

/// An edit of the text next to bytes that were left as they are would silently
/// do nothing.
void Parser::checkEncoded() {
  if (encoded.empty())
    return;
  std::vector<Digest> digests = digestNodes(module);
  for (const EncodedClause &clause : encoded) {
    const Node &node = module.nodes[clause.node];
    wire::Op fromBytes;
    bool same = wire::decode(node.original, &fromBytes).empty() &&
                fromBytes.inputs.size() == node.op.inputs.size();
    for (size_t i = 0; same && i < fromBytes.inputs.size(); ++i)
      same = fromBytes.inputs[i].digest ==
                 digests[node.op.inputs[i].node.index].str() &&
             fromBytes.inputs[i].index == node.op.inputs[i].output;
    if (!same || OpPlatform(fromBytes.platform) != node.op.platform ||
        fromBytes.constraints != node.op.constraints ||
        fromBytes.body != node.op.body || fromBytes.unknown != node.op.unknown)
      diags.report(diag::TextEncodedDiffers, clause.range);
  }
}

llvm::FailureOr<Module> Parser::parse(NodePlaces *places) {
  while (!token.is(TokenKind::End)) {
    const char *start = token.spelling.data();
    if (parseStatement())
      continue;
    // A statement that failed at its first token must not be tried again.
    if (token.spelling.data() == start)
      advance();
    recover();
  }
  resolveSources();
  reportUndefined();
  for (const Node &node : module.nodes)
    module.hasSource |= node.hasLocations;
  if (diags.errorCount() == errorsBefore)
    checkEncoded();
  if (places)
    *places = std::move(nodePlaces);
  if (diags.errorCount() != errorsBefore)
    return llvm::failure();
  return std::move(module);
}

} // namespace text

llvm::FailureOr<Module> parseModule(std::string_view text, DiagEngine &diags,
                                    NodePlaces *places) {
  return text::Parser(text, diags).parse(places);
}

} // namespace llb::ir
