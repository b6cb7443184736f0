// SPDX-License-Identifier: Apache-2.0
//
// The way of one blob into a repository.
#ifndef LLB_REGISTRY_BLOBPUSH_H
#define LLB_REGISTRY_BLOBPUSH_H

#include "Session.h"
#include "llb/Registry/Push.h"
#include "llb/Support/UniqueFd.h"

namespace llb::registry {

class BlobPush {
public:
  BlobPush(Session &session, const PushItem &item)
      : session(session), item(item) {}

  /// Sends the blob unless the repository has it already or gets it from
  /// another one.
  bool run(std::string &error);

private:
  enum class Start { Done, Upload, Failed };

  /// Opens the file, made anew if it is damaged and can be.
  bool openFile(UniqueFd &fd, std::string &error);
  bool isThere(bool &there, std::string &error);
  Start begin(std::string &error);
  bool sendChunks(int fd, std::string &error);
  /// Ends the upload, with the whole blob or with nothing more.
  bool finish(std::optional<UploadBody> body, std::string &error);
  bool askOffset(int64_t &offset, std::string &error);
  bool follow(const Response &response, std::string &error);
  bool fail(const Response &response, const char *what, std::string &error);

  Session &session;
  const PushItem &item;
  /// Where the upload goes on; a registry gives a new one with each answer.
  std::string location;
};

} // namespace llb::registry

#endif
