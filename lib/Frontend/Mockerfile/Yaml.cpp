// SPDX-License-Identifier: Apache-2.0
//
// yaml-cpp behind our own tree. Its exceptions end in this file, and so does
// its wording: each of its errors is told with what to do about it. Input that
// it would misread is refused before: it takes the byte 4 for the end of the
// file and replaces what is no UTF-8, so that places would no longer hold.
#include "Yaml.h"
#include "llb/Support/FrontendDiags.h"
#include "llb/Support/Unicode.h"

#include <istream>
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallVector.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace llb::frontend::mockerfile {
namespace {

/// No Mockerfile is deeper than seven; yaml-cpp itself gives up at 500.
constexpr unsigned maxDepth = 100;

/// Ends reading from within yaml-cpp; what is wrong was reported.
struct Stop {};

class MemoryStream : public std::streambuf {
public:
  explicit MemoryStream(std::string_view text) {
    char *begin = const_cast<char *>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

class TreeBuilder final : public YAML::EventHandler {
public:
  TreeBuilder(const YamlPlaces &places, YamlTree &tree, DiagEngine &diags,
              const YamlEvent &event)
      : places(places), tree(tree), diags(diags), event(event) {}

  void OnDocumentStart(const YAML::Mark &) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override {
    note(mark, "NULL", "");
    YamlNode node;
    node.plain = true;
    place(node, places.before(at(mark)));
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor) override {
    llvm::SMRange range = places.word(at(mark));
    std::string_view name(range.Start.getPointer(),
                          range.End.getPointer() - range.Start.getPointer());
    note(mark, "ALIAS", name);
    uint32_t target = anchors[anchor];
    for (const Open &open : stack)
      if (open.node == target) {
        diags.report(diag::MockerSelfAlias, range, name);
        throw Stop();
      }
    append(target);
  }
  void OnScalar(const YAML::Mark &mark, const std::string &tag,
                YAML::anchor_t anchor, const std::string &value) override {
    bool plain = tag != "!";
    note(mark, plain ? "SCALAR" : "QUOTED", value);
    YamlNode node;
    node.kind = YamlNode::Kind::Scalar;
    node.plain = plain;
    node.text = value;
    if (tag != "?" && tag != "!")
      node.tag = tag;
    if (node.plain && node.tag.empty() &&
        (value == "~" || value == "null" || value == "Null" || value == "NULL"))
      node.kind = YamlNode::Kind::Null;
    place(node, places.scalar(at(mark), value));
    add(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark &mark, const std::string &tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::Sequence, "SEQUENCE", mark, tag, anchor);
  }
  void OnSequenceEnd() override { close("SEQUENCE-END"); }
  void OnMapStart(const YAML::Mark &mark, const std::string &tag,
                  YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::Mapping, "MAPPING", mark, tag, anchor);
  }
  void OnMapEnd() override { close("MAPPING-END"); }
  void OnAnchor(const YAML::Mark &mark, const std::string &name) override {
    note(mark, "ANCHOR", name);
  }

  /// The innermost `[` or `{` that is open, if there is one.
  std::optional<llvm::SMRange> openBracket() const {
    for (const Open &open : llvm::reverse(stack)) {
      llvm::SMRange range = tree.nodes[open.node].range;
      if (range.isValid() &&
          std::string_view("[{").find(*range.Start.getPointer()) !=
              std::string_view::npos)
        return range;
    }
    return std::nullopt;
  }

private:
  struct Open {
    uint32_t node;
  };

  const char *at(const YAML::Mark &mark) const {
    return places.find(mark.line, mark.column);
  }
  void note(const YAML::Mark &mark, std::string_view kind,
            std::string_view text) {
    if (event)
      event(at(mark), kind, text);
  }
  void place(YamlNode &node, llvm::SMRange range) {
    node.range = range;
    node.lines.first = places.lineOf(range.Start.getPointer());
    const char *last = range.End.getPointer();
    node.lines.last =
        places.lineOf(last == range.Start.getPointer() ? last : last - 1);
  }
  uint32_t add(YamlNode node, YAML::anchor_t anchor) {
    auto index = static_cast<uint32_t>(tree.nodes.size());
    tree.nodes.push_back(std::move(node));
    if (anchor != 0) {
      if (anchors.size() <= anchor)
        anchors.resize(anchor + 1);
      anchors[anchor] = index;
    }
    append(index);
    return index;
  }
  void append(uint32_t index) {
    if (!stack.empty())
      tree.nodes[stack.back().node].children.push_back(index);
  }
  void open(YamlNode::Kind kind, std::string_view name, const YAML::Mark &mark,
            const std::string &tag, YAML::anchor_t anchor) {
    note(mark, name, "");
    YamlNode node;
    node.kind = kind;
    if (tag != "?" && tag != "!")
      node.tag = tag;
    place(node, places.word(at(mark)));
    if (stack.size() == maxDepth) {
      diags.report(diag::MockerTooDeep, node.range, maxDepth);
      throw Stop();
    }
    stack.push_back({add(std::move(node), anchor)});
  }
  void close(std::string_view name) {
    if (event)
      event(nullptr, name, "");
    uint32_t closed = stack.pop_back_val().node;
    // An alias stands for a place that is not in here.
    LineRange &lines = tree.nodes[closed].lines;
    for (uint32_t child : tree.nodes[closed].children)
      if (child > closed)
        lines.last = std::max(lines.last, tree.nodes[child].lines.last);
  }

  const YamlPlaces &places;
  YamlTree &tree;
  DiagEngine &diags;
  const YamlEvent &event;
  /// Collections that are being read.
  llvm::SmallVector<Open, 8> stack;
  /// The node of each anchor; yaml-cpp numbers them from 1.
  std::vector<uint32_t> anchors = {0};
};

/// Sees that there is another document.
class SecondDocument final : public YAML::EventHandler {
public:
  YAML::Mark start;

  void OnDocumentStart(const YAML::Mark &mark) override {
    start = mark;
    throw Stop();
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark &, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark &, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark &, const std::string &, YAML::anchor_t,
                const std::string &) override {}
  void OnSequenceStart(const YAML::Mark &, const std::string &, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark &, const std::string &, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

/// What yaml-cpp says, and what we say in its place.
constexpr std::pair<std::string_view, std::string_view> wordings[] = {
    {"illegal tab when looking for indentation",
     "a tab cannot indent YAML; use spaces"},
    {"end of map not found",
     "this line fits none of the keys above it; indent it as its neighbours "
     "are, and write a key as 'key: value'"},
    {"end of sequence not found",
     "this line fits none of the lists above it; start an item with '- ', and "
     "indent it as its neighbours are"},
    {"end of map flow not found",
     "'{' has no '}'; it may be a ',' or a closing quote that is missing"},
    {"end of sequence flow not found",
     "'[' has no ']'; it may be a ',' or a closing quote that is missing"},
    {"illegal EOF in scalar", "the quoted text has no closing quote"},
    {"illegal document indicator in scalar",
     "'---' or '...' at the start of a line ends the document inside of a "
     "quoted text; indent it"},
    {"unknown escape character: ",
     "double quotes know no such escape; write a backslash as '\\\\', or use "
     "single quotes"},
    {"bad character found while scanning hex number",
     "\\x, \\u and \\U want 2, 4 and 8 hexadecimal digits"},
    {"invalid unicode: ", "the escape names no character"},
    {"unknown token",
     "no value starts with this character; put the text in quotes"},
    {"illegal flow end", "there is nothing that this closes"},
    {"illegal block entry",
     "no list can start here; put its '- ' on a line of its own"},
    {"illegal map key",
     "no key can stand here; put a text that holds ': ' in quotes"},
    {"illegal map value",
     "no key can stand here; put a text that holds ': ' in quotes"},
    {"the referenced anchor is not defined",
     "no anchor of this name stands above; define it with '&' before it is "
     "used with '*'"},
    {"alias not found after *",
     "'*' wants the name of an anchor; put a text that starts with '*' in "
     "quotes"},
    {"anchor not found after &",
     "'&' wants a name; put a text that starts with '&' in quotes"},
    {"illegal character found while scanning alias",
     "this character cannot be part of an alias; put a text that starts with "
     "'*' in quotes"},
    {"illegal character found while scanning anchor",
     "this character cannot be part of an anchor; put a text that starts with "
     "'&' in quotes"},
    {"unexpected character in block scalar",
     "after '|' or '>' the text starts on the next line"},
};

/// Whether the line of a place starts with a tab, whatever else is said of it.
bool isIndentedByTab(std::string_view text, const char *place) {
  const char *start = place;
  while (start != text.data() && start[-1] != '\n')
    --start;
  std::string_view line(start, text.data() + text.size() - start);
  size_t first = line.find_first_not_of(" \t");
  return line.substr(0, first).find('\t') != std::string_view::npos;
}

std::string explain(const YAML::Exception &error) {
  for (auto [theirs, ours] : wordings)
    if (std::string_view(error.msg).starts_with(theirs))
      return std::string(ours);
  return error.msg;
}

/// Reports the first byte that yaml-cpp would not take as it is.
llvm::LogicalResult checkBytes(std::string_view text, DiagEngine &diags) {
  const char *at = text.data();
  const char *end = at + text.size();
  auto fail = [&](DiagId id) {
    llvm::SMRange range(llvm::SMLoc::getFromPointer(at),
                        llvm::SMLoc::getFromPointer(at + 1));
    diags.report(id, range, static_cast<unsigned char>(*at));
    return llvm::failure();
  };
  while (at != end) {
    auto c = static_cast<unsigned char>(*at);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
      return fail(diag::MockerControlByte);
    if (c < 0x80) {
      ++at;
      continue;
    }
    unicode::Decoded next =
        unicode::decode({at, static_cast<size_t>(end - at)});
    if (!next.valid)
      return fail(diag::MockerNotUtf8);
    at += next.length;
  }
  return llvm::success();
}

} // namespace

llvm::LogicalResult readYaml(std::string_view text, YamlTree &tree,
                             DiagEngine &diags, const YamlEvent &event) {
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  if (llvm::failed(checkBytes(text, diags)))
    return llvm::failure();
  YamlPlaces places(text);
  MemoryStream buffer(text);
  std::istream stream(&buffer);
  YAML::Parser parser;
  TreeBuilder builder(places, tree, diags, event);
  try {
    parser.Load(stream);
    parser.HandleNextDocument(builder);
  } catch (const Stop &) {
    return llvm::failure();
  } catch (const YAML::DeepRecursion &error) {
    llvm::SMRange range =
        places.word(places.find(error.mark.line, error.mark.column));
    diags.report(diag::MockerTooDeep, range, maxDepth);
    return llvm::failure();
  } catch (const YAML::Exception &error) {
    const char *at = places.find(error.mark.line, error.mark.column);
    llvm::SMRange range = places.word(at);
    std::string why = explain(error);
    // The end of the file is no help in finding an open bracket.
    if (auto bracket = builder.openBracket();
        bracket && std::string_view(error.msg).starts_with("end of ") &&
        std::string_view(error.msg).ends_with(" flow not found"))
      range = *bracket;
    else if (isIndentedByTab(text, at))
      why = "a tab cannot indent YAML; use spaces";
    diags.report(diag::MockerSyntax, range, why);
    return llvm::failure();
  }
  // Of a second document it only counts that there is one.
  SecondDocument second;
  auto warn = [&](const YAML::Mark &mark) {
    diags.report(diag::MockerSeveralDocuments,
                 places.word(places.find(mark.line, mark.column)));
  };
  try {
    if (parser)
      parser.HandleNextDocument(second);
  } catch (const Stop &) {
    warn(second.start);
  } catch (const YAML::Exception &error) {
    warn(error.mark);
  }
  return llvm::success();
}

} // namespace llb::frontend::mockerfile
