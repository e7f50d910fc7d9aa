# plomb: `make help` lists the targets.

CC      ?= cc
CLANG   ?= clang-14
PYTHON  ?= /usr/bin/python3
# The port to the network: curl, or none. Each has a folder of its own.
HTTP    ?= curl
BUILD_curl = build
BUILD_none = build/none
# The port to threads: posix, or none.
THREADS ?= posix
BUILD_THREADS_none = /unthreaded
# The signing module (src/sign, src/cli/sign, random numbers, the terminal): 1, or 0 for a program without a line of it.
SIGN    ?= 1
BUILD_SIGN_0 = /verifier
# The sanitizers' builds, apart too: no object is taken from a build with the module into one without it.
BUILD_GCC   = build/gcc$(BUILD_SIGN_$(SIGN))
BUILD_CLANG = build/clang$(BUILD_SIGN_$(SIGN))
BUILD   ?= $(BUILD_$(HTTP))$(BUILD_THREADS_$(THREADS))$(BUILD_SIGN_$(SIGN))
PREFIX  ?= /usr/local
DESTDIR ?=

WARN    = -std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Werror
OPT     ?= -Os -g -ffunction-sections -fdata-sections
CFLAGS  ?=
# The core sees no operating system; port/ and cli/ see POSIX.
POSIX   = -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64
FREE    = -ffreestanding
HTTP_LIBS_curl = -lcurl -pthread
PROFILE_curl_1 = full
PROFILE_curl_0 = verifier
PROFILE_none_1 = full-offline
PROFILE_none_0 = offline
# The earliest that it can be, for a machine whose clock is not set; date +%s gives it.
POSIX += $(if $(SOURCE_DATE_EPOCH),-DPLOMB_BUILD_TIME=$(SOURCE_DATE_EPOCH))
POSIX += -DPLOMB_PROFILE='"$(PROFILE_$(HTTP)_$(SIGN))"' -DPLOMB_SIGN=$(SIGN)
THREADS_LIBS_posix = -pthread
LIBS    = -lbearssl -lsodium $(HTTP_LIBS_$(HTTP)) $(THREADS_LIBS_$(THREADS))

