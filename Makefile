# understudy: make | demo | check | lint | asan | cross | bench | results | regress | accept |
#             verify-causes | fuzz | install
#
# V=1 shows the commands. VARIANT=asan builds beside the ordinary build. Each folder is
# compiled with a view of only what it may include (build/view/), so that a forbidden
# include does not compile.

PREFIX  ?= /usr/local
VARIANT ?= release
CFLAGS  ?= -O2 -g
JOBS    ?= 2

CSTD     := -std=c11 -D_XOPEN_SOURCE=700
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wformat=2 -Wundef -Wpointer-arith -Wwrite-strings
# no fused multiply-add: the same bits on every machine
EXACT    := -ffp-contract=off
HARDEN   := -fstack-protector-strong
ifeq ($(VARIANT),asan)
SANITIZE := -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
endif
ifeq ($(VARIANT),fuzz)
SANITIZE := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
WARNINGS := # another compiler's
endif

PKG_CONFIG ?= pkg-config
system_include = $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null))
GLIB_CFLAGS  := $(call system_include,glib-2.0 gio-2.0)
GLIB_LIBS    := $(shell $(PKG_CONFIG) --libs glib-2.0 gio-2.0 2>/dev/null)
CHECK_CFLAGS := $(call system_include,check)
CHECK_LIBS   := $(shell $(PKG_CONFIG) --libs check 2>/dev/null)

BUILD := build/$(VARIANT)
VIEW  := $(CURDIR)/build/view
Q     := $(if $(V),,@)
say    = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

COMPILE = $(CC) $(CSTD) $(CFLAGS) $(WARNINGS) $(WERROR) $(EXACT) $(HARDEN) $(SANITIZE) $(GLIB_CFLAGS) -MMD -MP

core_src     := $(sort $(wildcard core/*.c))
analysis_src := $(sort $(wildcard analysis/*.c))
sim_src      := $(sort $(wildcard sim/*/*.c))
main_src     := sim/command/main.c
objects       = $(patsubst %.c,$(BUILD)/%.o,$(1))

LIBS := $(BUILD)/libsim.a $(BUILD)/libanalysis.a $(BUILD)/libdirector.a

.PHONY: all
all: understudy

understudy: $(BUILD)/understudy
	$(Q)ln -sf $< $@

