/*
 * fault.c: preloaded into the program (LD_PRELOAD), counts its calls to the
 * operating system and to libcurl, makes one of them fail, and adds up memory.
 * With FAULT_WRAP it is linked into the program by --wrap instead, beside a
 * sanitizer that has an allocator of its own: then only the program's own
 * calls are seen, and memory is the sanitizer's matter.
 *
 * FAULT_OP      which kind of call is to fail, by the names below
 * FAULT_CALLER  whose: plomb, curl, or other libraries ("any" by default)
 * FAULT_AT      which one, counted from 1; FAULT_ALL: and all that follow
 * FAULT_FAST    if set, nobody sleeps
 * FAULT_LOG     where the counts go when the program ends:
 *               "call OP CALLER COUNT" and "heap PEAK PEAK_OF_PLOMB LEFT_BY_PLOMB BLOCKS"
 */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OPS(X) \
	X(malloc) X(open) X(read) X(stat) X(write) X(fsync) X(access) X(rename) X(unlink) X(mkdir) X(mkstemp) X(fchmod) X(close) X(opendir) \
	X(readdir) X(fopen) X(fwrite) X(fflush) X(fclose) X(clock) X(time) X(nanosleep) X(pipe) X(spawn) X(waitpid) X(poll) X(fcntl) X(sigaction) \
	X(setitimer) X(socket) X(connect) X(send) X(recv) X(sockopt) X(random) X(curl_global) X(curl_init) X(curl_setopt) \
	X(curl_getinfo) X(curl_slist) X(curl_add) X(curl_perform) X(curl_poll) X(curl_read)

#define NAME_ENUM(name) OP_##name,
#define NAME_TEXT(name) #name,
enum { OPS(NAME_ENUM) OP_COUNT };
static const char *const op_names[] = { OPS(NAME_TEXT) };

enum { BY_PLOMB, BY_CURL, BY_OTHER, BY_COUNT };
static const char *const caller_names[] = { "plomb", "curl", "other" };

static long count[OP_COUNT][BY_COUNT];
static int wanted_op = -1, wanted_caller = -1, wanted_all, is_fast, is_ready;
static long wanted_at, wanted_count;

/* ------------------------------------------------------------------ who calls */

static struct {
	uintptr_t begin, end;
} range[2];

static int
note_object(struct dl_phdr_info *info, size_t size, void *user)
{
	int *first = user, which, i;

	(void)size;
	which = *first ? BY_PLOMB : strstr(info->dlpi_name, "libcurl") != NULL ? BY_CURL : BY_OTHER;
	*first = 0;
	for (i = 0; which != BY_OTHER && i < info->dlpi_phnum; i ++) {
		const ElfW(Phdr) *p = info->dlpi_phdr + i;

		if (p->p_type == PT_LOAD && (p->p_flags & PF_X) != 0) {
			range[which].begin = info->dlpi_addr + p->p_vaddr;
			range[which].end = range[which].begin + p->p_memsz;
		}
	}
	return 0;
}

static int
who(const void *address)
{
	uintptr_t at = (uintptr_t)address;
	int i;

#ifdef FAULT_WRAP
	return BY_PLOMB;
#endif
	for (i = 0; i < BY_OTHER; i ++) {
		if (at >= range[i].begin && at < range[i].end) {
			return i;
		}
	}
	return BY_OTHER;
}

static void __attribute__((constructor))
get_ready(void)
{
	const char *s;
	int i, first = 1;

	dl_iterate_phdr(note_object, &first);
	s = getenv("FAULT_OP");
	for (i = 0; s != NULL && i < OP_COUNT; i ++) {
		if (strcmp(s, op_names[i]) == 0) {
			wanted_op = i;
		}
	}
	s = getenv("FAULT_CALLER");
	for (i = 0; s != NULL && i < BY_COUNT; i ++) {
		if (strcmp(s, caller_names[i]) == 0) {
			wanted_caller = i;
		}
	}
	s = getenv("FAULT_AT");
	wanted_at = s != NULL ? atol(s) : 0;
	wanted_all = getenv("FAULT_ALL") != NULL;
	is_fast = getenv("FAULT_FAST") != NULL;
	is_ready = 1;
}

