// SPDX-License-Identifier: Apache-2.0
//
// distribution/reference v0.6.0.
#include "llb/Support/Reference.h"

#include <gtest/gtest.h>

using namespace llb;

namespace {

const std::string hex(64, 'a');

/// The whole reference, or the error.
std::string parse(std::string_view text) {
  Reference reference;
  std::string error;
  return Reference::parseNormalized(text, reference, error) ? reference.str()
                                                            : error;
}

std::string familiar(std::string_view text) {
  Reference reference;
  std::string error;
  EXPECT_TRUE(Reference::parseNormalized(text, reference, error)) << text;
  return reference.familiar();
}

TEST(Reference, SuppliesDockerHub) {
  EXPECT_EQ(parse("alpine"), "docker.io/library/alpine");
  EXPECT_EQ(parse("a/b:1"), "docker.io/a/b:1");
  EXPECT_EQ(parse("index.docker.io/x"), "docker.io/library/x");
  EXPECT_EQ(parse("localhost/x"), "localhost/x");
  EXPECT_EQ(parse("h:5000/x"), "h:5000/x");
  EXPECT_EQ(parse("[::1]:5000/x"), "[::1]:5000/x");
  EXPECT_EQ(parse("Host/x"), "Host/x");
  EXPECT_EQ(parse("h:5000"), "docker.io/library/h:5000");
  EXPECT_EQ(parse("a:1@sha256:" + hex), "docker.io/library/a:1@sha256:" + hex);
}

TEST(Reference, ShortensFamiliarNames) {
  EXPECT_EQ(familiar("docker.io/library/alpine:3"), "alpine:3");
  EXPECT_EQ(familiar("docker.io/a/b"), "a/b");
  EXPECT_EQ(familiar("docker.io/library/a/b"), "library/a/b");
  EXPECT_EQ(familiar("h.io/library/a"), "h.io/library/a");
}

TEST(Reference, SometimesHasNoDomain) {
  Reference reference;
  std::string error;
  ASSERT_TRUE(Reference::parseNormalized("a_b.c/d", reference, error));
  EXPECT_EQ(reference.domain, "");
  EXPECT_EQ(reference.name(), "a_b.c/d");
}

TEST(Reference, AddsTheDefaultTag) {
  Reference reference;
  std::string error;
  ASSERT_TRUE(Reference::parseNormalized("a", reference, error));
  reference.addDefaultTag();
  EXPECT_EQ(reference.familiar(), "a:latest");
  ASSERT_TRUE(Reference::parseNormalized("a@sha256:" + hex, reference, error));
  reference.addDefaultTag();
  EXPECT_EQ(reference.tag, "");
}

TEST(Reference, WordsErrors) {
  EXPECT_EQ(parse(hex), "invalid repository name (" + hex +
                            "), cannot specify 64-byte hexadecimal strings");
  EXPECT_EQ(parse("Alpine:X"), "invalid reference format: repository name "
                               "(library/Alpine) must be lowercase");
  EXPECT_EQ(parse("A_b.c/d"), "repository name must be lowercase");
  for (std::string_view text : {"", "a b", "a:", "a//b", "a/", ":1", "a___b",
                                "a..b", "-a", "a@sha256:12", "a:-x"})
    EXPECT_EQ(parse(text), "invalid reference format") << text;
  EXPECT_EQ(parse("a:" + std::string(129, 'x')), "invalid reference format");
  EXPECT_EQ(parse(std::string(250, 'x')),
            "repository name must not be more than 255 characters");
  EXPECT_EQ(parse("a@sha256:" + hex + "a"), "invalid checksum digest length");
  EXPECT_EQ(parse("a@sha256:" + std::string(64, 'A')),
            "invalid checksum digest format");
  EXPECT_EQ(parse("a@md5:" + hex), "unsupported digest algorithm");
}

TEST(Reference, ChecksDigests) {
  EXPECT_EQ(checkDigest("sha512:" + hex + hex), "");
  EXPECT_EQ(checkDigest("sha384:" + hex), "invalid checksum digest length");
  EXPECT_EQ(checkDigest("abc"), "invalid checksum digest format");
  EXPECT_EQ(checkDigest("a+b:=_-"), "unsupported digest algorithm");
  EXPECT_EQ(checkDigest("a++b:x"), "invalid checksum digest format");
}

} // namespace
