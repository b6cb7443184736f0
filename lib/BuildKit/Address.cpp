// SPDX-License-Identifier: Apache-2.0
//
// An address may come from a variable that somebody else set: no part of one
// becomes an option of a program, or text of a shell at the other end.
#include "llb/BuildKit/Address.h"

#include <llvm/ADT/StringExtras.h>

namespace llb::buildkit {
namespace {

llvm::Error addressError(std::string_view text, const char *what) {
  return llvm::createStringError(
      std::make_error_code(std::errc::invalid_argument), "address '%s': %s",
      std::string(text).c_str(), what);
}

/// A name that no program takes for an option and no shell for more than a
/// word.
bool isPlain(llvm::StringRef name, llvm::StringRef others) {
  if (name.empty() || name.front() == '-')
    return false;
  for (char c : name)
    if (!llvm::isAlnum(c) && !others.contains(c))
      return false;
  return true;
}

bool isPort(llvm::StringRef port) {
  return !port.empty() &&
         port.find_first_not_of("0123456789") == llvm::StringRef::npos;
}

/// Takes HOST or [HOST] off `rest`, up to a colon.
bool takeHost(llvm::StringRef &rest, llvm::StringRef &host) {
  if (rest.consume_front("[")) {
    size_t end = rest.find(']');
    if (end == llvm::StringRef::npos)
      return false;
    host = rest.take_front(end);
    rest = rest.drop_front(end + 1);
    return true;
  }
  host = rest.take_until([](char c) { return c == ':'; });
  rest = rest.drop_front(host.size());
  return true;
}

llvm::Error parseContainer(llvm::StringRef rest, Address &result) {
  auto [name, query] = rest.split('?');
  if (!isPlain(name, "_.-"))
    return addressError(result.text, "it needs the name of a container");
  result.kind = Address::Kind::Program;
  result.command = {"docker"};
  if (query.consume_front("context=") && isPlain(query, "_.-"))
    result.command.push_back("--context=" + query.str());
  else if (name.size() != rest.size())
    return addressError(result.text, "'?context=NAME' may follow, no more");
  for (const char *word : {"exec", "-i"})
    result.command.push_back(word);
  result.command.push_back(name.str());
  return llvm::Error::success();
}

llvm::Error parseSsh(llvm::StringRef rest, Address &result) {
  size_t slash = rest.find('/');
  llvm::StringRef socket =
      slash == llvm::StringRef::npos ? "" : rest.drop_front(slash);
  rest = rest.take_front(slash);
  result.kind = Address::Kind::Program;
  result.command = {"ssh"};
  if (rest.contains('@')) {
    auto [user, machine] = rest.split('@');
    if (!isPlain(user, "_.-"))
      return addressError(result.text, "that is no name of a user");
    result.command.insert(result.command.end(), {"-l", user.str()});
    rest = machine;
  }
  llvm::StringRef host;
  if (!takeHost(rest, host) || !isPlain(host, "_.-:"))
    return addressError(result.text, "it needs ssh://[USER@]HOST[:PORT]");
  if (rest.consume_front(":")) {
    if (!isPort(rest))
      return addressError(result.text, "a port is a number");
    result.command.insert(result.command.end(), {"-p", rest.str()});
  }
  result.command.insert(result.command.end(), {"--", host.str()});
  if (socket.empty() || socket == "/")
    return llvm::Error::success();
  if (!isPlain(socket, "/_.-"))
    return addressError(result.text,
                        "the path of a socket there has letters, digits and "
                        "any of /_.-");
  result.place = socket.str();
  return llvm::Error::success();
}

llvm::Error parseTcp(llvm::StringRef rest, Address &result) {
  auto [host, port] = rest.rsplit(':');
  if (host.consume_front("[") && !host.consume_back("]"))
    return addressError(result.text, "the ']' is missing");
  if (host.empty() || !isPort(port))
    return addressError(result.text, "it needs HOST:PORT");
  result.kind = Address::Kind::Tcp;
  result.place = host.str();
  result.port = port.str();
  return llvm::Error::success();
}

/// All but sockets of this machine.
llvm::Error parseRemote(llvm::StringRef rest, Address &result) {
  if (rest.consume_front("docker-container://"))
    return parseContainer(rest, result);
  if (rest.consume_front("ssh://"))
    return parseSsh(rest, result);
  if (rest.consume_front("tcp://") || !rest.contains("://"))
    return parseTcp(rest, result);
  return addressError(
      result.text, "there are unix://, tcp://, docker-container:// and ssh://");
}

} // namespace

llvm::Expected<Address> Address::parse(std::string_view text) {
  llvm::StringRef rest(text.data(), text.size());
  Address result;
  result.text = text;
  if (rest.consume_front("unix://") || rest.starts_with("/")) {
    if (rest.empty())
      return addressError(text, "the path of the socket is missing");
    result.place = rest.str();
    return result;
  }
  if (llvm::Error error = parseRemote(rest, result))
    return error;
  if (result.kind == Kind::Program) {
    result.command.push_back("buildctl");
    if (!result.place.empty())
      result.command.insert(result.command.end(),
                            {"--addr", "unix://" + result.place});
    result.command.push_back("dial-stdio");
  }
  return result;
}

std::string Address::str() const {
  if (kind == Kind::Program)
    return text;
  if (kind == Kind::Unix)
    return "unix://" + place;
  bool bare = place.find(':') == std::string::npos;
  return "tcp://" + (bare ? place : "[" + place + "]") + ":" + port;
}

} // namespace llb::buildkit
