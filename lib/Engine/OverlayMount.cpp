// SPDX-License-Identifier: Apache-2.0
//
// No copies refer to origins, as with BuildKit; where trusted attributes are
// denied there are none anyway. A mount with changes is volatile: else
// unmounting would wait until all that anybody has written to the file system
// is on the disk, and so would each fsync of a step.
#include "OverlayMount.h"

#include "MountContext.h"

#include "llb/Engine/UserNamespace.h"
#include "llb/Support/Errors.h"

#include <cerrno>
#include <fcntl.h>
#include <map>
#include <sys/mount.h>
#include <unistd.h>

namespace llb::engine {
namespace {

/// Short names of directories, by descriptors of those that they lie in.
class ShortNames {
public:
  /// Empty, and errno, if the directory cannot be reached.
  std::string of(const std::string &path) {
    size_t slash = path.rfind('/');
    std::string parent = path.substr(0, slash);
    UniqueFd &fd = parents[parent];
    if (!fd.valid())
      fd = UniqueFd(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid())
      return "";
    std::string text = "/proc/self/fd/" + std::to_string(fd.get()) + "/";
    for (char c : path.substr(slash + 1)) {
      if (c == ':' || c == ',' || c == '\\')
        text += '\\';
      text += c;
    }
    return text;
  }

private:
  std::map<std::string, UniqueFd> parents;
};

llvm::Error layersError(const OverlayMount &overlay) {
  return errnoError("overlayfs of " + std::to_string(overlay.lower.size()) +
                    " layers");
}

} // namespace

llvm::Error mountOverlayByParts(const OverlayMount &overlay) {
  MountContext context("overlay");
  if (!context.valid())
    return errnoError("overlayfs");
  for (size_t i = overlay.lower.size(); i-- > 0;)
    if (!context.set("lowerdir+", overlay.lower[i]))
      return errnoError("overlayfs on " + overlay.lower[i]);
  bool good = true;
  if (!overlay.upper.empty())
    good = context.set("upperdir", overlay.upper) &&
           context.set("workdir", overlay.work) && context.setFlag("volatile");
  good = good && context.set("index", "off") && context.set("xino", "off");
  if (isInUserNamespace())
    good = good && context.setFlag("userxattr");
  else
    good = good && context.set("redirect_dir", "off") &&
           context.set("metacopy", "off");
  if (!good)
    return layersError(overlay);
  UniqueFd mount = context.mount();
  if (!mount.valid())
    return layersError(overlay);
  if (!attachMount(mount, overlay.mountPoint))
    return errnoError("mounting " + overlay.mountPoint);
  return llvm::Error::success();
}

llvm::Error mountOverlayByList(const OverlayMount &overlay) {
  ShortNames names;
  std::string options = "index=off,xino=off";
  options +=
      isInUserNamespace() ? ",userxattr" : ",redirect_dir=off,metacopy=off";
  for (const auto &[key, path] : {std::pair(",upperdir=", &overlay.upper),
                                  std::pair(",workdir=", &overlay.work)}) {
    if (path->empty())
      continue;
    std::string name = names.of(*path);
    if (name.empty())
      return errnoError(*path);
    options += key + name;
  }
  if (!overlay.upper.empty())
    options += ",volatile";
  // Topmost first.
  const char *before = ",lowerdir=";
  for (size_t i = overlay.lower.size(); i-- > 0; before = ":") {
    std::string name = names.of(overlay.lower[i]);
    if (name.empty())
      return errnoError(overlay.lower[i]);
    options += before + name;
  }
  // The kernel takes a page and cuts off the rest.
  if (options.size() >= static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
    errno = E2BIG;
    return layersError(overlay);
  }
  if (::mount("overlay", overlay.mountPoint.c_str(), "overlay", 0,
              options.c_str()))
    return layersError(overlay);
  return llvm::Error::success();
}

llvm::Error mountOverlay(const OverlayMount &overlay) {
  // Older kernels do not know some parameter; what else is wrong will be so
  // again. Which of both it was, the first failure tells.
  llvm::Error byParts = mountOverlayByParts(overlay);
  if (!byParts)
    return byParts;
  llvm::Error byList = mountOverlayByList(overlay);
  std::string first = llvm::toString(std::move(byParts));
  if (!byList)
    return byList;
  return textError(first +
                   "; by mount(2): " + llvm::toString(std::move(byList)));
}

} // namespace llb::engine
