// SPDX-License-Identifier: Apache-2.0
//
// Written by hand over open and rename, not with llvm::ToolOutputFile, which
// truncates the old file first and so loses it when the run fails. Where the
// file system can, the new file has no name until it is complete, so that a
// kill leaves nothing; elsewhere the next run removes what one has left.
#include "llb/Support/OutputFile.h"

#include "llb/Support/StaleOutput.h"

#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>

#include <fcntl.h>
#include <unistd.h>

namespace llb {

constexpr const char *temporaryMark = ".tmp-";
constexpr const char *temporaryPattern = ".tmp-%%%%%%%%";
constexpr unsigned temporaryLength = 8;

llvm::Expected<OutputFile> OutputFile::open(const std::string &path) {
  OutputFile file;
  std::error_code error;
  if (path.empty() || path == "-") {
    file.out = std::make_unique<llvm::raw_fd_ostream>("-", error);
    if (error)
      return llvm::errorCodeToError(error);
    return file;
  }
  file.path = path;
  // A device or pipe cannot be replaced by a rename.
  llvm::sys::fs::file_status status;
  if (!llvm::sys::fs::status(path, status) &&
      status.type() != llvm::sys::fs::file_type::regular_file) {
    if (status.type() == llvm::sys::fs::file_type::directory_file)
      return llvm::errorCodeToError(
          std::make_error_code(std::errc::is_a_directory));
    file.out = std::make_unique<llvm::raw_fd_ostream>(path, error);
    if (error)
      return llvm::errorCodeToError(error);
    return file;
  }
  llvm::StringRef parent = llvm::sys::path::parent_path(path);
  file.folder = UniqueFd(::open(parent.empty() ? "." : parent.str().c_str(),
                                O_PATH | O_DIRECTORY | O_CLOEXEC));
  int descriptor =
      openat(file.folder.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor >= 0) {
    file.nameless = descriptor;
    file.out = std::make_unique<llvm::raw_fd_ostream>(descriptor,
                                                      /*shouldClose=*/true);
    return file;
  }
  removeStaleOutput(path + temporaryMark, temporaryLength);
  llvm::SmallString<128> temporary;
  error = llvm::sys::fs::createUniqueFile(
      path + temporaryPattern, descriptor, temporary, llvm::sys::fs::OF_None,
      llvm::sys::fs::all_read | llvm::sys::fs::all_write);
  if (error)
    return llvm::errorCodeToError(error);
  file.temporary = temporary.str().str();
  lockOutput(descriptor, file.temporary);
  file.out = std::make_unique<llvm::raw_fd_ostream>(descriptor,
                                                    /*shouldClose=*/true);
  return file;
}

OutputFile::~OutputFile() {
  if (!out)
    return;
  out->clear_error();
  out.reset();
  if (!temporary.empty())
    (void)llvm::sys::fs::remove(temporary);
}

/// A link cannot replace a file, a rename can. The folder is the one of when
/// the file was opened: this process may be in another mount namespace by now,
/// and links do not go from one to another.
llvm::Error OutputFile::nameIt() {
  llvm::SmallString<128> name;
  llvm::sys::fs::createUniquePath(path + temporaryPattern, name,
                                  /*MakeAbsolute=*/false);
  std::string handle = "/proc/self/fd/" + std::to_string(nameless);
  llvm::StringRef base = llvm::sys::path::filename(name);
  if (linkat(AT_FDCWD, handle.c_str(), folder.get(), base.str().c_str(),
             AT_SYMLINK_FOLLOW))
    return llvm::errorCodeToError(
        std::error_code(errno, std::generic_category()));
  nameless = -1;
  temporary = name.str().str();
  return llvm::Error::success();
}

llvm::Error OutputFile::keep() {
  out->flush();
  if (std::error_code error = out->error()) {
    out->clear_error();
    return llvm::errorCodeToError(error);
  }
  if (nameless >= 0)
    if (llvm::Error error = nameIt())
      return error;
  if (temporary.empty())
    return llvm::Error::success();
  out->close();
  if (std::error_code error = out->error()) {
    out->clear_error();
    return llvm::errorCodeToError(error);
  }
  if (std::error_code error = llvm::sys::fs::rename(temporary, path))
    return llvm::errorCodeToError(error);
  temporary.clear();
  return llvm::Error::success();
}

} // namespace llb
