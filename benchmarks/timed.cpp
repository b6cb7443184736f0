// SPDX-License-Identifier: Apache-2.0
//
// Runs a program and tells what it cost, so that neither the interpreter that
// asks nor a shell is part of it: a small program starts it, the clock runs
// from there to its end.
//
//   llb-timed RESULT PROGRAM [ARGUMENTS]
//
// writes "CLOCK USER SYSTEM PEAK" to the file RESULT: milliseconds by the clock
// and of processor time, and the peak memory of the largest process in
// kilobytes.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

static double milliseconds(const timeval &time) {
  return time.tv_sec * 1e3 + time.tv_usec / 1e3;
}

int main(int argc, char **argv, char **environment) {
  if (argc < 3)
    return 2;
  using Clock = std::chrono::steady_clock;
  auto begin = Clock::now();
  pid_t child;
  if (int error = posix_spawnp(&child, argv[2], nullptr, nullptr, argv + 2,
                               environment)) {
    std::fprintf(stderr, "%s: %s\n", argv[2], std::strerror(error));
    return 127;
  }
  int status = 0;
  rusage used;
  if (wait4(child, &status, 0, &used) != child)
    return 1;
  std::chrono::duration<double, std::milli> clock = Clock::now() - begin;
  // Its children's as well: the kernel counts those it waited for.
  FILE *result = std::fopen(argv[1], "w");
  if (!result)
    return 1;
  std::fprintf(result, "%.4f %.3f %.3f %ld\n", clock.count(),
               milliseconds(used.ru_utime), milliseconds(used.ru_stime),
               used.ru_maxrss);
  std::fclose(result);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
