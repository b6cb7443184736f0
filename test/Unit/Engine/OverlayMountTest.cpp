// SPDX-License-Identifier: Apache-2.0
//
// Both ways of mounting, whichever the kernel at hand would choose.
#include "OverlayMount.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

using namespace llb::engine;
namespace fs = std::filesystem;

namespace {

constexpr int layers = 100;

std::string textOf(const fs::path &path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path &path, const std::string &text) {
  std::ofstream(path) << text;
}

class OverlayMountTest : public testing::Test {
protected:
  void SetUp() override {
    if (geteuid() != 0 || unshare(CLONE_NEWNS) ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr))
      GTEST_SKIP() << "mounts are made as root";
    std::string pattern = (fs::temp_directory_path() / "overlay-XXXXXX");
    ASSERT_TRUE(mkdtemp(pattern.data()));
    top = pattern;
    // An overlay cannot hold what another one changes.
    ASSERT_EQ(mount("tmpfs", top.c_str(), "tmpfs", 0, nullptr), 0);
    for (int i = 0; i < layers; ++i) {
      fs::path layer = top / "layers" / std::to_string(i);
      fs::create_directories(layer);
      write(layer / std::to_string(i), "its own");
      write(layer / "same", std::to_string(i));
      overlay.lower.push_back(layer);
    }
    for (const char *name : {"up,per:\\", "work", "mount"})
      fs::create_directories(top / name);
    overlay.upper = top / "up,per:\\";
    overlay.work = top / "work";
    overlay.mountPoint = top / "mount";
  }
  void TearDown() override {
    if (top.empty())
      return;
    umount2((top / "mount").c_str(), MNT_DETACH);
    umount2(top.c_str(), MNT_DETACH);
    fs::remove_all(top);
  }

  void check(llvm::Error error) {
    ASSERT_EQ(llvm::toString(std::move(error)), "");
    fs::path mounted = overlay.mountPoint;
    for (int i = 0; i < layers; ++i)
      EXPECT_EQ(textOf(mounted / std::to_string(i)), "its own");
    EXPECT_EQ(textOf(mounted / "same"), std::to_string(layers - 1));
    write(mounted / "same", "new");
    EXPECT_EQ(textOf(fs::path(overlay.upper) / "same"), "new");
    EXPECT_EQ(textOf(fs::path(overlay.lower.back()) / "same"),
              std::to_string(layers - 1));
  }

  fs::path top;
  OverlayMount overlay;
};

TEST_F(OverlayMountTest, MountsByList) { check(mountOverlayByList(overlay)); }

TEST_F(OverlayMountTest, MountsInOneOfBothWays) {
  check(mountOverlay(overlay));
}

TEST_F(OverlayMountTest, TellsWhyNeitherWayGoes) {
  overlay.mountPoint = top / "none";
  std::string byParts = llvm::toString(mountOverlayByParts(overlay));
  EXPECT_NE(byParts, "");
  EXPECT_EQ(llvm::toString(mountOverlay(overlay)),
            byParts + "; by mount(2): overlayfs of 100 layers: No such file "
                      "or directory");
}

TEST_F(OverlayMountTest, RefusesMoreThanAPage) {
  std::string last = overlay.lower.back();
  for (int i = 0; i < 300; ++i)
    overlay.lower.push_back(last);
  EXPECT_EQ(llvm::toString(mountOverlayByList(overlay)),
            "overlayfs of 400 layers: Argument list too long");
}

} // namespace
