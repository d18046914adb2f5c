// A power cut in a library. Loaded with LD_PRELOAD it keeps, in a shadow folder, what a power cut would
// leave of the data folder. After kill -9 the server is started on the shadow.
//
//   fsync, fdatasync of a file    its bytes, read through the given descriptor, go to the shadow under its present name
//   fsync of a folder             the names in it: renames follow, removed names go, and a new name whose bytes
//                                 were never synced becomes an empty file
//   unlink                        mirrored at once
//
// Go makes files, renames and removes them by system calls of its own, which no library sees; that is why names are
// compared when the folder is synced, which is also the first moment at which they are sure.
//
// RUHU_SHADOW_FROM is the data folder, RUHU_SHADOW_TO a copy of it made before the start. The file named by
// RUHU_SHADOW_CONTROL is read at every sync and write: "fail" = syncs end with EIO, "slow MS" = they take that long,
// "full" = a write that makes a file longer ends with ENOSPC (writes of the C library only: SQLite's).
//
// Nothing here opens a database file anew: closing a second descriptor of it would drop SQLite's POSIX locks.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mirror_lock = PTHREAD_MUTEX_INITIALIZER;
static const char *from, *to, *control;

// Where the synced bytes of a file lie in the shadow, by inode: its name may have changed since.
struct place { ino_t ino; char *path; };
static struct place *places;
static size_t places_n, places_max;

static struct place *place_of(ino_t ino) {
  for (size_t i = 0; i < places_n; i++)
    if (places[i].ino == ino) return &places[i];
  return NULL;
}

static void put_place(ino_t ino, const char *path) {
  struct place *p = place_of(ino);
  if (!p) {
    if (places_n == places_max) {
      places_max = places_max ? 2 * places_max : 256;
      places = realloc(places, places_max * sizeof *places);
      if (!places) abort();
    }
    p = &places[places_n++];
    p->ino = ino;
    p->path = NULL;
  }
  free(p->path);
  p->path = strdup(path);
}

static void forget_path(const char *path) {
  for (size_t i = 0; i < places_n; i++)
    if (strcmp(places[i].path, path) == 0) {
      free(places[i].path);
      places[i] = places[--places_n];
      return;
    }
}

static int shadow_of(const char *path, char *out, size_t n) {
  if (!from || !to) return 0;
  size_t len = strlen(from);
  if (strncmp(path, from, len) != 0 || (path[len] != '/' && path[len] != 0)) return 0;
  return snprintf(out, n, "%s%s", to, path + len) < (int)n;
}

static int see(const char *path, const struct stat *st, int kind, struct FTW *at) {
  (void)at;
  char dest[PATH_MAX];
  if (kind == FTW_F && shadow_of(path, dest, sizeof dest)) put_place(st->st_ino, dest);
  return 0;
}

__attribute__((constructor)) static void begin(void) {
  from = getenv("RUHU_SHADOW_FROM");
  to = getenv("RUHU_SHADOW_TO");
  control = getenv("RUHU_SHADOW_CONTROL");
  if (from && to) nftw(from, see, 16, FTW_PHYS);
}

static void make_parents(const char *path) {
  char dir[PATH_MAX];
  snprintf(dir, sizeof dir, "%s", path);
  for (char *p = dir + 1; *p; p++)
    if (*p == '/') { *p = 0; mkdir(dir, 0700); *p = '/'; }
}

// The copy is made beside the shadow and renamed into it: a kill in the middle of it is a sync that never returned.
static void copy_to(int fd, const char *dest) {
  char tmp[PATH_MAX];
  if (snprintf(tmp, sizeof tmp, "%s.copy", to) >= (int)sizeof tmp) return;
  make_parents(dest);
  int out = open(tmp, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (out < 0) return;
  static char buf[1 << 16];
  off_t at = 0;
  ssize_t n;
  ssize_t (*put)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  while ((n = pread(fd, buf, sizeof buf, at)) > 0) {
    if (put(out, buf, n) != n) { n = -1; break; }
    at += n;
  }
  close(out);
  if (n == 0) rename(tmp, dest); else remove(tmp);
}

static void mirror_file(int fd, const char *link, const struct stat *st, const char *dest) {
  if (st->st_nlink == 0) return;
  if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) {
    int again = open(link, O_RDONLY);
    if (again < 0) return;
    copy_to(again, dest);
    close(again);
  } else {
    copy_to(fd, dest);
  }
  put_place(st->st_ino, dest);
}

