// SPDX-License-Identifier: Apache-2.0
//
// One page that needs nothing else. Steps stand one below the other in the
// order of the module, each in the column of the chain it continues; a click
// shows what it is. All text comes from build files and is escaped.
#include "llb/Diff/Diff.h"
#include "llb/IR/Places.h"
#include "llb/IR/Reach.h"

#include <map>

namespace llb::diff {
namespace {

constexpr int rowHeight = 34;
constexpr int columnWidth = 26;

std::string escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '&':
      out += "&amp;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\n':
      out += c;
      break;
    default:
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

constexpr std::string_view head = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>llb-diff</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<style>
body{font:14px/1.4 system-ui,sans-serif;margin:1.5em 1.5em 40vh;color:#222;background:#fff}
.graph{position:relative}
svg{position:absolute;left:0;top:0}
path{fill:none;stroke:#aaa}
.step{position:absolute;height:26px;line-height:26px;padding:0 .6em;border:1px solid #999;border-radius:4px;white-space:nowrap;cursor:pointer;background:#eee;font:inherit}
.cached{background:#dff0d8;border-color:#7a9a6a}
.rebuilt{background:#fbdcc4;border-color:#c06020}
.first{background:#f4a9a0;border-color:#a02010;font-weight:bold}
.details{display:none;position:fixed;left:0;right:0;bottom:0;max-height:35vh;overflow:auto;border-top:3px solid #888;padding:.3em 1.5em;background:#fff;font-family:monospace;white-space:pre-wrap}
.details.shown{display:block}
</style></head><body>
)";

constexpr std::string_view tail = R"(<script>
document.querySelectorAll('.step').forEach(function(step){
  step.addEventListener('click',function(){
    document.querySelectorAll('.details').forEach(function(box){
      box.classList.toggle('shown',box.id===step.dataset.details);});
  });});
</script></body></html>
)";

class Page {
public:
  Page(const Side &before, const Side &after, llvm::raw_ostream &out)
      : before(before.module), after(after.module), keys(after.keys), out(out) {
  }

  void write(const ResultDiff &result, size_t number);

private:
  void placeSteps(ir::NodeId terminal);
  void writeEdges() const;
  /// The first change on each chain.
  void writeChanges(const ResultDiff &result) const;
  std::string detailsOf(uint32_t index, const ResultDiff &result) const;

  const ir::Module &before;
  const ir::Module &after;
  const cachekey::Keys &keys;
  llvm::raw_ostream &out;
  /// Row and column of the result's steps.
  std::map<uint32_t, std::pair<int, int>> places;
  /// In use; what has no room beyond them shares one more.
  int columns = 0;
};

void Page::placeSteps(ir::NodeId terminal) {
  places.clear();
  columns = 0;
  std::vector<bool> needed = ir::findNeeded(after, terminal);
  std::map<uint32_t, bool> continued;
  int row = 0;
  for (uint32_t i = 0; i < terminal.index; ++i) {
    if (!needed[i])
      continue;
    int column = -1;
    for (const ir::ValueId &input : after.nodes[i].op.inputs)
      if (!continued[input.node.index]) {
        continued[input.node.index] = true;
        column = places[input.node.index].second;
        break;
      }
    // Columns beyond a dozen would push steps out of sight.
    if (column < 0)
      column = columns < 12 ? columns++ : 12;
    places[i] = {row++, column};
  }
}

void Page::writeEdges() const {
  out << "<svg width=\"" << (columns + 1) * columnWidth << "\" height=\""
      << (places.size() + 1) * rowHeight << "\">";
  for (const auto &[index, place] : places)
    for (const ir::ValueId &input : after.nodes[index].op.inputs) {
      auto from = places.find(input.node.index);
      if (from == places.end())
        continue;
      out << "<path d=\"M" << from->second.second * columnWidth + 10 << ' '
          << from->second.first * rowHeight + 26 << " V"
          << place.first * rowHeight - 4 << " L"
          << place.second * columnWidth + 10 << ' ' << place.first * rowHeight
          << "\"/>";
    }
  out << "</svg>\n";
}

std::string Page::detailsOf(uint32_t index, const ResultDiff &result) const {
  const ir::Node &node = after.nodes[index];
  std::string text = describeNode(after, node) + "\n";
  // A directory that is known has no key of its own.
  if (keys.keys[index] != Digest())
    text += "key " + keys.keys[index].str() + "\n";
  for (const ir::ValueId &input : node.op.inputs)
    text += "made of " + describeNode(after, after[input.node]) + "\n";
  for (const Change &change : result.changes)
    if (change.after.index == index)
      for (const std::string &line : describeChange(change))
        text += line + '\n';
  return text;
}

void Page::writeChanges(const ResultDiff &result) const {
  out << "<ul class=\"changes\">\n";
  for (const Change &change : result.changes) {
    out << "<li>" << escape(nameOf(change.kind)) << ": "
        << escape(change.after.valid()
                      ? describeNode(after, after[change.after])
                      : describeNode(before, before[change.before]));
    for (const std::string &line : describeChange(change))
      out << "<br>" << escape(line);
    out << "</li>\n";
  }
  out << "</ul>\n";
}

void Page::write(const ResultDiff &result, size_t number) {
  const ir::Result *now = nullptr;
  for (const ir::Result &each : after.results)
    if (each.name == result.name)
      now = &each;
  out << "<h2>" << escape(result.name.empty() ? "result" : result.name)
      << "</h2>\n";
  if (!now || !now->terminal.valid()) {
    out << "<p>nothing is built</p>\n";
    return;
  }
  out << "<p class=\"summary\">" << result.rebuilt.size() << " of "
      << result.steps << " steps build again</p>\n";
  writeChanges(result);
  placeSteps(now->terminal);
  out << "<div class=\"graph\" style=\"height:"
      << (places.size() + 1) * rowHeight << "px\">\n";
  writeEdges();
  std::map<uint32_t, std::string_view> classes;
  for (ir::NodeId id : result.rebuilt)
    classes[id.index] = "rebuilt";
  for (const Change &change : result.changes)
    if (change.after.valid())
      classes[change.after.index] = "rebuilt first";
  auto idOf = [&](uint32_t index) {
    return "d" + std::to_string(number) + "-" + std::to_string(index);
  };
  for (const auto &[index, place] : places) {
    auto found = classes.find(index);
    out << "<button class=\"step "
        << (found == classes.end() ? "cached" : found->second)
        << "\" data-details=\"" << idOf(index)
        << "\" style=\"left:" << place.second * columnWidth
        << "px;top:" << place.first * rowHeight << "px\">"
        << escape(describeNode(after, after.nodes[index])) << "</button>\n";
  }
  out << "</div>\n";
  for (const auto &[index, place] : places)
    out << "<div class=\"details\" id=\"" << idOf(index) << "\">"
        << escape(detailsOf(index, result)) << "</div>\n";
}

} // namespace

void printDiffHtml(const Side &before, const Side &after,
                   const std::vector<ResultDiff> &results,
                   llvm::raw_ostream &out) {
  out << head;
  Page page(before, after, out);
  for (size_t i = 0; i < results.size(); ++i)
    page.write(results[i], i);
  out << tail;
}

} // namespace llb::diff
