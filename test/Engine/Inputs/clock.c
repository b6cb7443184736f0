// SPDX-License-Identifier: Apache-2.0
//
// A machine whose clock was set: with this in LD_PRELOAD a program is told the
// time CLOCK_OFFSET seconds later. Files get the times of the real clock, as on a
// file server whose clock goes otherwise.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *result) {
  const char *offset = getenv("CLOCK_OFFSET");
  int failed = (int)syscall(SYS_clock_gettime, clock, result);
  if (!failed && offset &&
      (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    result->tv_sec += atoll(offset);
  return failed;
}

int gettimeofday(struct timeval *result, void *zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  result->tv_sec = now.tv_sec;
  result->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result)
    *result = now.tv_sec;
  return now.tv_sec;
}