static int
fails(int op, const void *caller)
{
	int by = who(caller);
	long n;

	if (!is_ready) {
		return 0;
	}
	(void)__atomic_add_fetch(&count[op][by], 1, __ATOMIC_RELAXED);
	if (op != wanted_op || (wanted_caller >= 0 && by != wanted_caller)) {
		return 0;
	}
	n = __atomic_add_fetch(&wanted_count, 1, __ATOMIC_RELAXED);
	return n == wanted_at || (wanted_all && n > wanted_at);
}

#define CALLER __builtin_return_address(0)
#ifdef FAULT_WRAP
#define DEFINE(type, name, parameters) type __real_##name parameters; type __wrap_##name parameters; type __wrap_##name parameters
#define REAL(name) static __typeof__(name) *const real = __real_##name;
#else
#define DEFINE(type, name, parameters) type name parameters
#define REAL(name) static __typeof__(name) *real; if (real == NULL) { real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name); }
#endif

/* -------------------------------------------------------------------- memory */

static size_t peak, own_peak, own_in_use, own_blocks;

#ifdef FAULT_WRAP

#define CALL_MEMORY(name, parameters, arguments) \
	DEFINE(void *, name, parameters) \
	{ \
		REAL(name) \
		if (fails(OP_malloc, CALLER)) { errno = ENOMEM; return NULL; } \
		return real arguments; \
	}

CALL_MEMORY(malloc, (size_t n), (n))
CALL_MEMORY(calloc, (size_t a, size_t b), (a, b))
CALL_MEMORY(realloc, (void *old, size_t n), (old, n))

#else

static char early[65536]; /* what dlsym takes while malloc is looked up */
static size_t early_used;
static int is_looking;
static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);

static size_t in_use;
static int lock;
/* Blocks of the program's own. */
static struct {
	void *p;
	size_t n;
} own[1 << 16];

static void
enter(void)
{
	while (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE)) {
	}
}

static void
leave(void)
{
	__atomic_clear(&lock, __ATOMIC_RELEASE);
}

static size_t
slot_of(const void *p)
{
	return ((uintptr_t)p >> 4) * 2654435761u % (1 << 16);
}

static void
note_taken(void *p, int by)
{
	size_t n = malloc_usable_size(p), i;

	enter();
	in_use += n;
	peak = in_use > peak ? in_use : peak;
	if (by == BY_PLOMB) {
		for (i = slot_of(p); own[i].p != NULL && own[i].n != 0; i = (i + 1) % (1 << 16)) {
		}
		own[i].p = p;
		own[i].n = n;
		own_blocks ++;
		own_in_use += n;
		own_peak = own_in_use > own_peak ? own_in_use : own_peak;
	}
	leave();
}

static void
note_given(const void *p, size_t n)
{
	size_t i;

	enter();
	in_use -= n;
	/* A slot that was given back stays in the chain, with nothing in it. */
	for (i = slot_of(p); own[i].p != NULL; i = (i + 1) % (1 << 16)) {
		if (own[i].p == p && own[i].n != 0) {
			own_in_use -= own[i].n;
			own[i].n = 0;
			own_blocks --;
			break;
		}
	}
	leave();
}

static int
is_early(const void *p)
{
	return (const char *)p >= early && (const char *)p < early + sizeof early;
}

static void *
take_early(size_t n)
{
	void *p = early + early_used;

	early_used += (n + 15) / 16 * 16;
	return early_used <= sizeof early ? p : NULL;
}

static int
look_up(void)
{
	if (real_free != NULL) {
		return 1;
	}
	if (is_looking) {
		return 0;
	}
	is_looking = 1;
	real_malloc = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	real_calloc = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
	real_realloc = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
	real_free = (void (*)(void *))dlsym(RTLD_NEXT, "free");
	is_looking = 0;
	return 1;
}

