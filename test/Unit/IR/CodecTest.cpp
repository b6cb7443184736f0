// SPDX-License-Identifier: Apache-2.0
//
// The wire form, byte by byte: what text and command lines can't say.
#include "Codec.h"

#include <gtest/gtest.h>

using namespace llb;
using namespace llb::ir;
using namespace std::string_literals;

namespace {

std::string error(std::string_view bytes) {
  return wire::decode(bytes, static_cast<wire::Op *>(nullptr));
}

wire::Op decoded(std::string_view bytes) {
  wire::Op op;
  EXPECT_EQ(wire::decode(bytes, &op), "");
  return op;
}

template <class T> std::string encoded(const T &message) {
  wire::EncodeBuffer buffer;
  wire::encode(buffer, message);
  return std::string(buffer.bytes());
}

std::string encodedOp(OpBody body) {
  ir::Op op;
  op.body = std::move(body);
  wire::EncodeBuffer buffer;
  wire::encode(buffer, op, {});
  return std::string(buffer.bytes());
}

TEST(Encode, CopyWithOwnerZero) {
  Copy copy;
  copy.src = "/a";
  copy.dest = "/b";
  copy.owner.emplace();
  copy.owner->user.emplace().user = uint32_t(0);
  copy.owner->group.emplace().user = uint32_t(0);
  copy.mode = -1;
  copy.followSymlink = copy.dirCopyContents = true;
  copy.createDestPath = copy.allowWildcard = copy.allowEmptyWildcard = true;
  copy.timestamp = -1;
  FileAction action;
  action.input = -1;
  action.action = copy;
  File file;
  file.actions.push_back(action);
  std::string minus = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  std::string body = "\x0a\x02/a\x12\x02/b\x1a\x08\x0a\x02\x10\x00\x12\x02\x10"
                     "\x00\x20"s +
                     minus + "\x28\x01\x30\x01\x40\x01\x48\x01\x50\x01\x58" +
                     minus;
  std::string wanted =
      "\x08" + minus + "\x22" + static_cast<char>(body.size()) + body;
  wanted = "\x12"s + static_cast<char>(wanted.size()) + wanted;
  EXPECT_EQ(encodedOp(file),
            "\x22"s + static_cast<char>(wanted.size()) + wanted);
}

TEST(Encode, MapsKeepEmptyValuesAndFalse) {
  OpMetadata metadata;
  metadata.caps = {{"b", false}, {"a", true}};
  metadata.description = {{"k", ""}};
  EXPECT_EQ(encoded(metadata), "\x12\x05\x0a\x01k\x12\x00"
                               "\x2a\x05\x0a\x01"
                               "a\x10\x01\x2a\x05\x0a\x01"
                               "b\x10\x00"s);
}

TEST(Encode, PacksNumbersAndKeepsUnknownFieldsLast) {
  Passthrough pass;
  pass.outputs = {1, -1};
  pass.unknown.bytes = "\x1a\x01x"s;
  EXPECT_EQ(encodedOp(pass), "\x42\x10\x12\x0b\x01\xff\xff\xff\xff\xff\xff\xff"
                             "\xff\xff\x01\x1a\x01x"s);
}

TEST(Encode, LongListsGiveTheSameBytesTheSecondTime) {
  std::vector<std::string> items;
  for (int i = 0; i < 100; ++i)
    items.push_back("K" + std::to_string(i));
  wire::EncodeBuffer buffer;
  StringList list(items);
  buffer.strings(2, list);
  std::string once(buffer.bytes());
  buffer.strings(2, list);
  EXPECT_EQ(buffer.bytes(), once + once);
  list.edit()[0] = "changed";
  buffer.clear();
  buffer.strings(2, list);
  EXPECT_NE(buffer.bytes(), once);
  buffer.clear();
  buffer.strings(3, list);
  EXPECT_EQ(buffer.bytes()[0], '\x1a');
}

TEST(Decode, MergesRepeatedMessagesAndTakesTheLastScalar) {
  // Platform twice: architecture "a" and OS "l", then architecture "b".
  wire::Op op = decoded("\x52\x06\x0a\x01"
                        "a\x12\x01l\x52\x03\x0a\x01"
                        "b");
  EXPECT_EQ(op.platform->architecture, "b");
  EXPECT_EQ(op.platform->os, "l");
}

TEST(Decode, MergesAOneofOnlyIntoItself) {
  // source "a", then source {attrs: {k: ""}}.
  wire::Op op = decoded("\x1a\x03\x0a\x01"
                        "a\x1a\x05\x12\x03\x0a\x01k");
  EXPECT_EQ(std::get<Source>(op.body).identifier, "a");
  EXPECT_EQ(std::get<Source>(op.body).attrs, (StringMap{{"k", ""}}));
  // source "a", merge, source "".
  op = decoded("\x1a\x03\x0a\x01"
               "a\x32\x00\x1a\x00"s);
  EXPECT_EQ(std::get<Source>(op.body).identifier, "");
}

TEST(Decode, TakesPackedAndUnpackedNumbers) {
  wire::Op op = decoded("\x42\x06\x10\x05\x12\x02\x06\x07");
  EXPECT_EQ(std::get<Passthrough>(op.body).outputs,
            (std::vector<int64_t>{5, 6, 7}));
}

TEST(Decode, KeepsUnknownFieldsAndGroups) {
  // Field 99 as a number, field 98 as a group with a fixed32 in it.
  std::string bytes = "\x98\x06\x07\x93\x06\x0d"
                      "1234\x94\x06";
  EXPECT_EQ(decoded(bytes).unknown.bytes, bytes);
}

TEST(Decode, NamesWhatIsWrongAsBuildKitDoes) {
  EXPECT_EQ(error("\x52"), "unexpected EOF");
  EXPECT_EQ(error("\x52\x05"), "unexpected EOF");
  EXPECT_EQ(error("\x50\x05"), "proto: wrong wireType = 0 for field Platform");
  EXPECT_EQ(error("\x12\x04\x0a\x02\x28\x01"),
            "proto: wrong wireType = 0 for field ProxyEnv");
  EXPECT_EQ(error("\x42\x02\x15\x01"),
            "proto: wrong wireType = 5 for field Outputs");
  EXPECT_EQ(error("\x00"s), "proto: illegal tag 0 (wire type 0)");
  EXPECT_EQ(error("\x0c"), "proto: wiretype end group for non-group");
  EXPECT_EQ(error("\x9e\x06"), "proto: illegal wireType 6");
  EXPECT_EQ(error("\x99\x06z"), "unexpected EOF");
  EXPECT_EQ(error("\x93\x06"), "unexpected EOF");
  EXPECT_EQ(error("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
            "proto: integer overflow");
  EXPECT_EQ(error("\x52\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
            "proto: negative length found during unmarshaling");
}

TEST(Decode, LimitsNesting) {
  // Definition.Source.infos.definition, over and over, inside a build's `def`.
  auto nested = [](size_t levels) {
    wire::EncodeBuffer buffer;
    for (size_t i = 0; i < levels; ++i)
      for (uint32_t number : {3, 2, 3})
        buffer.header(number, 0);
    buffer.header(3, 0);
    buffer.header(5, 0);
    return std::string(buffer.bytes());
  };
  EXPECT_EQ(error(nested(300)), "");
  EXPECT_EQ(error(nested(400)), "proto: messages nested more than 1000 deep");
  EXPECT_EQ(error(nested(100'000)),
            "proto: messages nested more than 1000 deep");
}

TEST(Decode, NullMapEntries) {
  // inputs: {"k": no value}
  wire::Op op = decoded("\x2a\x05\x12\x03\x0a\x01k");
  EXPECT_TRUE(std::get<Build>(op.body).inputs.at("k").isNull);
  op = decoded("\x2a\x07\x12\x05\x0a\x01k\x12\x00"s);
  EXPECT_FALSE(std::get<Build>(op.body).inputs.at("k").isNull);
}

} // namespace
