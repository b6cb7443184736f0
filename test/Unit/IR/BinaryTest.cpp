// SPDX-License-Identifier: Apache-2.0
//
// Definitions that BuildKit's client never writes, but reads: what a module
// keeps of them.
#include "llb/IR/Binary.h"

#include <gtest/gtest.h>
#include <llvm/Support/SourceMgr.h>

using namespace llb;
using namespace llb::ir;
using namespace std::string_literals;

namespace {

std::string field(int number, const std::string &content) {
  EXPECT_LT(content.size(), 16384u);
  std::string out(1, static_cast<char>(number << 3 | 2));
  if (content.size() > 127)
    out += static_cast<char>(content.size() | 0x80);
  out += static_cast<char>(content.size() > 127 ? content.size() >> 7
                                                : content.size());
  return out + content;
}

std::string source(const std::string &identifier) {
  return field(3, field(1, identifier));
}

std::string user(const std::string &input) {
  return field(1, field(1, Digest::of(input).str()));
}

struct Reading {
  llvm::SourceMgr sources;
  DiagEngine diags{sources};
  Module module;
  bool ok;

  explicit Reading(std::string_view bytes) {
    auto result = readModule(bytes, diags);
    ok = llvm::succeeded(result);
    if (ok)
      module = std::move(*result);
  }
};

std::string written(const Module &module, size_t result = 0) {
  std::string bytes;
  llvm::raw_string_ostream out(bytes);
  writeModule(module, module.results[result], out);
  return bytes;
}

TEST(Binary, EmptyIsScratch) {
  Reading reading("");
  ASSERT_TRUE(reading.ok);
  ASSERT_EQ(reading.module.results.size(), 1u);
  EXPECT_FALSE(reading.module.results[0].terminal.valid());
  EXPECT_EQ(written(reading.module), "");
}

TEST(Binary, PutsUsersBehindWhatTheyUse) {
  std::string base = source("docker-image://a");
  std::string middle = user(base) + field(4, "");
  std::string last = user(middle);
  Reading reading(field(1, middle) + field(1, base) + field(1, last));
  ASSERT_TRUE(reading.ok);
  const Module &module = reading.module;
  ASSERT_EQ(module.nodes.size(), 3u);
  EXPECT_EQ(module.nodes[0].original, base);
  EXPECT_EQ(module.nodes[1].original, middle);
  EXPECT_EQ(module.results[0].terminal, NodeId{2});
  EXPECT_EQ(written(module),
            field(1, base) + field(1, middle) + field(1, last));
}

TEST(Binary, NamesInputsThatAreMissing) {
  Reading reading(field(1, user("nothing")));
  ASSERT_FALSE(reading.ok);
  EXPECT_EQ(reading.diags.firstError()->fullMessage(),
            "operation " + Digest::of(user("nothing")).str() +
                " has the input " + Digest::of("nothing").str() +
                ", which is not in the definition");
}

TEST(Binary, KeepsWhatBelongsToNoOperation) {
  std::string unknown = "\x9a\x06\x01x";
  std::string base = source("a") + unknown;
  std::string metadata = field(1, "elsewhere") + field(2, "\x08\x01");
  std::string locations = field(1, "nowhere") + field(2, "");
  std::string bytes = field(1, base) + field(1, user(base)) +
                      field(2, metadata) + field(3, field(1, locations)) +
                      unknown;
  Reading reading(bytes);
  ASSERT_TRUE(reading.ok);
  EXPECT_TRUE(reading.module.strayMetadata.at("elsewhere").ignoreCache);
  EXPECT_EQ(reading.module.strayLocations.count("nowhere"), 1u);
  EXPECT_EQ(written(reading.module), bytes);
}

TEST(Binary, KeepsAnUnusualEncodingUntilTheNodeChanges) {
  // The source before the platform.
  std::string base = source("a") + field(10, field(1, "amd64")) + field(11, "");
  Reading reading(field(1, base));
  ASSERT_TRUE(reading.ok);
  Module &module = reading.module;
  EXPECT_EQ(encodeOp(module.nodes[0], {}), base);
  module.nodes[0].original.clear();
  EXPECT_EQ(encodeOp(module.nodes[0], {}),
            field(10, field(1, "amd64")) + field(11, "") + source("a"));
}

TEST(Binary, WritesEachResultWithoutTheOthers) {
  std::string one = source("one");
  std::string two = source("two");
  Reading reading(field(1, one) + field(1, two) + field(1, user(one)) +
                  field(1, user(two)));
  ASSERT_TRUE(reading.ok);
  Module &module = reading.module;
  module.results = {{"linux/amd64", NodeId{2}}, {"linux/arm64", NodeId{3}}};
  EXPECT_EQ(written(module, 0), field(1, one) + field(1, user(one)));
  EXPECT_EQ(written(module, 1), field(1, two) + field(1, user(two)));
}

} // namespace