static void *
take(size_t n, const void *caller)
{
	void *p;

	if (!look_up()) {
		return take_early(n);
	}
	if (fails(OP_malloc, caller)) {
		errno = ENOMEM;
		return NULL;
	}
	p = real_malloc(n);
	if (p != NULL) {
		note_taken(p, who(caller));
	}
	return p;
}

void *
malloc(size_t n)
{
	return take(n, CALLER);
}

void *
calloc(size_t a, size_t b)
{
	void *p;

	if (!look_up()) {
		return take_early(a * b);
	}
	if (fails(OP_malloc, CALLER)) {
		errno = ENOMEM;
		return NULL;
	}
	p = real_calloc(a, b);
	if (p != NULL) {
		note_taken(p, who(CALLER));
	}
	return p;
}

void *
realloc(void *old, size_t n)
{
	size_t before;
	void *p;

	if (!look_up() || is_early(old)) {
		p = take_early(n);
		return p;
	}
	if (fails(OP_malloc, CALLER)) {
		errno = ENOMEM;
		return NULL;
	}
	before = malloc_usable_size(old);
	p = real_realloc(old, n);
	if (p != NULL) {
		if (old != NULL) {
			note_given(old, before);
		}
		note_taken(p, who(CALLER));
	}
	return p;
}

void
free(void *p)
{
	if (p == NULL || is_early(p) || !look_up()) {
		return;
	}
	note_given(p, malloc_usable_size(p));
	real_free(p);
}

char *
strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = take(n, CALLER);

	return copy != NULL ? memcpy(copy, s, n) : NULL;
}

#endif

/* ------------------------------------------------------------------ the system */

#define FAIL(op, error, result) if (fails(OP_##op, CALLER)) { errno = (error); return (result); }

#define CALL(type, name, op, error, result, parameters, arguments) \
	DEFINE(type, name, parameters) \
	{ \
		REAL(name) \
		FAIL(op, error, result) \
		return real arguments; \
	}

#define CALL_OPEN(name) \
	DEFINE(int, name, (const char *path, int flags, ...)) \
	{ \
		mode_t mode = 0; \
		va_list more; \
		REAL(name) \
		FAIL(open, EMFILE, -1) \
		if ((flags & O_CREAT) != 0) { \
			va_start(more, flags); \
			mode = va_arg(more, mode_t); \
			va_end(more); \
		} \
		return real(path, flags, mode); \
	}

#define CALL_FCNTL(name) \
	DEFINE(int, name, (int fd, int what, ...)) \
	{ \
		void *value; \
		va_list more; \
		REAL(name) \
		FAIL(fcntl, EINVAL, -1) \
		va_start(more, what); \
		value = va_arg(more, void *); \
		va_end(more); \
		return real(fd, what, value); \
	}

