// SPDX-License-Identifier: Apache-2.0
//
// What the builder makes of vertices. The digests are those that BuildKit
// v0.32.2 gives `FROM alpine`, `RUN a`, `RUN b`, the image's digest being the
// SHA-256 of its reference.
#include "llb/IR/Builder.h"
#include "llb/IR/Binary.h"

#include <gtest/gtest.h>

using namespace llb;
using namespace llb::ir;

namespace {

Platform amd64() {
  Platform platform;
  platform.architecture = "amd64";
  platform.os = "linux";
  return platform;
}

Vertex image(std::string reference) {
  Vertex vertex;
  Source source;
  source.identifier = "docker-image://" + std::move(reference);
  vertex.op.body = std::move(source);
  vertex.op.platform = amd64();
  return vertex;
}

Vertex alpine() {
  return image("docker.io/library/alpine:latest@sha256:"
               "c9ef5b1f0b442255774ae31a839ff48ce1206a606a97052db8b4a13ae153fb"
               "7c");
}

Vertex run(ValueId root, std::string command) {
  Vertex vertex;
  Exec exec;
  exec.meta.emplace();
  exec.meta->args = {"/bin/sh", "-c", std::move(command)};
  exec.meta->env = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  exec.meta->cwd = "/";
  exec.meta->removeMountStubsRecursive = true;
  exec.mounts.emplace_back().dest = "/";
  vertex.op.body = std::move(exec);
  vertex.op.inputs = {root};
  vertex.op.platform = amd64();
  return vertex;
}

FileAction copyAction(int64_t input, int64_t from, std::string path) {
  FileAction action;
  action.input = input;
  action.secondaryInput = from;
  Copy copy;
  copy.src = copy.dest = std::move(path);
  action.action = std::move(copy);
  return action;
}

Vertex file(std::vector<ValueId> inputs, std::vector<FileAction> actions) {
  Vertex vertex;
  vertex.op.inputs = std::move(inputs);
  File file;
  file.actions = std::move(actions);
  vertex.op.body = std::move(file);
  return vertex;
}

std::vector<std::string> digests(const Module &module) {
  std::vector<std::string> out;
  for (const Digest &digest : digestNodes(module))
    out.push_back(digest.str());
  return out;
}

const std::string alpineDigest = "sha256:90a064672d6b6f4033ab53fee628c600c2e350"
                                 "ee3f2be44e14e4af4ea593820f";
const std::string runADigest = "sha256:f8a00a6bef9c0ae2f1eaa4a79ded78f129d90445"
                               "5ae33de9f4ffdd053d5c3db1";

TEST(Builder, GivesBuildKitsDigests) {
  Builder builder;
  NodeId base = builder.add(alpine());
  NodeId a = builder.add(run({base}, "a"));
  NodeId b = builder.add(run({a}, "b"));
  Module module = builder.build({a}, "", {});
  EXPECT_EQ(digests(module),
            (std::vector<std::string>{
                alpineDigest, runADigest,
                "sha256:9b0a84cba1679e7a7a490b02adfb635e314fad662c2f9af626f52d1"
                "885cd588c"}));
  EXPECT_EQ(encodeOp(module.nodes[1], digestNodes(module)).size(), 190u);
  EXPECT_EQ(digests(builder.build({b}, "", {}))[2],
            "sha256:8ab6f5cc005059c5f9f7b178827c2c28f79d415c41d0eab9f1452196f1b"
            "8b154");
}

TEST(Builder, EncodesAgainAfterAChange) {
  Builder builder;
  Module module =
      builder.build({builder.add(run({builder.add(alpine())}, "b"))}, "", {});
  Node &step = module.nodes[1];
  std::get<Exec>(step.op.body).meta->args.edit()[2] = "a";
  step.original.clear();
  EXPECT_EQ(digests(module)[1], runADigest);
  EXPECT_EQ(digests(module)[2], "sha256:9b0a84cba1679e7a7a490b02adfb635e314fad6"
                                "62c2f9af626f52d1885cd588c")
      << "the terminal's bytes name another input and no longer count";
}

TEST(Builder, ScratchHasNoOperations) {
  Module module = Builder().build({}, "", {});
  EXPECT_TRUE(module.nodes.empty());
  EXPECT_FALSE(module.results.at(0).terminal.valid());
  EXPECT_FALSE(module.hasSource);
}

TEST(Builder, JoinsEqualVertices) {
  Builder builder;
  Vertex first = alpine();
  first.metadata.description = {{"name", "one"}, {"only", "first"}};
  first.metadata.progressGroup = ProgressGroup{"g1", "", false, {}};
  first.metadata.caps = {{"source.image", true}};
  first.locations.emplace_back();
  Vertex second = alpine();
  second.metadata.description = {{"name", "two"}};
  second.metadata.ignoreCache = true;
  second.metadata.progressGroup = ProgressGroup{"g2", "", false, {}};
  second.metadata.caps = {{"source.image.checksum", true}};
  second.locations.emplace_back().ranges.emplace_back();
  NodeId one = builder.add(std::move(first));
  NodeId two = builder.add(std::move(second));
  NodeId user = builder.add(
      file({{one}, {two}}, {copyAction(0, 1, "/a"), copyAction(2, 1, "/b")}));

  SourceInfo info;
  info.filename = "Dockerfile";
  Module module = builder.build({user}, "", {info});
  ASSERT_EQ(module.nodes.size(), 3u);
  const OpMetadata &metadata = module.nodes[0].metadata;
  EXPECT_EQ(metadata.description,
            (StringMap{{"name", "two"}, {"only", "first"}}));
  EXPECT_TRUE(metadata.ignoreCache);
  EXPECT_EQ(metadata.progressGroup->id, "g2");
  EXPECT_EQ(metadata.caps.size(), 2u);
  EXPECT_EQ(module.nodes[0].locations.locations.size(), 2u);

  const Op &op = module.nodes[1].op;
  ASSERT_EQ(op.inputs.size(), 1u) << "both inputs are one value now";
  const auto &actions = std::get<File>(op.body).actions;
  EXPECT_EQ(actions[0].secondaryInput, 0);
  EXPECT_EQ(actions[1].input, 1) << "the first action's result";
  EXPECT_EQ(actions[1].secondaryInput, 0);
  EXPECT_EQ(module.nodes[2].metadata.caps,
            (std::map<std::string, bool>{{"constraints", true},
                                         {"meta.description", true},
                                         {"meta.ignorecache", true},
                                         {"platform", true}}));
}

TEST(Builder, VisitsFileOperationsFromTheirLastAction) {
  Builder builder;
  NodeId a = builder.add(image("a"));
  NodeId b = builder.add(image("b"));
  NodeId base = builder.add(image("base"));
  NodeId user = builder.add(file(
      {{base}, {a}, {b}}, {copyAction(0, 1, "/a"), copyAction(3, 2, "/b")}));
  builder.add(image("not needed"));
  Module module = builder.build({user}, "", {});
  ASSERT_EQ(module.nodes.size(), 5u);
  auto identifier = [&](size_t i) {
    return std::get<Source>(module.nodes[i].op.body).identifier;
  };
  EXPECT_EQ(identifier(0), "docker-image://base");
  EXPECT_EQ(identifier(1), "docker-image://b");
  EXPECT_EQ(identifier(2), "docker-image://a");
}

TEST(Builder, WalksLongChains) {
  Builder builder;
  NodeId last = builder.add(alpine());
  for (int i = 0; i < 100'000; ++i)
    last = builder.add(run({last}, std::to_string(i)));
  EXPECT_EQ(builder.build({last}, "", {}).nodes.size(), 100'002u);
}

TEST(Builder, KeepsOnlySourceFilesThatOperationsName) {
  Builder builder;
  Vertex vertex = alpine();
  vertex.locations.emplace_back().sourceIndex = 1;
  NodeId id = builder.add(std::move(vertex));
  SourceInfo unused;
  unused.filename = "unused";
  SourceInfo used;
  used.filename = "used";
  Module module = builder.build({id}, "", {unused, used});
  ASSERT_EQ(module.sourceInfos.size(), 1u);
  EXPECT_EQ(module.sourceInfos[0].filename, "used");
  EXPECT_EQ(module.nodes[0].locations.locations[0].sourceIndex, 0);
}

} // namespace
