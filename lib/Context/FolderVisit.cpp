// SPDX-License-Identifier: Apache-2.0
//
// A file is judged by its path first and looked at only if it is to be sent or
// entered: an ignored tree costs what its name costs.
#include "FolderVisit.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>

namespace llb::context {

llvm::Error Failure::toError() const {
  if (code)
    return fileError(text, code);
  return llvm::createStringError(std::errc::invalid_argument, "%s",
                                 text.c_str());
}

FolderVisit::FolderVisit(const Settings &settings, SharedFd parent,
                         std::string name, Folder folder, size_t count)
    : settings(settings), parent(std::move(parent)), name(std::move(name)),
      opening(std::move(folder)), count(count) {}

FolderVisit::FolderVisit(const Settings &settings, SharedFd fd,
                         std::shared_ptr<const Folder> folder, size_t first,
                         size_t count)
    : fd(std::move(fd)), folder(std::move(folder)), settings(settings),
      first(first), count(count) {}

void FolderVisit::open() {
  UniqueFd opened;
  openError = openDirectory(parent->get(), name, opened);
  parent.reset();
  if (openError)
    return;
  struct stat status;
  readError = fstat(opened.get(), &status) != 0
                  ? errno
                  : readNames(opened.get(), opening.names);
  if (readError)
    return;
  opening.device = status.st_dev;
  opening.inode = status.st_ino;
  fd = std::make_shared<const UniqueFd>(std::move(opened));
  folder = std::make_shared<const Folder>(std::move(opening));
}

void FolderVisit::run() {
  if (!folder)
    open();
  if (!folder)
    return;
  end = std::min(first + count, folder->names.size());
  entries.reserve(end - first);
  for (size_t i = first; i < end; ++i)
    if (!visit(folder->names[i]))
      return;
}

/// False at the end of the walk.
bool FolderVisit::visit(const Name &name) {
  Visited file;
  std::string &path = file.info.path;
  path.reserve(folder->prefix.size() + name.text.size());
  path += folder->prefix;
  path += name.text;
  if (path.size() > maxPathLength)
    return fail(ENAMETOOLONG, path.substr(0, 80) + "...");
  bool known = false;
  unsigned char type = name.type;
  if (type == DT_UNKNOWN) {
    if (int error = readInfo(fd->get(), name.text, file.info))
      return isAbsent(error) || fail(error, path);
    known = true;
    type = file.info.isDirectory() ? DT_DIR : DT_REG;
  }
  file.include = folder->include;
  file.exclude = folder->exclude;
  auto verdict =
      settings.matchers.judge(path, type == DT_DIR, file.include, file.exclude);
  if (!verdict)
    return fail(0, llvm::toString(verdict.takeError()));
  file.isSent = *verdict == FilterMatchers::Verdict::Send;
  if (*verdict == FilterMatchers::Verdict::SkipTree ||
      (!file.isSent && type != DT_DIR))
    return true;
  if (!known)
    if (int error = readInfo(fd->get(), name.text, file.info))
      return isAbsent(error) || fail(error, path);
  // Something else may have taken the directory's place.
  if (!file.isSent && !file.info.isDirectory())
    return true;
  if (settings.withXattrs)
    readXattrs(fd->get(), name.text, file.xattrs);
  entries.push_back(std::move(file));
  return true;
}

} // namespace llb::context
