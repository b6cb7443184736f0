// SPDX-License-Identifier: Apache-2.0
//
// Tables and unstable sorting against Go 1.26.
#include "llb/Support/GoTable.h"

#include <gtest/gtest.h>

using namespace llb;

namespace {

std::string table(std::string_view text, unsigned padding = 1) {
  go::TabWriter writer(padding);
  writer.write(text);
  writer.flush();
  return writer.str();
}

TEST(TabWriter, Columns) {
  EXPECT_EQ(table("NAME\tVERSION\tTEXT\nlonger name\t1\tx\n"),
            "NAME        VERSION TEXT\nlonger name 1       x\n");
  EXPECT_EQ(table("a\tb\t\nccc\t\t\n", 3), "a     b   \nccc       \n");
  EXPECT_EQ(table("\u00e9\tx\nbb\ty\n"), "\u00e9  x\nbb y\n");
}

TEST(TabWriter, LineWithoutTabEndsColumns) {
  EXPECT_EQ(table("a\tb\nlong line\nccc\td\n"), "a b\nlong line\nccc d\n");
  EXPECT_EQ(table("\n"), "\n");
}

TEST(TabWriter, ColumnsEndWhereLinesAreShorter) {
  EXPECT_EQ(table("a\tb\tc\nd\te\nfff\tgggg\th\n"),
            "a   b c\nd   e\nfff gggg h\n");
}

TEST(SortSlice, PlacesEqualElementsAsGoDoes) {
  auto sorted = [](unsigned size, unsigned keys) {
    std::vector<std::pair<unsigned, unsigned>> items;
    for (unsigned i = 0; i < size; ++i)
      items.push_back({i * 7 % keys, i});
    go::sortSlice(items, [](auto a, auto b) { return a.first < b.first; });
    std::string text;
    for (auto [key, place] : items)
      text += std::to_string(key) + ":" + std::to_string(place) + " ";
    return text;
  };
  EXPECT_EQ(sorted(12, 2),
            "0:0 0:2 0:4 0:6 0:8 0:10 1:1 1:3 1:5 1:7 1:9 1:11 ");
  EXPECT_EQ(sorted(20, 3),
            "0:9 0:18 0:15 0:3 0:12 0:0 0:6 1:10 1:7 1:4 1:13 1:16 1:1 "
            "1:19 2:8 2:5 2:11 2:14 2:2 2:17 ");
  EXPECT_EQ(sorted(60, 5),
            "0:40 0:25 0:55 0:30 0:20 0:5 0:0 0:10 0:15 0:45 0:35 0:50 "
            "1:58 1:13 1:38 1:8 1:48 1:33 1:18 1:43 1:53 1:3 1:28 1:23 "
            "2:31 2:36 2:26 2:1 2:56 2:51 2:21 2:6 2:46 2:11 2:41 2:16 "
            "3:49 3:24 3:14 3:39 3:59 3:34 3:54 3:4 3:44 3:9 3:29 3:19 "
            "4:47 4:7 4:37 4:32 4:52 4:17 4:42 4:2 4:22 4:57 4:27 4:12 ");
}

} // namespace
