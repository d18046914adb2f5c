// A power cut in a library. Loaded with LD_PRELOAD it keeps, in a shadow folder, exactly the bytes that
// were synced: after every successful fsync or fdatasync the whole file behind the descriptor is copied
// there, and unlink is mirrored. After kill -9 the server is started on the shadow: what it does not find
// there a power cut would have taken. RUHU_SHADOW_FROM is the data folder, RUHU_SHADOW_TO the shadow;
// the file named by RUHU_SHADOW_CONTROL may hold "ok", "fail" (EIO) or "slow MS" and is read at every sync.
//
// The copy is read through the given descriptor: opening and closing a second one of a database file
// would drop SQLite's POSIX locks.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mirror_lock = PTHREAD_MUTEX_INITIALIZER;

static int shadow_of(const char *path, char *out, size_t n) {
  const char *from = getenv("RUHU_SHADOW_FROM"), *to = getenv("RUHU_SHADOW_TO");
  if (!from || !to) return 0;
  size_t len = strlen(from);
  if (strncmp(path, from, len) != 0 || path[len] != '/') return 0;
  return snprintf(out, n, "%s%s", to, path + len) < (int)n;
}

static void make_parents(const char *path) {
  char dir[PATH_MAX];
  snprintf(dir, sizeof dir, "%s", path);
  for (char *p = dir + 1; *p; p++)
    if (*p == '/') { *p = 0; mkdir(dir, 0700); *p = '/'; }
}

static void copy_to(int fd, const char *dest) {
  char tmp[PATH_MAX];
  if (snprintf(tmp, sizeof tmp, "%s.copy%d", dest, fd) >= (int)sizeof tmp) return;
  make_parents(dest);
  int out = open(tmp, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (out < 0) return;
  static char buf[1 << 16];
  off_t at = 0;
  ssize_t n;
  while ((n = pread(fd, buf, sizeof buf, at)) > 0) {
    if (write(out, buf, n) != n) { n = -1; break; }
    at += n;
  }
  close(out);
  if (n == 0) rename(tmp, dest); else unlink(tmp);
}

static void mirror(int fd) {
  char link[64], path[PATH_MAX], dest[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0) return;
  path[n] = 0;
  if (!shadow_of(path, dest, sizeof dest)) return;
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return;
  pthread_mutex_lock(&mirror_lock);
  if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) {
    int again = open(link, O_RDONLY);
    if (again >= 0) { copy_to(again, dest); close(again); }
  } else {
    copy_to(fd, dest);
  }
  pthread_mutex_unlock(&mirror_lock);
}

static int told_to_fail(void) {
  const char *control = getenv("RUHU_SHADOW_CONTROL");
  if (!control) return 0;
  int fd = open(control, O_RDONLY);
  if (fd < 0) return 0;
  char word[64] = {0};
  ssize_t n = read(fd, word, sizeof word - 1);
  close(fd);
  if (n <= 0) return 0;
  if (strncmp(word, "fail", 4) == 0) return 1;
  long ms = 0;
  if (sscanf(word, "slow %ld", &ms) == 1) {
    struct timespec t = {ms / 1000, (ms % 1000) * 1000000};
    nanosleep(&t, NULL);
  }
  return 0;
}

static int synced(const char *name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  if (told_to_fail()) { errno = EIO; return -1; }
  int rc = real(fd);
  if (rc == 0) mirror(fd);
  return rc;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }

int unlink(const char *path) {
  int (*real)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
  int rc = real(path);
  char whole[PATH_MAX], dest[PATH_MAX];
  if (rc == 0 && realpath(path, whole) == NULL && path[0] == '/' && shadow_of(path, dest, sizeof dest)) real(dest);
  return rc;
}