static void mirror_names(const char *live, const char *shadow) {
  char a[PATH_MAX], b[PATH_MAX];
  struct stat st;
  struct dirent *e;
  make_parents(shadow);
  mkdir(shadow, 0700);
  DIR *d = opendir(live);
  if (!d) return;
  while ((e = readdir(d))) {
    if (snprintf(a, sizeof a, "%s/%s", live, e->d_name) >= (int)sizeof a || snprintf(b, sizeof b, "%s/%s", shadow, e->d_name) >= (int)sizeof b) continue;
    if (lstat(a, &st) != 0 || !S_ISREG(st.st_mode)) continue;
    struct place *p = place_of(st.st_ino);
    if (p && strcmp(p->path, b) == 0) continue;
    if (!p || rename(p->path, b) != 0) {
      int fd = open(b, O_CREAT | O_TRUNC | O_WRONLY, 0600);
      if (fd >= 0) close(fd);
    }
    forget_path(b);
    put_place(st.st_ino, b);
  }
  closedir(d);
  if (!(d = opendir(shadow))) return;
  while ((e = readdir(d))) {
    if (snprintf(a, sizeof a, "%s/%s", live, e->d_name) >= (int)sizeof a || snprintf(b, sizeof b, "%s/%s", shadow, e->d_name) >= (int)sizeof b) continue;
    if (lstat(b, &st) == 0 && S_ISREG(st.st_mode) && lstat(a, &st) != 0 && errno == ENOENT) {
      remove(b);
      forget_path(b);
    }
  }
  closedir(d);
}

static void mirror(int fd) {
  char link[64], path[PATH_MAX], dest[PATH_MAX];
  struct stat st;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0) return;
  path[n] = 0;
  if (!shadow_of(path, dest, sizeof dest) || fstat(fd, &st) != 0) return;
  pthread_mutex_lock(&mirror_lock);
  if (S_ISREG(st.st_mode)) mirror_file(fd, link, &st, dest);
  if (S_ISDIR(st.st_mode)) mirror_names(path, dest);
  pthread_mutex_unlock(&mirror_lock);
}

static void read_control(char *word, size_t n) {
  word[0] = 0;
  if (!control) return;
  int fd = open(control, O_RDONLY);
  if (fd < 0) return;
  ssize_t got = read(fd, word, n - 1);
  close(fd);
  word[got > 0 ? got : 0] = 0;
}

static int synced(const char *name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  char word[64];
  long ms = 0;
  read_control(word, sizeof word);
  if (strncmp(word, "fail", 4) == 0) { errno = EIO; return -1; }
  if (sscanf(word, "slow %ld", &ms) == 1) {
    struct timespec t = {ms / 1000, (ms % 1000) * 1000000};
    nanosleep(&t, NULL);
  }
  int rc = real(fd);
  if (rc == 0) mirror(fd);
  return rc;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }

// full reports whether a write up to end finds no room, and sets errno.
static int full(int fd, off_t end) {
  char word[64];
  struct stat st;
  read_control(word, sizeof word);
  if (strncmp(word, "full", 4) != 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || end <= st.st_size) return 0;
  errno = ENOSPC;
  return 1;
}

typedef ssize_t (*pwrite_t)(int, const void *, size_t, off_t);
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) {
  return control && full(fd, at + n) ? -1 : ((pwrite_t)dlsym(RTLD_NEXT, "pwrite"))(fd, b, n, at);
}
ssize_t pwrite64(int fd, const void *b, size_t n, off_t at) {
  return control && full(fd, at + n) ? -1 : ((pwrite_t)dlsym(RTLD_NEXT, "pwrite64"))(fd, b, n, at);
}
ssize_t write(int fd, const void *b, size_t n) {
  off_t at = control ? lseek(fd, 0, SEEK_CUR) : -1;
  return at >= 0 && full(fd, at + n) ? -1 : ((ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write"))(fd, b, n);
}

int unlink(const char *path) {
  int (*real)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
  int rc = real(path);
  char dest[PATH_MAX];
  if (rc == 0 && path[0] == '/' && shadow_of(path, dest, sizeof dest)) {
    pthread_mutex_lock(&mirror_lock);
    real(dest);
    forget_path(dest);
    pthread_mutex_unlock(&mirror_lock);
  }
  return rc;
}