$(BUILD)/understudy: $(call objects,$(main_src)) $(LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(GLIB_LIBS) -lcsv -lm

$(BUILD)/libdirector.a: $(call objects,$(core_src))
$(BUILD)/libanalysis.a: $(call objects,$(analysis_src)) $(BUILD)/analysis/figure_gp.o $(BUILD)/analysis/panels_gp.o
$(BUILD)/libsim.a: $(call objects,$(filter-out $(main_src),$(sim_src)))
$(LIBS):
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

build/view/ready:
	@mkdir -p build/view/core build/view/analysis build/view/sim
	@ln -sfn $(CURDIR)/core build/view/core/core
	@ln -sfn $(CURDIR)/analysis build/view/analysis/analysis
	@ln -sfn $(CURDIR)/core build/view/sim/core
	@ln -sfn $(CURDIR)/analysis build/view/sim/analysis
	@ln -sfn $(CURDIR)/sim build/view/sim/sim
	@touch $@

$(BUILD)/core/%.o: core/%.c | build/view/ready
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(COMPILE) -I$(VIEW)/core -c -o $@ $<
$(BUILD)/analysis/%.o: analysis/%.c | build/view/ready
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(COMPILE) -I$(VIEW)/analysis -c -o $@ $<
# the gnuplot scripts travel inside the program
$(BUILD)/analysis/figure_gp.c: analysis/figure.gp analysis/embed.sh
	$(Q)mkdir -p $(@D) && sh analysis/embed.sh plot_script $< >$@
$(BUILD)/analysis/panels_gp.c: analysis/panels.gp analysis/embed.sh
	$(Q)mkdir -p $(@D) && sh analysis/embed.sh panels_script $< >$@
$(BUILD)/analysis/%_gp.o: $(BUILD)/analysis/%_gp.c | build/view/ready
	$(Q)$(COMPILE) -I$(VIEW)/analysis -c -o $@ $<
$(BUILD)/sim/%.o: sim/%.c | build/view/ready
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(COMPILE) -I$(VIEW)/sim -c -o $@ $<
$(BUILD)/tests/%.o: tests/%.c | build/view/ready
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(COMPILE) $(CHECK_CFLAGS) -I. -c -o $@ $<

# ---- the packages of the project: GLib, gnuplot, Check, libcsv
# installed with apt-get where that is possible; otherwise the line to type is printed
.PHONY: packages
packages:
	@sh .ci/packages

# ---- tests: one runner a room, tests/ROOM/*.c and the main that all share
TEST_ROOMS := core engine network node scenario run analysis program fuzz
test_objects = $(call objects,$(sort $(wildcard tests/$(1)/*.c))) $(BUILD)/tests/$(1)/main.o
TEST_RUNNERS := $(foreach room,$(TEST_ROOMS),$(BUILD)/tests/$(room)/run)

define test_runner
$(BUILD)/tests/$(1)/main.o: tests/main.c tests/$(1)/suites.h
	$$(Q)mkdir -p $$(@D) && $$(COMPILE) $$(CHECK_CFLAGS) -I. -include tests/$(1)/suites.h -c -o $$@ $$<
$(BUILD)/tests/$(1)/run: $(call test_objects,$(1)) $(LIBS)
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(CFLAGS) $$(SANITIZE) $$(LDFLAGS) -o $$@ $$^ $$(CHECK_LIBS) $$(GLIB_LIBS) -lcsv -lm
.PHONY: check-$(1)
check-$(1): $(BUILD)/tests/$(1)/run understudy
	$$(Q)UNDERSTUDY=$(BUILD)/understudy $$<
endef
$(foreach room,$(TEST_ROOMS),$(eval $(call test_runner,$(room))))

# Packages first, in a make of their own: what pkg-config says is read at its start.
.PHONY: check check-all
check: packages
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) check-all
check-all: $(BUILD)/understudy understudy $(TEST_RUNNERS)
	$(Q)sh tests/run-all $(BUILD) $(TEST_RUNNERS)

# Which requirement of the specification is shown by which test, from a run of them.
.PHONY: requirements requirements-all
requirements: packages
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) requirements-all
requirements-all: $(BUILD)/understudy understudy $(TEST_RUNNERS)
	$(Q)sh tests/requirements $(BUILD)

# The same tests under the address and undefined-behaviour sanitisers, and the same
# bytes in the tables as the ordinary build writes.
.PHONY: asan
asan: packages
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) all
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) VARIANT=asan CFLAGS='-O1 -g' check-asan
.PHONY: check-asan
check-asan: $(BUILD)/understudy $(TEST_RUNNERS)
	$(Q)CK_FORK=no CK_TIMEOUT_MULTIPLIER=20 G_SLICE=always-malloc sh tests/run-all $(BUILD) $(TEST_RUNNERS)
	$(Q)sh tests/same-bytes build/release/understudy build/asan/understudy

# Every scenario with every protocol and every choice for unknown connections; some minutes.
.PHONY: cross
cross: understudy
	$(Q)sh tests/cross $(JOBS)

.PHONY: lint lint-tests
lint-tests: $(TEST_RUNNERS) $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%.o,$(wildcard tests/bench/*.c)) \
            $(BUILD)/tests/fuzz/entry/seeds
lint: packages
	$(Q)sh tests/lint

# ---- fuzzing: libFuzzer, FUZZ_SECONDS for each target; what it finds goes to build/fuzz/found
FUZZ_SECONDS ?= 60
FUZZ_TARGETS := datagram sequence command
FUZZ_CLANG   ?= clang
FUZZ_TARGET_OBJECTS := $(patsubst %,$(BUILD)/tests/fuzz/%.o,unit $(FUZZ_TARGETS))
.PHONY: fuzz fuzz-all fuzz-minimize fuzz-seeds
fuzz fuzz-minimize: packages
	$(Q)sh tests/fuzz/entry/has-libfuzzer $(FUZZ_CLANG)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) VARIANT=fuzz CC=$(FUZZ_CLANG) fuzz-all
	$(Q)sh tests/fuzz/entry/$@ build/fuzz/tests/fuzz "$(FUZZ_TARGETS)" $(FUZZ_SECONDS)
fuzz-all: $(patsubst %,$(BUILD)/tests/fuzz/entry/%,$(FUZZ_TARGETS))
$(BUILD)/tests/fuzz/entry/%-entry.o: tests/fuzz/entry/libfuzzer.c
	$(Q)mkdir -p $(@D) && $(COMPILE) -DTARGET=fuzz_$* -I. -c -o $@ $<
$(FUZZ_TARGETS:%=$(BUILD)/tests/fuzz/entry/%): %: %-entry.o $(FUZZ_TARGET_OBJECTS) $(BUILD)/libdirector.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -fsanitize=fuzzer -o $@ $^ $(GLIB_LIBS) -lm
# genuine input to begin with, made of what pairs of directors say
fuzz-seeds: $(BUILD)/tests/fuzz/entry/seeds
	$(Q)$< tests/fuzz/corpus
$(BUILD)/tests/fuzz/entry/seeds: $(patsubst %,$(BUILD)/tests/%.o,fuzz/entry/seeds core/genuine core/rig) $(BUILD)/libdirector.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(CHECK_LIBS) $(GLIB_LIBS) -lm

# ---- the main job, figures, baselines
.PHONY: demo
demo: packages
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) demo-run
.PHONY: demo-run
demo-run: understudy
	$(Q)./understudy sweep scenarios/loss-sweep.scn --jobs $(JOBS) --out results/loss-sweep
	$(Q)./understudy plot results/loss-sweep survival --format svg --out results/loss-sweep/survival.svg
	$(Q)./understudy plot results/loss-sweep survival --format text
	$(Q)echo 'the figure: results/loss-sweep/survival.svg'

.PHONY: results regress accept verify-causes
results: packages
	$(Q)$(MAKE) --no-print-directory understudy
	$(Q)sh results/remake $(JOBS)
regress: understudy
	$(Q)sh results/regress $(JOBS)
accept: understudy
	$(Q)sh results/accept $(JOBS)
# 200 casualties of each scenario, run again with the datagram mended that their cause blames
verify-causes: understudy
	$(Q)sh results/verify-causes $(JOBS)

# ---- benchmarks: rates, ratios and memory, never part of a test
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(sort $(wildcard tests/bench/*.c)))
$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(GLIB_LIBS) -lcsv -lm
.PHONY: bench
bench: $(BENCHES)
	$(Q)for bench in $(BENCHES); do $$bench || exit 1; done

# ---- installing
.PHONY: install uninstall
install: understudy
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/understudy/scenarios
	install -m 755 $(BUILD)/understudy $(DESTDIR)$(PREFIX)/bin/understudy
	install -d $(DESTDIR)$(PREFIX)/share/understudy/scenarios/forms
	install -m 644 scenarios/forms/*.scn $(DESTDIR)$(PREFIX)/share/understudy/scenarios/forms
	install -d $(DESTDIR)$(PREFIX)/share/understudy/scenarios/seeds
	install -m 644 scenarios/seeds/*.scn $(DESTDIR)$(PREFIX)/share/understudy/scenarios/seeds
	install -m 644 scenarios/*.scn scenarios/*.csv scenarios/README.md $(DESTDIR)$(PREFIX)/share/understudy/scenarios
	install -m 644 README.md LICENSE $(DESTDIR)$(PREFIX)/share/understudy
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/understudy
	rm -rf $(DESTDIR)$(PREFIX)/share/understudy

.PHONY: clean
clean:
	rm -rf build understudy

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