CALL_OPEN(open)
CALL_OPEN(open64)
CALL_FCNTL(fcntl)
CALL_FCNTL(fcntl64)
CALL(ssize_t, read, read, EIO, -1, (int fd, void *p, size_t n), (fd, p, n))
CALL(int, stat, stat, EIO, -1, (const char *path, struct stat *about), (path, about))
CALL(int, stat64, stat, EIO, -1, (const char *path, struct stat64 *about), (path, about))
CALL(int, fstat, stat, EIO, -1, (int fd, struct stat *about), (fd, about))
CALL(int, fstat64, stat, EIO, -1, (int fd, struct stat64 *about), (fd, about))
CALL(ssize_t, write, write, ENOSPC, -1, (int fd, const void *p, size_t n), (fd, p, n))
CALL(int, fsync, fsync, EIO, -1, (int fd), (fd))
CALL(int, access, access, EACCES, -1, (const char *path, int how), (path, how))
CALL(int, rename, rename, EACCES, -1, (const char *from, const char *to), (from, to))
CALL(int, unlink, unlink, EACCES, -1, (const char *path), (path))
CALL(int, mkdir, mkdir, EROFS, -1, (const char *path, mode_t mode), (path, mode))
CALL(int, mkstemp, mkstemp, EROFS, -1, (char *path), (path))
CALL(int, mkstemp64, mkstemp, EROFS, -1, (char *path), (path))
CALL(int, fchmod, fchmod, EPERM, -1, (int fd, mode_t mode), (fd, mode))
CALL(DIR *, opendir, opendir, EMFILE, NULL, (const char *path), (path))
CALL(struct dirent *, readdir, readdir, EIO, NULL, (DIR *directory), (directory))
CALL(struct dirent64 *, readdir64, readdir, EIO, NULL, (DIR *directory), (directory))
CALL(FILE *, fopen, fopen, EMFILE, NULL, (const char *path, const char *how), (path, how))
CALL(FILE *, fopen64, fopen, EMFILE, NULL, (const char *path, const char *how), (path, how))
CALL(int, clock_gettime, clock, EINVAL, -1, (clockid_t which, struct timespec *now), (which, now))
CALL(time_t, time, time, EINVAL, (time_t)-1, (time_t *now), (now))
CALL(int, pipe, pipe, EMFILE, -1, (int pair[2]), (pair))
CALL(pid_t, waitpid, waitpid, EINVAL, -1, (pid_t child, int *status, int how), (child, status, how))
CALL(int, poll, poll, EINVAL, -1, (struct pollfd *fds, nfds_t n, int ms), (fds, n, ms))
CALL(int, sigaction, sigaction, EINVAL, -1, (int number, const struct sigaction *action, struct sigaction *before), (number, action, before))
CALL(int, setitimer, setitimer, EINVAL, -1, (__itimer_which_t which, const struct itimerval *timer, struct itimerval *before), (which, timer, before))
CALL(int, socket, socket, EMFILE, -1, (int family, int type, int protocol), (family, type, protocol))
CALL(int, connect, connect, ENETUNREACH, -1, (int fd, const struct sockaddr *to, socklen_t n), (fd, to, n))
CALL(ssize_t, send, send, ECONNRESET, -1, (int fd, const void *p, size_t n, int flags), (fd, p, n, flags))
CALL(ssize_t, recv, recv, ECONNRESET, -1, (int fd, void *p, size_t n, int flags), (fd, p, n, flags))
CALL(int, setsockopt, sockopt, EINVAL, -1, (int fd, int level, int name, const void *p, socklen_t n), (fd, level, name, p, n))
CALL(int, getsockopt, sockopt, EINVAL, -1, (int fd, int level, int name, void *p, socklen_t *n), (fd, level, name, p, n))
CALL(ssize_t, getrandom, random, ENOSYS, -1, (void *p, size_t n, unsigned flags), (p, n, flags))
CALL(int, getentropy, random, ENOSYS, -1, (void *p, size_t n), (p, n))

/* What is started is not ours to disturb. */
DEFINE(int, posix_spawnp, (pid_t *child, const char *name, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const argv[], char *const environment[]))
{
	char *without[1000];
	int i, n = 0;

	REAL(posix_spawnp)
	FAIL(spawn, EAGAIN, EAGAIN)
	for (i = 0; environment[i] != NULL && n < 999; i ++) {
		if (strncmp(environment[i], "LD_PRELOAD=", 11) != 0) {
			without[n ++] = environment[i];
		}
	}
	without[n] = NULL;
	return real(child, name, actions, attributes, argv, without);
}

DEFINE(size_t, fwrite, (const void *p, size_t size, size_t n, FILE *file))
{
	REAL(fwrite)
	FAIL(fwrite, ENOSPC, 0)
	return real(p, size, n, file);
}

/* What fails here has been tried all the same: nothing else would close it. */
DEFINE(int, fflush, (FILE *file))
{
	int result;

	REAL(fflush)
	result = real(file);
	FAIL(fflush, ENOSPC, EOF)
	return result;
}

DEFINE(int, fclose, (FILE *file))
{
	int result;

	REAL(fclose)
	result = real(file);
	FAIL(fclose, ENOSPC, EOF)
	return result;
}

DEFINE(int, close, (int fd))
{
	int result;

	REAL(close)
	result = real(fd);
	FAIL(close, EIO, -1)
	return result;
}

DEFINE(int, nanosleep, (const struct timespec *wanted, struct timespec *left))
{
	REAL(nanosleep)
	FAIL(nanosleep, EINVAL, -1)
	return is_fast && wanted->tv_sec > 0 ? 0 : real(wanted, left);
}

/* -------------------------------------------------------------------- libcurl */

#undef curl_easy_setopt
#undef curl_easy_getinfo
CALL(CURLcode, curl_global_init, curl_global, 0, CURLE_OUT_OF_MEMORY, (long flags), (flags))
CALL(CURL *, curl_easy_init, curl_init, 0, NULL, (void), ())
CALL(CURLM *, curl_multi_init, curl_init, 0, NULL, (void), ())
CALL(struct curl_slist *, curl_slist_append, curl_slist, 0, NULL, (struct curl_slist *list, const char *text), (list, text))
CALL(CURLMcode, curl_multi_add_handle, curl_add, 0, CURLM_OUT_OF_MEMORY, (CURLM *multi, CURL *easy), (multi, easy))
CALL(CURLMcode, curl_multi_perform, curl_perform, 0, CURLM_INTERNAL_ERROR, (CURLM *multi, int *running), (multi, running))
CALL(CURLMcode, curl_multi_poll, curl_poll, 0, CURLM_INTERNAL_ERROR, (CURLM *multi, struct curl_waitfd *extra, unsigned n, int ms, int *ready),
	(multi, extra, n, ms, ready))
CALL(CURLMsg *, curl_multi_info_read, curl_read, 0, NULL, (CURLM *multi, int *left), (multi, left))

DEFINE(CURLcode, curl_easy_setopt, (CURL *easy, CURLoption option, ...))
{
	void *value;
	va_list more;
	REAL(curl_easy_setopt)
	FAIL(curl_setopt, 0, CURLE_OUT_OF_MEMORY)
	va_start(more, option);
	value = va_arg(more, void *);
	va_end(more);
	return real(easy, option, value);
}

DEFINE(CURLcode, curl_easy_getinfo, (CURL *easy, CURLINFO info, ...))
{
	void *value;
	va_list more;
	REAL(curl_easy_getinfo)
	FAIL(curl_getinfo, 0, CURLE_BAD_FUNCTION_ARGUMENT)
	va_start(more, info);
	value = va_arg(more, void *);
	va_end(more);
	return real(easy, info, value);
}

/* ---------------------------------------------------------------------- the end */

static void __attribute__((destructor))
tell(void)
{
	const char *path = getenv("FAULT_LOG");
	FILE *file;
	int op, by;

	is_ready = 0;
	file = path != NULL ? fopen(path, "w") : NULL;
	if (file == NULL) {
		return;
	}
	(void)fprintf(file, "heap %zu %zu %zu %zu\n", peak, own_peak, own_in_use, own_blocks);
	for (op = 0; op < OP_COUNT; op ++) {
		for (by = 0; by < BY_COUNT; by ++) {
			if (count[op][by] != 0) {
				(void)fprintf(file, "call %s %s %ld\n", op_names[op], caller_names[by], count[op][by]);
			}
		}
	}
	(void)fclose(file);
}

#ifndef FAULT_WRAP
/* A deadline ends the program without its destructors. */
void
_exit(int status)
{
	__typeof__(_exit) *real = (__typeof__(_exit) *)dlsym(RTLD_NEXT, "_exit");

	tell();
	real(status);
	for (;;) {
	}
}
#endif