CORE_SRC = $(sort $(wildcard src/core/*.c))
OCI_SRC  = $(sort $(wildcard src/oci/*.c))
SIGN_SRC_1 = $(sort $(wildcard src/sign/*.c))
SIGN_CLI_1 = $(sort $(wildcard src/cli/sign/*.c))
SIGN_PORT_1 = port/random_posix.c port/terminal_posix.c
SIGN_SRC = $(SIGN_SRC_$(SIGN))
PORT_SRC = $(sort $(filter-out $(SIGN_PORT_1) port/http_%.c port/threads_%.c,$(wildcard port/*.c)) port/http_$(HTTP).c port/threads_$(THREADS).c $(SIGN_PORT_$(SIGN)))
CLI_SRC  = $(sort $(wildcard src/cli/*.c) $(SIGN_CLI_$(SIGN)))
comma    = ,
HEADERS  = $(wildcard src/*.h src/*/*.h src/*/*/*.h port/*.h tests/*.h)
# Tests of the signing module are named for it, and not built where it is not.
NOT_UNIT_0 = tests/test_sign_%.c
NOT_FUZZ_0 = fuzz/fuzz_sign_%.c
UNIT     = $(sort $(filter-out $(NOT_UNIT_$(SIGN)),$(wildcard tests/test_*.c)))
FUZZ     = $(sort $(filter-out $(NOT_FUZZ_$(SIGN)),$(wildcard fuzz/fuzz_*.c)))

CORE_OBJ = $(CORE_SRC:%.c=$(BUILD)/%.o)
OCI_OBJ  = $(OCI_SRC:%.c=$(BUILD)/%.o)
SIGN_OBJ = $(SIGN_SRC:%.c=$(BUILD)/%.o)
PORT_OBJ = $(PORT_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ  = $(CLI_SRC:%.c=$(BUILD)/%.o) $(BUILD)/trusted_root.o $(BUILD)/tuf_root.o
# What the tests may call: all rooms but main(), as archives, so that a test pulls in only what it uses.
TEST_LIB = $(BUILD)/librooms.a $(BUILD)/libplomb.a

all: plomb ## build the program and the library

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

# The last build asked for, also where that one is older than another that lies here.
plomb: $(BUILD)/plomb
	@cmp -s $< $@ || { cp $< $@.new && mv -f $@.new $@; }

lib: $(BUILD)/libplomb.a ## build the core alone: libplomb.a

$(BUILD)/plomb: $(CLI_OBJ) $(SIGN_OBJ) $(OCI_OBJ) $(PORT_OBJ) $(BUILD)/libplomb.a
	$(CC) $(CFLAGS) $(OPT) -Wl,--gc-sections -o $@ $^ $(LIBS)

$(BUILD)/libplomb.a: $(CORE_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/librooms.a: $(SIGN_OBJ) $(OCI_OBJ) $(PORT_OBJ) $(filter-out $(BUILD)/src/cli/main.o,$(CLI_OBJ))
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/src/core/%.o: src/core/%.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(WARN) $(OPT) $(CFLAGS) $(FREE) -c $< -o $@

$(BUILD)/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(WARN) $(OPT) $(CFLAGS) $(POSIX) -c $< -o $@

$(BUILD)/trusted_root.c $(BUILD)/tuf_root.c: $(BUILD)/%.c: src/cli/%.json src/cli/embed.sh
	@mkdir -p $(@D)
	sh src/cli/embed.sh $< plomb_$*_json > $@

$(BUILD)/trusted_root.o $(BUILD)/tuf_root.o: $(BUILD)/%.o: $(BUILD)/%.c
	$(CC) $(WARN) $(OPT) $(CFLAGS) -c $< -o $@

# ---------------------------------------------------------------------- tests

# Whose operating system fails when the test says so.
$(BUILD)/test_file_write_posix: WRAPS = $(addprefix -Wl$(comma)--wrap=,link mkdir stat stat64 mkstemp mkstemp64 fchmod write fsync close rename open open64 unlink flock)
$(BUILD)/test_helper_posix: WRAPS = $(addprefix -Wl$(comma)--wrap=,pipe fcntl fcntl64 sigaction posix_spawnp write read poll waitpid clock_gettime)
$(BUILD)/test_home_posix: WRAPS = $(addprefix -Wl$(comma)--wrap=,getpwuid)
$(BUILD)/test_threads_posix: WRAPS = $(addprefix -Wl$(comma)--wrap=,pthread_create pthread_mutex_init pthread_cond_init pthread_attr_init pthread_condattr_init sysconf)
$(BUILD)/test_clock_posix $(BUILD)/test_pause_posix: WRAPS = $(addprefix -Wl$(comma)--wrap=,clock_gettime nanosleep)

$(BUILD)/test_%: tests/test_%.c $(TEST_LIB)
	$(CC) $(WARN) $(OPT) $(CFLAGS) $(POSIX) -DVECTORS='"tests/vectors"' -o $@ $^ $(WRAPS) $(LDTEST) $(LIBS) -lcmocka

unit-run: $(UNIT:tests/%.c=$(BUILD)/%)
	@sh tests/run_units.sh "$(QEMU)" $^

SAN = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

unit: ## the unit tests, with gcc and with clang, under ASan and UBSan
	$(MAKE) -j2 unit-run BUILD=$(BUILD_GCC) CC=gcc OPT='-O1 -g' CFLAGS='$(SAN)'
	$(MAKE) -j2 unit-run BUILD=$(BUILD_CLANG) CC=$(CLANG) OPT='-O1 -g' CFLAGS='$(SAN)'

cross: ## the unit tests on 32-bit ARM and big-endian s390x, emulated
	sh tests/cross.sh armhf arm-linux-gnueabihf qemu-arm-static
	sh tests/cross.sh s390x s390x-linux-gnu qemu-s390x-static

purity: $(BUILD)/libplomb.a ## the core calls nothing but br_*, Ed25519's verifier and mem*; and runs with malloc trapped
	sh tests/purity.sh $(BUILD)/libplomb.a $(CC)

# The program under ASan with calls that fail where the environment says so: every call that fault.c defines.
FAULTS = $(shell sh tests/faults.sh)
$(BUILD)/faulty: $(CLI_OBJ) $(SIGN_OBJ) $(OCI_OBJ) $(PORT_OBJ) $(BUILD)/libplomb.a tests/e2e/fault.c
	$(CC) $(CFLAGS) $(OPT) -std=gnu99 -DFAULT_WRAP -o $@ $^ $(FAULTS) $(LIBS)

faulty: ## the program whose calls to the system fail on demand, under ASan and UBSan
	$(MAKE) -j2 $(BUILD_GCC)/faulty BUILD=$(BUILD_GCC) CC=gcc OPT='-O1 -g' CFLAGS='$(SAN)'

faults: plomb ## every call to the system and to libcurl fails in turn; make test tries a sample
	PLOMB_FAULTS=all PLOMB=$(CURDIR)/plomb $(PYTHON) -B -m pytest -q -p no:cacheprovider tests/e2e/test_faults.py $(PYTEST)

e2e: plomb ## the built program from outside (pytest)
	@PLOMB=$(CURDIR)/plomb sh tests/e2e.sh $(PYTHON) $(PYTEST)

world-install:
	tests/world/install

interop: plomb world-install ## against the real servers, registries and cosigns, which it installs (tests/world)
	@PLOMB=$(CURDIR)/plomb sh tests/interop/run.sh $(PYTHON) $(PYTEST)

# The corpus of every fuzz target, replayed by a ten-line main.
$(BUILD)/replay_%: fuzz/fuzz_%.c fuzz/replay.c $(TEST_LIB)
	$(CC) $(WARN) $(OPT) $(CFLAGS) $(POSIX) -o $@ $^ $(LIBS)

replay-run: $(FUZZ:fuzz/fuzz_%.c=$(BUILD)/replay_%)
	@for t in $^; do n=$${t##*/replay_}; $$t fuzz/corpus/$$n || exit 1; done

replay: ## every fuzz target over its corpus, under ASan and UBSan
	$(MAKE) -j2 replay-run BUILD=$(BUILD_GCC) CC=gcc OPT='-O1 -g' CFLAGS='$(SAN)'

FUZZ_SECONDS ?= 600
FUZZ_JOBS    ?= 2
$(BUILD)/fuzz_%: fuzz/fuzz_%.c $(TEST_LIB)
	$(CLANG) $(WARN) -O1 -g $(CFLAGS) -fsanitize=fuzzer $(POSIX) -o $@ $^ $(LIBS)

fuzz-build: $(FUZZ:fuzz/%.c=$(BUILD)/%)

fuzz: ## run every fuzz target for FUZZ_SECONDS (600), FUZZ_JOBS (2) at a time
	$(MAKE) -j2 fuzz-build BUILD=build/fuzz CC=$(CLANG) OPT='-O1 -g' CFLAGS='$(SAN) -fsanitize=fuzzer-no-link'
	sh fuzz/run.sh build/fuzz $(FUZZ_SECONDS) $(FUZZ_JOBS)

$(BUILD)/sweep: tests/sweep.c $(TEST_LIB)
	$(CC) $(WARN) $(OPT) $(CFLAGS) $(POSIX) -o $@ $^ $(LIBS)

sweep: $(BUILD)/sweep ## every truncation and one changed bit in every byte of every accepted bundle
	$(PYTHON) -B tests/sweep.py $(BUILD)/sweep --all

sweep-sample: $(BUILD)/sweep ## a seeded sample of it, as make test runs it
	$(PYTHON) -B tests/sweep.py $(BUILD)/sweep --sample

deps-test:
	@sh tests/deps.sh test

deps-build:
	@sh tests/deps.sh build

test: deps-test ## install what is missing and run every test
	sh tests/all.sh

demo: deps-build ## install what is missing, build, accept one real image signature and refuse another
	@$(MAKE) --no-print-directory -s plomb
	@sh tests/demo.sh

# -------------------------------------------------------------------- figures

coverage: ## line and branch coverage of src/core by the unit tests and the corpus
	sh tests/coverage.sh

size: all ## text, stack and workspace of the core and of the program
	sh tests/size.sh $(BUILD) $(CC)

install: plomb lib ## install under DESTDIR and PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib $(DESTDIR)$(PREFIX)/include
	install -m 755 plomb $(DESTDIR)$(PREFIX)/bin/plomb
	install -m 644 $(BUILD)/libplomb.a $(DESTDIR)$(PREFIX)/lib/libplomb.a
	install -m 644 src/plomb.h $(DESTDIR)$(PREFIX)/include/plomb.h

clean: ## remove what was built
	rm -rf build plomb

.PHONY: all plomb help lib faulty faults unit unit-run cross purity e2e world-install interop replay replay-run fuzz fuzz-build sweep sweep-sample \
	deps-test deps-build test demo coverage size install clean
.SECONDARY:
