// SPDX-License-Identifier: Apache-2.0
//
// `probe FILE`: writes what machine it runs on to FILE and to standard output.
// Without a C library, so that a compiler and a linker make it for any machine.

#if defined(__x86_64__)
enum { SysWrite = 1, SysClose = 3, SysUname = 63, SysExit = 60, SysOpenat = 257 };
static long call(long n, long a, long b, long c, long d) {
  register long r10 __asm__("r10") = d;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}
__asm__(".globl _start\n_start:\n mov %rsp, %rdi\n and $-16, %rsp\n call run\n");
#elif defined(__aarch64__)
enum { SysOpenat = 56, SysClose = 57, SysWrite = 64, SysExit = 93, SysUname = 160 };
static long call(long n, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = n;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3)
                   : "memory");
  return x0;
}
__asm__(".globl _start\n_start:\n mov x0, sp\n bl run\n");
#endif

// The kernel's struct new_utsname: six names of 65 bytes, the fifth the machine.
static char names[6][65];

void run(long *stack) {
  char **args = (char **)(stack + 1);
  char *machine = names[4];
  long length = 0, file;
  call(SysUname, (long)names, 0, 0, 0);
  while (machine[length])
    ++length;
  machine[length++] = '\n';
  // AT_FDCWD, O_WRONLY | O_CREAT | O_TRUNC, which are the same on both.
  file = call(SysOpenat, -100, (long)args[1], 01 | 0100 | 01000, 0644);
  if (file < 0)
    call(SysExit, 1, 0, 0, 0);
  call(SysWrite, file, (long)machine, length, 0);
  call(SysClose, file, 0, 0, 0);
  call(SysWrite, 1, (long)machine, length, 0);
  call(SysExit, 0, 0, 0, 0);
}
