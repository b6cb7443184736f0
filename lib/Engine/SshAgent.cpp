// SPDX-License-Identifier: Apache-2.0
//
// The agent protocol (draft-miller-ssh-agent): a message is its length in four
// bytes, and a type in the first byte after it. Each question has one answer,
// so a connection is served question by question. Sockets are named relative to
// a descriptor of their folder: the path of a socket holds 107 characters.
#include "llb/Engine/SshAgent.h"

#include "llb/Engine/Store.h"
#include "llb/Support/WriteAll.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace llb::engine {
namespace {

constexpr size_t maxMessage = 256 << 10;
constexpr size_t maxConnections = 64;
constexpr char listKeys = 11, signData = 13;
constexpr std::string_view refusal("\0\0\0\1\5", 5);
constexpr const char *agentSocket = "agent";

/// `name` in the folder behind `folder`, as the address of a socket.
sockaddr_un addressOf(int folder, const std::string &name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string path = "/proc/self/fd/" + std::to_string(folder) + "/" + name;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

UniqueFd openFolder(const std::string &path) {
  return UniqueFd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

UniqueFd newSocket() {
  return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

} // namespace

llvm::Expected<SshAgent> SshAgent::open(const std::vector<std::string> &paths,
                                        const std::string &folder) {
  SshAgent agent;
  std::vector<std::string> keys;
  std::vector<std::string> all = paths;
  if (all.empty()) {
    const char *own = std::getenv("SSH_AUTH_SOCK");
    if (!own || !*own)
      return textError("SSH_AUTH_SOCK is not set; start ssh-agent, or name a "
                       "socket or key files: --ssh ID=PATH");
    all.push_back(own);
  }
  for (const std::string &path : all) {
    struct stat info;
    if (::stat(path.c_str(), &info))
      return errnoError(path);
    if (!S_ISSOCK(info.st_mode))
      keys.push_back(path);
    else if (agent.socket.empty())
      agent.socket = path;
    else
      return textError("only one agent can stand behind an id");
  }
  if (keys.empty())
    return agent;
  if (!agent.socket.empty())
    return textError("an agent and key files exclude each other");
  agent.folder = folder;
  if (mkdir(folder.c_str(), 0700))
    return errnoError(folder);
  if (llvm::Error error = agent.start(keys))
    return error;
  return agent;
}

llvm::Error SshAgent::start(const std::vector<std::string> &keys) {
  auto program = [&](const char *name) {
    Program result;
    result.path = findProgram(name);
    result.folder = folder;
    result.noNewPrivileges = true;
    result.env = {std::string("SSH_AUTH_SOCK=") + agentSocket,
                  "SSH_ASKPASS_REQUIRE=never"};
    return result;
  };
  Program agent = program("ssh-agent");
  Program add = program("ssh-add");
  if (agent.path.empty() || add.path.empty())
    return textError("key files need ssh-agent and ssh-add, and they are not "
                     "here; install the package openssh-client");
  agent.args = {agent.path, "-D", "-a", agentSocket};
  auto started = Process::start(agent);
  if (!started)
    return started.takeError();
  process.emplace(std::move(*started));
  socket = folder + "/" + agentSocket;
  constexpr int tries = 500;
  constexpr useconds_t pause = 10000;
  for (int i = 0; i < tries && ::access(socket.c_str(), F_OK); ++i)
    usleep(pause);

  add.args = {add.path, "-q", "--"};
  for (const std::string &key : keys) {
    char resolved[PATH_MAX];
    if (!realpath(key.c_str(), resolved))
      return errnoError(key);
    add.args.push_back(resolved);
  }
  auto adding = Process::start(add);
  if (!adding)
    return adding.takeError();
  std::string said;
  auto result = adding->wait(
      [&](int, std::string_view text) {
        if (said.size() < 4096)
          said += text;
      },
      [] { return false; });
  if (!result)
    return result.takeError();
  while (said.ends_with('\n') || said.ends_with(' ') || said.ends_with(':'))
    said.pop_back();
  if (result->status)
    return textError("ssh-add: " + said +
                     "; a key with a passphrase belongs in an agent, whose "
                     "socket is named instead");
  return llvm::Error::success();
}

SshAgent::~SshAgent() = default;

UniqueFd SshAgent::connect() const {
  size_t slash = socket.rfind('/');
  UniqueFd dir = openFolder(slash == std::string::npos ? "."
                            : slash == 0               ? "/"
                                         : socket.substr(0, slash));
  UniqueFd fd = newSocket();
  if (!dir.valid() || !fd.valid())
    return UniqueFd();
  sockaddr_un address = addressOf(
      dir.get(), socket.substr(slash == std::string::npos ? 0 : slash + 1));
  if (::connect(fd.get(), reinterpret_cast<sockaddr *>(&address),
                sizeof address))
    return UniqueFd();
  return fd;
}

llvm::Expected<const SshAgent *> findSshAgent(const SshAgents *agents,
                                              const std::string &id) {
  std::string name = id.empty() ? "default" : id;
  if (!agents || agents->empty())
    return textError("no SSH key \"" + name +
                     "\" forwarded from the client; add --ssh " + name);
  auto found = agents->find(name);
  if (found == agents->end())
    return textError("unset ssh forward key " + name + "; add --ssh " + name);
  return &found->second;
}

llvm::Expected<std::unique_ptr<SshForward>>
SshForward::start(const SshAgent &agent, const std::string &folder,
                  const std::string &name, Access access) {
  std::unique_ptr<SshForward> forward(new SshForward(agent));
  UniqueFd dir = openFolder(folder);
  forward->listener = newSocket();
  int fds[2];
  if (!dir.valid() || !forward->listener.valid() || pipe2(fds, O_CLOEXEC))
    return errnoError(folder);
  forward->stopRead = UniqueFd(fds[0]);
  forward->stopWrite = UniqueFd(fds[1]);
  sockaddr_un address = addressOf(dir.get(), name);
  if (::bind(forward->listener.get(), reinterpret_cast<sockaddr *>(&address),
             sizeof address) ||
      fchownat(dir.get(), name.c_str(), access.uid, access.gid, 0) ||
      fchmodat(dir.get(), name.c_str(), access.mode & 0777, 0) ||
      ::listen(forward->listener.get(), SOMAXCONN))
    return errnoError(folder + "/" + name);
  forward->acceptor = std::thread([raw = forward.get()] { raw->accept(); });
  return forward;
}

SshForward::~SshForward() {
  stopWrite.reset();
  if (acceptor.joinable())
    acceptor.join();
}

void SshForward::accept() {
  for (;;) {
    pollfd fds[2] = {{listener.get(), POLLIN, 0}, {stopRead.get(), POLLIN, 0}};
    poll(fds, 2, -1);
    if (fds[1].revents)
      break;
    if (!fds[0].revents)
      continue;
    UniqueFd client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    for (auto it = connections.begin(); it != connections.end();) {
      auto next = std::next(it);
      if (it->ended) {
        it->thread.join();
        connections.erase(it);
      }
      it = next;
    }
    if (!client.valid() || connections.size() >= maxConnections)
      continue;
    Connection &connection = connections.emplace_back();
    connection.thread = std::thread([this, &connection, fd = client.release()] {
      serve(UniqueFd(fd));
      connection.ended = true;
    });
  }
  for (Connection &connection : connections)
    connection.thread.join();
}

/// Fills `data`; false at the end, on failure and when all is to stop.
bool SshForward::read(int fd, void *data, size_t size) const {
  char *at = static_cast<char *>(data);
  while (size) {
    pollfd fds[2] = {{fd, POLLIN, 0}, {stopRead.get(), POLLIN, 0}};
    poll(fds, 2, -1);
    if (fds[1].revents)
      return false;
    ssize_t n = ::recv(fd, at, size, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (n <= 0)
      return false;
    at += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

bool SshForward::readMessage(int fd, std::string &message) const {
  std::array<unsigned char, 4> head;
  if (!read(fd, head.data(), head.size()))
    return false;
  size_t size = size_t{head[0]} << 24 | size_t{head[1]} << 16 |
                size_t{head[2]} << 8 | size_t{head[3]};
  if (!size || size > maxMessage)
    return false;
  message.assign(reinterpret_cast<char *>(head.data()), head.size());
  message.resize(head.size() + size);
  return read(fd, message.data() + head.size(), size);
}

void SshForward::serve(UniqueFd client) const {
  UniqueFd upstream;
  std::string message;
  while (readMessage(client.get(), message)) {
    char type = message[4];
    if (type != listKeys && type != signData) {
      if (sendAll(client.get(), refusal))
        return;
      continue;
    }
    if (!upstream.valid())
      upstream = agent.connect();
    if (!upstream.valid() || sendAll(upstream.get(), message) ||
        !readMessage(upstream.get(), message) || sendAll(client.get(), message))
      return;
  }
}

} // namespace llb::engine
