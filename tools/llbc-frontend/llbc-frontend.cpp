// SPDX-License-Identifier: Apache-2.0
//
// The frontend that BuildKit runs in a container of its own. Standard input and
// output are the connection to the daemon: nothing else may be written there.
#include "llb/Driver/Driver.h"
#include "llb/Driver/Version.h"
#include "llb/Gateway/Frontend.h"

#include <csignal>
#include <llvm/Support/raw_ostream.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llb;

static constexpr const char *usage =
    "usage: llbc-frontend [--frontend=dockerfile|ick|mocker]\n"
    "\n"
    "Builds Dockerfiles, Ickfiles and Mockerfiles as a frontend of BuildKit,\n"
    "which runs it from an image and talks to it over standard input and\n"
    "output. docs/BuildKit.md shows the image and its use.\n"
    "\n"
    "  --frontend=NAME  the language; else that of the image's name, whose "
    "last\n"
    "                   part is `dockerfile`, `ick` or `mocker`, else that of\n"
    "                   the build file\n"
    "  --help, --version\n";

static int fail(const std::string &text, int status) {
  llvm::errs() << "llbc-frontend: " << text << '\n';
  return status;
}

int main(int argc, char **argv) {
  std::optional<frontend::Language> language;
  for (int i = 1; i < argc; ++i) {
    llvm::StringRef argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      llvm::outs() << usage;
      return driver::ExitDone;
    }
    if (argument == "--version") {
      driver::printVersion("llbc-frontend", llvm::outs());
      return driver::ExitDone;
    }
    if (!argument.consume_front("--frontend="))
      return fail("unknown argument '" + argument.str() + "'; see --help",
                  driver::ExitUsage);
    language = frontend::languageNamed(argument);
    if (!language)
      return fail("no frontend '" + argument.str() + "'; there are " +
                      frontend::languageNames(),
                  driver::ExitUsage);
  }
  struct stat input;
  if (fstat(STDIN_FILENO, &input) != 0 ||
      (!S_ISFIFO(input.st_mode) && !S_ISSOCK(input.st_mode)))
    return fail("standard input is no connection to BuildKit, which runs this "
                "program from an image; see --help",
                driver::ExitUsage);

  // A daemon that hangs up is an error of the call in hand.
  signal(SIGPIPE, SIG_IGN);
  auto bridge = gateway::Bridge::connect(STDIN_FILENO, STDOUT_FILENO);
  if (!bridge)
    return fail(llvm::toString(bridge.takeError()), driver::ExitFailed);
  if (llvm::Error error = gateway::runFrontend(**bridge, environ, language))
    return fail(llvm::toString(std::move(error)), driver::ExitFailed);
  return driver::ExitDone;
}
