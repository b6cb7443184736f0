// SPDX-License-Identifier: Apache-2.0
//
// containerd/platforms v1.0.0-rc.4 on a linux host.
#include "llb/Support/Platform.h"

#include <gtest/gtest.h>

using namespace llb;

namespace {

/// FormatAll of the platform, or the error.
std::string parse(std::string_view text) {
  PlatformSpec platform;
  std::string error;
  return PlatformSpec::parse(text, platform, error) ? platform.formatAll()
                                                    : error;
}

TEST(Platform, Parses) {
  EXPECT_EQ(parse("linux/amd64"), "linux/amd64");
  EXPECT_EQ(parse("Linux/X86_64/v1"), "linux/amd64");
  EXPECT_EQ(parse("macos/aarch64"), "darwin/arm64");
  EXPECT_EQ(parse("linux/arm64/8"), "linux/arm64/v8");
  EXPECT_EQ(parse("linux/arm"), "linux/arm");
  EXPECT_EQ(parse("linux/arm/7"), "linux/arm/v7");
  EXPECT_EQ(parse("linux/armel"), "linux/arm/v6");
  EXPECT_EQ(parse("armhf"), "linux/arm");
  EXPECT_EQ(parse("s390x"), "linux/s390x");
  EXPECT_EQ(parse("my-os/My.Arch"), "my-os/my.arch");
}

TEST(Platform, CompletesWithTheHost) {
  PlatformSpec host = PlatformSpec::host();
  EXPECT_EQ(host.os, "linux");
  EXPECT_EQ(parse("windows"), "windows/" + host.architecture);
}

TEST(Platform, KnowsOsOptions) {
  EXPECT_EQ(parse("windows(10.0.17763+win32k)/amd64"),
            "windows(10.0.17763+win32k)/amd64");
  EXPECT_EQ(parse("w(+b+a+a)/amd64"), "w(+a+b)/amd64");
  EXPECT_EQ(parse("w(1%2B2)/amd64"), "w(1%2B2)/amd64");
  EXPECT_EQ(parse("w()/amd64"), "w/amd64");
  PlatformSpec platform;
  std::string error;
  ASSERT_TRUE(PlatformSpec::parse("w(1%2B2+x)/amd64", platform, error));
  EXPECT_EQ(platform.osVersion, "1+2");
  EXPECT_EQ(platform.format(), "w/amd64");
}

TEST(Platform, WordsErrors) {
  EXPECT_EQ(parse("a/b/c/d"),
            "\"a/b/c/d\": cannot parse platform specifier: invalid argument");
  EXPECT_EQ(parse("foo"), "\"foo\": unknown operating system or architecture: "
                          "invalid argument");
  EXPECT_EQ(parse("*"), "\"*\": wildcards not yet supported: invalid argument");
  EXPECT_EQ(parse("linux/a b"),
            "\"a b\" is an invalid component of \"linux/a b\": platform "
            "specifier component must match \"^[A-Za-z0-9_.-]+$\": invalid "
            "argument");
  EXPECT_EQ(parse(""),
            "\"\" is an invalid OS component of \"\": OSAndVersion specifier "
            "component must match \"^([A-Za-z0-9_-]+)(?:\\\\(([A-Za-z0-9_.%-]*)"
            "((?:\\\\+[A-Za-z0-9_.%-]+)*)\\\\))?$\": invalid argument");
  EXPECT_EQ(parse("w(%zz)/a"), "\"w(%zz)/a\" has an invalid OS version "
                               "\"%zz\": invalid URL escape \"%zz\"");
  EXPECT_EQ(parse("w(+%)/a"), "\"w(+%)/a\" has invalid OS features: invalid "
                              "os feature \"%\": invalid URL escape \"%\"");
}

TEST(Platform, Normalizes) {
  PlatformSpec platform;
  EXPECT_EQ(platform.format(), "unknown");
  platform.architecture = "ARM64";
  platform.variant = "v8.0";
  EXPECT_EQ(platform.normalized().format(), "linux/arm64");
  platform.variant = "9";
  EXPECT_EQ(platform.normalized().format(), "linux/arm64/v9");
  platform.architecture = "arm";
  platform.variant = "";
  EXPECT_EQ(platform.normalized().format(), "linux/arm/v7");
  platform.architecture = "i386";
  EXPECT_EQ(platform.normalized().format(), "linux/386");
}

} // namespace
