// SPDX-License-Identifier: Apache-2.0
//
// A column is a run of lines that have a cell there, so its width is known when
// a line without one comes, or at a flush. A line without any tab flushes all
// that is above it.
#include "llb/Support/GoTable.h"

#include "llb/Support/Unicode.h"

#include <algorithm>

using namespace llb;
using namespace llb::go;

static size_t countRunes(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count)
    text.remove_prefix(unicode::decode(text).length);
  return count;
}

void TabWriter::endCell() {
  lines.back().push_back(std::move(cell));
  cell.clear();
}

void TabWriter::write(std::string_view text) {
  while (!text.empty()) {
    size_t end = text.find_first_of("\t\v\n\f");
    cell += text.substr(0, end);
    if (end == std::string_view::npos)
      return;
    char separator = text[end];
    text.remove_prefix(end + 1);
    endCell();
    if (separator != '\n' && separator != '\f')
      continue;
    bool single = lines.back().size() == 1;
    lines.emplace_back();
    if (separator == '\f' || single)
      flush();
  }
}

void TabWriter::flush() {
  if (!cell.empty())
    endCell();

  // One width for each column, that is for each run of lines with a cell at
  // the same place; lines refer to them.
  std::vector<size_t> widths;
  std::vector<size_t> open;
  std::vector<std::vector<size_t>> columns(lines.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    size_t cells = lines[i].empty() ? 0 : lines[i].size() - 1;
    open.resize(std::min(open.size(), cells));
    while (open.size() < cells) {
      open.push_back(widths.size());
      widths.push_back(0);
    }
    for (size_t j = 0; j < cells; ++j)
      widths[open[j]] =
          std::max(widths[open[j]], countRunes(lines[i][j]) + padding);
    columns[i] = open;
  }

  for (size_t i = 0; i < lines.size(); ++i) {
    for (size_t j = 0; j < lines[i].size(); ++j) {
      const std::string &text = lines[i][j];
      out += text;
      if (j < columns[i].size())
        out.append(widths[columns[i][j]] - countRunes(text), ' ');
    }
    if (i + 1 != lines.size())
      out += '\n';
  }
  lines.assign(1, {});
}
