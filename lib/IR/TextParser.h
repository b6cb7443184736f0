// SPDX-License-Identifier: Apache-2.0
//
// Recursive descent over the statements of the text form
// (docs/LanguageReference.md, grammars/LLB.g4). After an error the parser goes
// on at the next statement; what was read of a broken operation stays in the
// module, so that its users are not reported as well.
#ifndef LLB_IR_TEXTPARSER_H
#define LLB_IR_TEXTPARSER_H

#include "TextFields.h"
#include "llb/IR/Text.h"

#include <deque>
#include <llvm/ADT/StringMap.h>
#include <map>

namespace llb::ir::text {

class Parser final : public FieldParser {
public:
  Parser(std::string_view text, DiagEngine &diags) : FieldParser(text, diags) {}

  llvm::FailureOr<Module> parse(NodePlaces *places);

private:
  // Statements (Parser.cpp).
  bool parseStatement();
  bool parseDefinition();
  bool parseReturn();
  bool parseResult();
  bool parseModuleEntry();
  bool parseTrailer();
  bool parseLoc();
  bool parsePosition(Position &out);
  void recover();
  void resolveSources();
  void reportUndefined();
  void checkEncoded();

  // Operations (ParseOps.cpp).
  bool parseOp(Token mnemonic);
  bool parseTerminal();
  bool parseInputs();
  bool parseClauses();
  bool parsePlatform(Platform &out);
  bool parseBody(Exec &exec);
  bool parseBody(Source &source);
  bool parseBody(File &file);
  bool parseBody(Merge &merge);
  bool parseBody(Diff &diff);
  bool parseBody(Passthrough &pass);
  /// An operation without a notation of its own.
  template <class Body> bool parseBody(Body &body) {
    setAbsent(body);
    return parseClauses() && parseMessage(body);
  }
  bool parseMount(Mount &mount);
  /// What an action leaves to what stands around it.
  struct ActionDefaults {
    bool input = true;
    bool output = true;
  };
  bool parseActions(File &file, std::deque<FileAction> &actions);
  bool parseAction(FileAction &action, ActionDefaults &absent);
  bool parseOutput(int64_t &out);
  bool startsRef() const;

  bool parseRef(int64_t &index) override;
  bool parseValue(ValueId &out);
  /// The index of `value` among the operation's inputs, added if it is new.
  int64_t indexOf(const ValueId &value);
  Node &node() { return module.nodes.back(); }
  void addPlace(const Token &token) {
    nodePlaces.back().parts.push_back(token.range());
  }
  void addNode(const Token &place);

  struct Definition {
    uint32_t index;
    llvm::SMRange range;
  };
  struct UndefinedUse {
    std::string_view name;
    llvm::SMRange range;
  };
  /// A `!loc` whose source file is declared further down.
  struct PendingSource {
    uint32_t node;
    size_t location;
    std::string filename;
    llvm::SMRange range;
  };

  Module module;
  NodePlaces nodePlaces;
  llvm::StringMap<Definition> values;
  std::vector<UndefinedUse> undefined;
  std::vector<PendingSource> pendingSources;
  /// Nodes with an `encoded` clause.
  struct EncodedClause {
    size_t node;
    llvm::SMRange range;
  };
  std::vector<EncodedClause> encoded;
  /// The first index of each input of the operation being read.
  std::map<ValueId, int64_t> inputIndex;
  /// `^k` of the file operation being read, to be moved past its inputs once
  /// their number is known. Null outside of file operations.
  std::vector<int64_t *> *relative = nullptr;
};

} // namespace llb::ir::text

#endif
