// SPDX-License-Identifier: Apache-2.0
//
// Times the compile path in process: Dockerfile text to serialised LLB, many
// times, with the file and the image lock in memory. Prints the milliseconds of
// each warm run as JSON, by the clock and of processor time, in the form that
// test/Oracle/gofrontend prints too. Memory that was used stays with the
// process, as it does in a Go program: a run is warm in this, too.
//
//   llb-bench RUNS LOCK DOCKERFILE
#include "llb/Frontend/Frontend.h"
#include "llb/IR/Binary.h"
#include "llb/Lower/Lower.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/raw_ostream.h>
#include <malloc.h>
#include <vector>

namespace {

class LockResolver : public llb::lower::ImageResolver {
public:
  explicit LockResolver(llb::lower::ImageLock lock) : lock(std::move(lock)) {}
  Answer resolve(const std::string &ref, const llb::PlatformSpec &platform,
                 llb::lower::ResolveMode mode) override {
    const llb::lower::LockedImage *image = lock.find(ref, platform.format());
    return image ? Answer{*image, ""} : Answer{std::nullopt, "not locked"};
  }

private:
  llb::lower::ImageLock lock;
};

[[noreturn]] void fail(const std::string &why) {
  std::fprintf(stderr, "llb-bench: %s\n", why.c_str());
  std::exit(1);
}

std::string readFile(const char *path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    fail(std::string(path) + ": " + buffer.getError().message());
  return (*buffer)->getBuffer().str();
}

/// The bytes of the definition; ends the program on an error.
std::string compile(const std::string &text, LockResolver &resolver) {
  llvm::SourceMgr sources;
  llb::DiagEngine diags(sources);
  std::string_view source =
      diags.addBuffer(llvm::MemoryBuffer::getMemBufferCopy(text, "Dockerfile"));
  llb::ast::BuildFile file;
  (void)llb::frontend::parseDockerfile(source, "Dockerfile", file, diags);
  llb::lower::LowerOptions options;
  options.uniqueId = "context";
  options.resolver = &resolver;
  options.parseTrigger = [&](std::string_view trigger, llb::LineRange lines,
                             llvm::SMRange range) {
    return llb::frontend::parseTrigger(llb::frontend::Language::Dockerfile,
                                       trigger, lines, range, diags);
  };
  llvm::FailureOr<llb::lower::Lowered> lowered =
      llb::lower::lower(file, options, diags);
  if (llvm::failed(lowered))
    fail(diags.firstError() ? diags.firstError()->fullMessage() : "failed");
  const llb::ir::Module &module = lowered->images.front().module;
  return llb::ir::encodeModule(module, module.results.front());
}

/// Milliseconds on one of the system's clocks.
double now(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e3 +
         static_cast<double>(time.tv_nsec) / 1e6;
}

void print(const char *name, const std::vector<double> &times) {
  std::printf("\"%s\":[", name);
  for (size_t i = 0; i < times.size(); ++i)
    std::printf("%s%.6f", i ? "," : "", times[i]);
  std::printf("],");
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 4)
    fail("usage: llb-bench RUNS LOCK DOCKERFILE");
  int runs = std::atoi(argv[1]);
  llb::lower::ImageLock lock;
  std::string error;
  if (!llb::lower::ImageLock::parse(readFile(argv[2]), lock, error))
    fail(error);
  LockResolver resolver(std::move(lock));
  std::string text = readFile(argv[3]);

  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_THRESHOLD, 1 << 30);

  std::string first = compile(text, resolver);
  std::vector<double> times, cpu;
  for (int i = 0; i < runs; ++i) {
    double begin = now(CLOCK_MONOTONIC);
    double beginCpu = now(CLOCK_PROCESS_CPUTIME_ID);
    std::string bytes = compile(text, resolver);
    cpu.push_back(now(CLOCK_PROCESS_CPUTIME_ID) - beginCpu);
    times.push_back(now(CLOCK_MONOTONIC) - begin);
    if (bytes != first)
      fail("two runs gave different bytes");
  }
  std::printf("{");
  print("milliseconds", times);
  print("cpu", cpu);
  std::printf("\"bytes\":%zu}\n", first.size());
}
